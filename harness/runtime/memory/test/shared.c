/* Programs in one, for the tests of what the runtime sees of memory: shared
 * MODE. What is wrong with those that have a fault is in their names. */
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mpstress/mpstress.h>

/* In no header of the compilers. */
extern void AnnotateHappensBefore(const char *, int, const volatile void *);
extern void AnnotateHappensAfter(const char *, int, const volatile void *);

struct shared {
    pthread_mutex_t mutex;
    int counter;
    atomic_int flag;
    volatile int plain_flag;
    atomic_flag spin;
    char text[64], other[64];
};
static struct shared *shared;

static void map_shared(void)
{
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &attributes);
}

/* Both in processes of their own; the status of the program is that of the
 * first child that fails. */
static int in_processes(void (*first)(void), void (*second)(void))
{
    void (*const run[])(void) = {first, second};
    for (int i = 0; i < 2; i++) {
        if (!fork()) {
            run[i]();
            _exit(0);
        }
    }
    int status, result = 0;
    while (wait(&status) > 0)
        if (status && !result)
            result = WIFEXITED(status) ? WEXITSTATUS(status) : 99;
    return result;
}

static void *run_thread(void *argument)
{
    void (*run)(void);
    memcpy(&run, &argument, sizeof(run));
    run();
    return NULL;
}

static pthread_t start_thread(void (*run)(void))
{
    pthread_t thread;
    void *argument;
    memcpy(&argument, &run, sizeof(run));
    if (pthread_create(&thread, NULL, run_thread, argument))
        exit(98);
    return thread;
}

static int in_threads(void (*first)(void), void (*second)(void))
{
    pthread_t threads[] = {start_thread(first), start_thread(second)};
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    return 0;
}

/* Without any order: relaxed. */
static void say(int value)
{
    atomic_store_explicit(&shared->flag, value, memory_order_relaxed);
}

static void await(int value)
{
    while (atomic_load_explicit(&shared->flag, memory_order_relaxed) != value)
        ;
}

/* -- Counters
 * -----------------------------------------------------------------*/

static void add(void)
{
    shared->counter++;
}

static void add_locked(void)
{
    pthread_mutex_lock(&shared->mutex);
    add();
    pthread_mutex_unlock(&shared->mutex);
}

static int counted(int status)
{
    return status ? status : shared->counter != 2;
}

static int lost_update(void)
{
    return counted(in_processes(add, add));
}

static int locked_update(void)
{
    return counted(in_processes(add_locked, add_locked));
}

static int global;
static void add_global(void)
{
    global++;
}

static int lost_global(void)
{
    in_threads(add_global, add_global);
    return 0;
}

static void add_global_locked(void)
{
    pthread_mutex_lock(&shared->mutex);
    global++;
    pthread_mutex_unlock(&shared->mutex);
}

static int locked_global(void)
{
    in_threads(add_global_locked, add_global_locked);
    return global != 2;
}

/* -- Waiting in loops
 * ---------------------------------------------------------*/

static void publish(void)
{
    shared->counter = 42;
    atomic_store_explicit(&shared->flag, 1, memory_order_release);
}

static void consume(void)
{
    while (!atomic_load_explicit(&shared->flag, memory_order_acquire))
        ;
    if (shared->counter != 42)
        _exit(3);
}

static int spin_flag(void)
{
    return in_processes(consume, publish);
}

static int spin_threads(void)
{
    return in_threads(consume, publish);
}

static void add_spinning(void)
{
    while (
        atomic_flag_test_and_set_explicit(&shared->spin, memory_order_acquire))
        ;
    shared->counter++;
    atomic_flag_clear_explicit(&shared->spin, memory_order_release);
}

static int spin_lock(void)
{
    return counted(in_processes(add_spinning, add_spinning));
}

static void add_exchanging(void)
{
    int expected = 0;
    while (!atomic_compare_exchange_weak(&shared->flag, &expected, 1))
        expected = 0;
    shared->counter++;
    atomic_store(&shared->flag, 0);
}

static int spin_exchange(void)
{
    return counted(in_processes(add_exchanging, add_exchanging));
}

static void await_plain(void)
{
    while (!shared->plain_flag)
        ;
}

static void set_plain(void)
{
    shared->plain_flag = 1;
}

static int racy_spin_plain(void)
{
    return in_processes(await_plain, set_plain);
}

/* -- Memory that serves again
 * ---------------------------------------------------*/

static uintptr_t where;
static int met; /* that memory was in fact the same */

static void first_block(void)
{
    mps_ignore_begin(); /* where and met are the test's */
    volatile char *own = malloc(5000);
    where = (uintptr_t)own;
    mps_ignore_end();
    for (int i = 0; i < 5000; i++)
        own[i] = 1;
    free((void *)(uintptr_t)own);
    say(1);
}

static void second_block(void)
{
    await(1);
    mps_ignore_begin();
    volatile char *own = malloc(5000);
    met = where == (uintptr_t)own;
    mps_ignore_end();
    for (int i = 0; i < 5000; i++)
        own[i] = 2;
    free((void *)(uintptr_t)own);
}

/* One thread's block becomes another one's. */
static int heap_again(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TRIM_THRESHOLD, 1 << 24);
    in_threads(first_block, second_block);
    mps_sometimes(met, "the block was the same");
    return 0;
}

static void keep(volatile char *room);

static void use_stack(void)
{
    volatile char room[3000];
    for (size_t i = 0; i < sizeof(room); i++)
        room[i] = 1;
    mps_ignore_begin();
    met = where == (uintptr_t)room;
    where = (uintptr_t)room;
    mps_ignore_end();
    keep(room);
    say(1);
}

/* The stack of a thread that ended is the next one's, and nothing orders the
 * two, not even a join. */
static int stack_again(void)
{
    pthread_detach(start_thread(use_stack));
    await(1);
    /* Time for it to end. */
    for (int i = 0; i < 20; i++)
        usleep(1000);
    pthread_join(start_thread(use_stack), NULL);
    mps_sometimes(met, "the stack was the same");
    return 0;
}

static void map_first(void)
{
    volatile char *own = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 65536; i += 64)
        own[i] = 1;
    munmap((void *)(uintptr_t)own, 65536);
    mps_ignore_begin();
    where = (uintptr_t)own;
    mps_ignore_end();
    say(1);
}

static void map_second(void)
{
    await(1);
    volatile char *own = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mps_ignore_begin();
    met = where == (uintptr_t)own;
    mps_ignore_end();
    for (int i = 0; i < 65536; i += 64)
        own[i] = 2;
    munmap((void *)(uintptr_t)own, 65536);
}

static int mapping_again(void)
{
    in_threads(map_first, map_second);
    mps_sometimes(met, "the mapping was at the same place");
    return 0;
}

static int file;
static void fill_file(void)
{
    volatile char *own =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    own[100] = 1;
    munmap((void *)(uintptr_t)own, 4096);
    say(1);
}

static void cut_file(void)
{
    await(1);
    if (ftruncate(file, 0) || ftruncate(file, 4096))
        _exit(4);
    volatile char *own =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (own[100])
        _exit(5);
    own[100] = 2;
}

/* Cut off, and grown again. */
static int file_again(void)
{
    file = memfd_create("file", 0);
    if (file < 0 || ftruncate(file, 4096))
        return 6;
    return in_processes(fill_file, cut_file);
}

static void keep_file(void)
{
    await(1);
    volatile char *own =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    own[100] = 2;
}

/* The same without cutting: mapped at two places, and still one word. */
static int racy_file(void)
{
    file = memfd_create("file", 0);
    if (file < 0 || ftruncate(file, 4096))
        return 6;
    return in_processes(fill_file, keep_file);
}

/* -- Through the C library
 * ------------------------------------------------------*/

static char source[64];
static volatile size_t length = 40;

static void copy_in(void)
{
    memcpy(shared->text, source, length);
}

static void copy_out(void)
{
    memcpy(shared->other, shared->text, length);
}

static int racy_memcpy(void)
{
    return in_processes(copy_in, copy_out);
}

static void print_in(void)
{
    snprintf(shared->text, sizeof(shared->text), "%d", (int)length);
}

static void measure(void)
{
    length = strlen(shared->text);
}

static int racy_text(void)
{
    return in_processes(print_in, measure);
}

static int sockets[2];

static void send_text(void)
{
    if (write(sockets[1], shared->text, length) < 0)
        _exit(7);
}

static int racy_write(void)
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
        return 7;
    return in_processes(send_text, copy_in);
}

static void receive_text(void)
{
    if (read(sockets[0], shared->text, length) < 0)
        _exit(7);
}

static int racy_read(void)
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) ||
        write(sockets[1], source, length) < 0)
        return 7;
    return in_processes(receive_text, copy_out);
}

static void fill_and_tell(void)
{
    memset(shared->text, 'x', length);
    if (write(sockets[1], shared->text, length) < 0)
        _exit(7);
}

static void hear_and_fill(void)
{
    if (read(sockets[0], shared->text, length) < 0)
        _exit(7);
    memset(shared->text, 'y', length);
}

/* Handed over through the socket: in order. */
static int ordered_socket(void)
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
        return 7;
    return in_processes(fill_and_tell, hear_and_fill);
}

/* -- Said by the program
 * --------------------------------------------------------*/

static void first_of_two(void)
{
    shared->counter = 1;
    mps_happens_before(&shared->other);
    say(1);
}

static void second_of_two(void)
{
    await(1);
    mps_happens_after(&shared->other);
    shared->counter = 2;
}

static int annotated(void)
{
    return in_processes(first_of_two, second_of_two);
}

static void first_as_before(void)
{
    shared->counter = 1;
    AnnotateHappensBefore(__FILE__, __LINE__, &shared->other);
    say(1);
}

static void second_as_before(void)
{
    await(1);
    AnnotateHappensAfter(__FILE__, __LINE__, &shared->other);
    shared->counter = 2;
}

static int annotated_as_before(void)
{
    return in_processes(first_as_before, second_as_before);
}

static int benign(void)
{
    mps_benign_race(&shared->counter, sizeof(shared->counter), "a statistic");
    in_processes(add, add);
    return 0;
}

static void add_ignored(void)
{
    mps_ignore_begin();
    shared->counter++;
    mps_ignore_end();
}

static int ignored(void)
{
    in_processes(add_ignored, add_ignored);
    return 0;
}

static void write_new(void)
{
    await(1);
    mps_new_memory(&shared->counter, sizeof(shared->counter));
    shared->counter = 2;
}

static void write_old(void)
{
    shared->counter = 1;
    say(1);
}

static int new_memory(void)
{
    return in_processes(write_old, write_new);
}

static int racy_named(void)
{
    mps_name_memory(shared, sizeof(*shared), "struct shared", "the board");
    in_processes(add, add);
    return 0;
}

/* -- Stacks of calls
 * -----------------------------------------------------------*/

static jmp_buf back;

/* Keeps an array on the stack. */
static void keep(volatile char *room)
{
    __asm__ volatile("" : : "r"(room) : "memory");
}

__attribute__((noinline)) static void leave_all(void)
{
    if (length) /* always */
        longjmp(back, 1);
}

__attribute__((noinline)) static void go_deep(int depth)
{
    volatile char room[64];
    keep(room);
    if (depth)
        go_deep(depth - 1);
    else
        leave_all();
    keep(room);
}

__attribute__((noinline)) static void touch_wide(void)
{
    volatile char room[2000];
    keep(room);
    shared->counter++;
    keep(room);
}

/* Deep down and back at once, and only then the access. */
__attribute__((noinline)) static void jump_and_touch(void)
{
    if (!setjmp(back))
        go_deep(20);
    touch_wide();
}

static int racy_longjmp(void)
{
    in_processes(jump_and_touch, jump_and_touch);
    return 0;
}

/* -------------------------------------------------------------------------------
 */

static const struct mode {
    const char *name;
    int (*run)(void);
} modes[] = {
    {"lost-update", lost_update},
    {"locked-update", locked_update},
    {"lost-global", lost_global},
    {"locked-global", locked_global},
    {"spin-flag", spin_flag},
    {"spin-threads", spin_threads},
    {"spin-lock", spin_lock},
    {"spin-exchange", spin_exchange},
    {"racy-spin-plain", racy_spin_plain},
    {"heap-again", heap_again},
    {"stack-again", stack_again},
    {"mapping-again", mapping_again},
    {"file-again", file_again},
    {"racy-file", racy_file},
    {"racy-memcpy", racy_memcpy},
    {"racy-text", racy_text},
    {"racy-write", racy_write},
    {"racy-read", racy_read},
    {"ordered-socket", ordered_socket},
    {"annotated", annotated},
    {"annotated-as-before", annotated_as_before},
    {"benign", benign},
    {"ignored", ignored},
    {"new-memory", new_memory},
    {"racy-named", racy_named},
    {"racy-longjmp", racy_longjmp},
};

int main(int argc, char **argv)
{
    map_shared();
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (argc > 1 && !strcmp(argv[1], modes[i].name))
            return modes[i].run();
        if (argc == 1)
            puts(modes[i].name);
    }
    return argc == 1 ? 0 : 97;
}
