/* A plain program whose accesses to shared memory trap: guarded TEST runs one
 * of the tests below and exits 0 if everything is as it should be. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 4 };

#define CHECK(condition)                                           \
    do {                                                           \
        if (!(condition)) {                                        \
            printf("line %d: not so: %s\n", __LINE__, #condition); \
            exit(1);                                               \
        }                                                          \
    } while (0)

static char *shared;

static char *map(size_t size, int protection)
{
    char *memory =
        mmap(NULL, size, protection, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED);
    return memory;
}

/* The child's exit status. */
static int await(pid_t pid)
{
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    return status;
}

/* -- Accesses ---------------------------------------------------------------*/

static void test_sizes(void)
{
    volatile uint8_t *bytes = (volatile uint8_t *)shared;
    volatile uint64_t *words = (volatile uint64_t *)(void *)shared;
    for (int i = 0; i < 64; i++)
        bytes[i] = (uint8_t)i;
    CHECK(words[1] == UINT64_C(0x0f0e0d0c0b0a0908));
    words[1]++;
    CHECK(bytes[8] == 9);
    *(volatile uint16_t *)(void *)(shared + 9) = 0xaabb;
    CHECK(bytes[9] == 0xbb && bytes[10] == 0xaa);
    /* Over the edge of two pages. */
    *(volatile uint64_t *)(void *)(shared + PAGE - 3) = 0x0102030405060708;
    CHECK(bytes[PAGE - 3] == 8 && bytes[PAGE] == 5 && bytes[PAGE + 4] == 1);
    volatile double *reals = (volatile double *)(void *)(shared + 128);
    reals[0] = 1.5;
    reals[1] = reals[0] * 3;
    CHECK(reals[1] == 4.5);
    volatile long double *wide = (volatile long double *)(void *)(shared + 160);
    *wide = 2.25L;
    CHECK(*wide == 2.25L);
    float f = *(volatile float *)(void *)(shared + 132);
    CHECK(f > 1 && f < 2);
}

static void test_atomics(void)
{
    int *word = (int *)(void *)shared;
    CHECK(__atomic_fetch_add(word, 3, __ATOMIC_SEQ_CST) == 0);
    CHECK(__atomic_exchange_n(word, 7, __ATOMIC_SEQ_CST) == 3);
    int expected = 6;
    CHECK(!__atomic_compare_exchange_n(word, &expected, 9, 0, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST));
    CHECK(expected == 7);
    CHECK(__atomic_compare_exchange_n(word, &expected, 9, 0, __ATOMIC_SEQ_CST,
                                      __ATOMIC_SEQ_CST));
    CHECK(__atomic_fetch_or(word, 6, __ATOMIC_SEQ_CST) == 9 && *word == 15);
    unsigned long long *pair = (unsigned long long *)(void *)(shared + 64);
    unsigned char equal;
    unsigned long long low = 0, high = 0;
    __asm__ volatile("lock cmpxchg16b %1\n sete %0"
                     : "=q"(equal), "+m"(*pair), "+a"(low), "+d"(high)
                     : "b"(5ULL), "c"(6ULL)
                     : "memory", "cc");
    CHECK(equal && pair[0] == 5 && pair[1] == 6);
}

static void test_strings(void)
{
    enum { SIZE = 3 * PAGE };
    static char from[SIZE], to[SIZE];
    for (int i = 0; i < SIZE; i++)
        from[i] = (char)(i * 7);
    memcpy(shared + 100, from, SIZE);
    CHECK(!memcmp(shared + 100, from, SIZE));
    memmove(shared + 200, shared + 100, SIZE);
    memcpy(to, shared + 200, SIZE);
    CHECK(!memcmp(to, from, SIZE));
    memset(shared, 5, SIZE);
    CHECK(shared[0] == 5 && shared[SIZE - 1] == 5);
    const char *source = from;
    char *target = shared + PAGE - 10;
    size_t count = 2 * PAGE;
    __asm__ volatile("rep movsb"
                     : "+S"(source), "+D"(target), "+c"(count)
                     :
                     : "memory");
    CHECK(source == from + 2 * PAGE && target == shared + 3 * PAGE - 10);
    CHECK(!count && !memcmp(shared + PAGE - 10, from, 2 * PAGE));
    /* Backwards, by words. */
    source = shared + PAGE;
    target = to + 800;
    count = 100;
    __asm__ volatile("std\n rep movsq\n cld"
                     : "+S"(source), "+D"(target), "+c"(count)
                     :
                     : "memory");
    CHECK(source == shared + PAGE - 800 && target == to);
    CHECK(!memcmp(to + 8, shared + PAGE - 792, 800));
    target = shared + 24;
    count = 1000;
    __asm__ volatile("rep stosl"
                     : "+D"(target), "+c"(count)
                     : "a"(0x01020304)
                     : "memory");
    CHECK(shared[24] == 4 && shared[4023] == 1 && shared[4024] == 5);
    strcpy(shared, "some text");
    CHECK(strlen(shared) == 9 && !strcmp(shared, "some text"));
    source = shared;
    count = 20;
    __asm__ volatile("repne scasb"
                     : "+D"(source), "+c"(count)
                     : "a"(0)
                     : "memory", "cc");
    CHECK(source == shared + 10);
}

/* Instructions that nobody decodes must work nevertheless. */
static void test_unknown(void)
{
    int index[8], out[8] = {0};
    if (!__builtin_cpu_supports("avx2"))
        return;
    for (int i = 0; i < 8; i++) {
        index[i] = i * 500;
        ((int *)(void *)shared)[index[i]] = i + 1;
    }
    __asm__ volatile("vmovdqu (%1), %%ymm1\n vpcmpeqd %%ymm2, %%ymm2, %%ymm2\n"
                     "vpgatherdd %%ymm2, (%0,%%ymm1,4), %%ymm0\n"
                     "vmovdqu %%ymm0, (%2)\n vzeroupper"
                     :
                     : "r"(shared), "r"(index), "r"(out)
                     : "memory");
    for (int i = 0; i < 8; i++)
        CHECK(out[i] == i + 1);
}

/* -- System calls -----------------------------------------------------------*/

static void test_calls(void)
{
    int pair[2];
    CHECK(!pipe(pair));
    strcpy(shared, "through a pipe");
    CHECK(write(pair[1], shared, 15) == 15);
    CHECK(read(pair[0], shared + PAGE, 100) == 15);
    CHECK(!strcmp(shared + PAGE, "through a pipe"));
    struct iovec *parts = (struct iovec *)(void *)(shared + 2 * PAGE);
    parts[0] = (struct iovec){shared, 7};
    parts[1] = (struct iovec){shared + 8, 7};
    CHECK(writev(pair[1], parts, 2) == 14);
    CHECK(read(pair[0], shared + PAGE, 100) == 14);
    CHECK(!memcmp(shared + PAGE, "through pipe", 7));
    int sockets[2];
    CHECK(!socketpair(AF_UNIX, SOCK_DGRAM, 0, sockets));
    struct msghdr *message = (struct msghdr *)(void *)(shared + 3 * PAGE);
    *message = (struct msghdr){.msg_iov = parts, .msg_iovlen = 2};
    CHECK(sendmsg(sockets[0], message, 0) == 14);
    CHECK(recv(sockets[1], shared + PAGE + 500, 100, 0) == 14);
    CHECK(getcwd(shared, PAGE) == shared && *shared == '/');
    struct stat *about = (struct stat *)(void *)(shared + PAGE);
    CHECK(!stat(shared, about) && S_ISDIR(about->st_mode));
    strcpy(shared, "file");
    int fd = open(shared, O_RDWR | O_CREAT, 0600);
    CHECK(fd >= 0);
    CHECK(pwrite(fd, shared, 5, 0) == 5 && pread(fd, shared + 50, 5, 0) == 5);
    CHECK(!strcmp(shared + 50, "file"));
    FILE *stream = fdopen(fd, "r+");
    CHECK(stream && fprintf(stream, "%s", shared) == 4 && !fflush(stream));
    rewind(stream);
    CHECK(fread(shared + 60, 1, 4, stream) == 4);
    CHECK(!memcmp(shared + 60, "file", 4));
    fclose(stream);
    CHECK(pipe((int *)(void *)(shared + 64)) == 0);
}

/* -- Mappings ---------------------------------------------------------------*/

static sigjmp_buf back;
static volatile sig_atomic_t faults;
static void *volatile fault_at;
static volatile int fault_code;

static void jump_back(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    faults++;
    fault_at = info->si_addr;
    fault_code = info->si_code;
    siglongjmp(back, 1);
}

static void arrange(int signal, void (*handler)(int, siginfo_t *, void *),
                    int flags)
{
    struct sigaction action = {.sa_sigaction = handler,
                               .sa_flags = SA_SIGINFO | flags};
    CHECK(!sigaction(signal, &action, NULL));
}

static int does_fault(volatile char *at, int writes)
{
    if (sigsetjmp(back, 1))
        return 1;
    if (writes)
        *at = 1;
    else
        (void)*at;
    return 0;
}

static void test_mappings(void)
{
    arrange(SIGSEGV, jump_back, 0);
    /* What the program forbids stays forbidden; the rest works. */
    CHECK(!mprotect(shared + PAGE, PAGE, PROT_READ));
    CHECK(!does_fault(shared + PAGE, 0) && does_fault(shared + PAGE, 1));
    CHECK(fault_at == shared + PAGE && fault_code == SEGV_ACCERR);
    CHECK(!does_fault(shared, 1) && !does_fault(shared + 2 * PAGE, 1));
    CHECK(!mprotect(shared + PAGE, PAGE, PROT_NONE));
    CHECK(does_fault(shared + PAGE, 0) && does_fault(shared + PAGE, 1));
    CHECK(!mprotect(shared, 3 * PAGE, PROT_READ | PROT_WRITE));
    CHECK(!does_fault(shared + PAGE, 1));
    /* An instruction that may read one page, but not write the other. */
    CHECK(!mprotect(shared + PAGE, PAGE, PROT_READ));
    if (!sigsetjmp(back, 1)) {
        const char *from = shared;
        char *to = shared + PAGE;
        __asm__ volatile("movsb" : "+S"(from), "+D"(to) : : "memory");
        CHECK(0);
    }
    CHECK(fault_at == shared + PAGE);
    CHECK(!mprotect(shared + PAGE, PAGE, PROT_READ | PROT_WRITE));
    CHECK(!munmap(shared + PAGE, PAGE));
    CHECK(does_fault(shared + PAGE, 0) && fault_code == SEGV_MAPERR);
    CHECK(!does_fault(shared, 1) && !does_fault(shared + 2 * PAGE, 1));
    /* Private memory in the gap. */
    CHECK(mmap(shared + PAGE, PAGE, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
               0) == shared + PAGE);
    shared[PAGE] = 3;
    CHECK(shared[PAGE] == 3);
    /* Elsewhere, and a second time. */
    char *memory = map(PAGE, PROT_READ | PROT_WRITE);
    *memory = 4;
    memory = mremap(memory, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
    CHECK(memory != MAP_FAILED && *memory == 4);
    char *room = map(3 * PAGE, PROT_READ | PROT_WRITE);
    char *moved =
        mremap(memory, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, room + PAGE);
    CHECK(moved == room + PAGE && *moved == 4 && does_fault(memory, 0));
    char *twin = mremap(moved, 0, PAGE, MREMAP_MAYMOVE);
    CHECK(twin != MAP_FAILED);
    *twin = 9;
    CHECK(*moved == 9);
    CHECK(faults == 6);
}

static void test_file(void)
{
    int fd = open("mapped", O_RDWR | O_CREAT, 0600);
    CHECK(fd >= 0 && !ftruncate(fd, PAGE));
    char *memory =
        mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(memory != MAP_FAILED);
    strcpy(memory, "in the file");
    char text[12];
    CHECK(pread(fd, text, 12, 0) == 12 && !strcmp(text, "in the file"));
    CHECK(pwrite(fd, "IN", 2, 0) == 2 && !memcmp(memory, "IN the", 6));
    char *reader = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    CHECK(reader != MAP_FAILED && reader[3] == 't');
    arrange(SIGSEGV, jump_back, 0);
    CHECK(does_fault(reader, 1));
    /* Behind the end of the file. */
    arrange(SIGBUS, jump_back, 0);
    CHECK(does_fault(memory + PAGE, 0) && fault_code == BUS_ADRERR);
    CHECK(does_fault(memory + PAGE, 1) && faults == 3);
    CHECK(!does_fault(memory, 1));
    CHECK(!ftruncate(fd, 2 * PAGE) && !does_fault(memory + PAGE, 1));
}

static void test_system_v(void)
{
    int id = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600);
    CHECK(id >= 0);
    volatile int *one = shmat(id, NULL, 0);
    volatile int *two = shmat(id, NULL, SHM_RDONLY);
    CHECK(one != (void *)-1 && two != (void *)-1);
    *one = 12;
    CHECK(*two == 12);
    arrange(SIGSEGV, jump_back, 0);
    CHECK(does_fault((volatile char *)two, 1));
    CHECK(!shmdt((const void *)one));
    CHECK(does_fault((volatile char *)one, 0) && *two == 12);
    CHECK(!shmctl(id, IPC_RMID, NULL));
}

/* -- Signals ----------------------------------------------------------------*/

static void allow(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    faults++;
    fault_at = info->si_addr;
    /* Shared memory is what handlers use, too. */
    shared[3 * PAGE]++;
    mprotect(info->si_addr, PAGE, PROT_READ | PROT_WRITE);
}

static void test_own_handler(void)
{
    char *private =
        mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    arrange(SIGSEGV, allow, 0);
    /* Written again after the handler, as it came from. */
    *(volatile char *)private = 5;
    CHECK(*private == 5 && faults == 1 && fault_at == private);
    CHECK(!mprotect(shared + PAGE, PAGE, PROT_NONE));
    ((volatile char *)shared)[PAGE] = 6;
    CHECK(shared[PAGE] == 6 && faults == 2 && shared[3 * PAGE] == 2);
    struct sigaction action;
    CHECK(!sigaction(SIGSEGV, NULL, &action) && action.sa_sigaction == allow);
    /* Sent, and only once. */
    arrange(SIGSEGV, allow, SA_RESETHAND);
    CHECK(!raise(SIGSEGV) && faults == 3);
    CHECK(!sigaction(SIGSEGV, NULL, &action) && action.sa_handler == SIG_DFL);
    signal(SIGSEGV, SIG_IGN);
    CHECK(!raise(SIGSEGV));
}

static void count(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info, (void)context;
    faults++;
}

static void test_traps(void)
{
    arrange(SIGTRAP, count, 0);
    CHECK(!raise(SIGTRAP) && faults == 1);
    __asm__ volatile("int3");
    CHECK(faults == 2);
    shared[0] = 1;
    CHECK(shared[0] == 1 && faults == 2);
    /* Stepping by itself, over an access, too. */
    __asm__ volatile("pushfq\n orl $0x100, (%%rsp)\n popfq\n"
                     "movb $7, (%0)\n"
                     "pushfq\n andl $~0x100, (%%rsp)\n popfq"
                     :
                     : "r"(shared)
                     : "memory", "cc");
    CHECK(shared[0] == 7 && faults > 4);
}

static void test_masks(void)
{
    sigset_t all, before;
    sigfillset(&all);
    CHECK(!sigprocmask(SIG_SETMASK, &all, &before));
    for (int i = 0; i < 100; i++)
        shared[i * 100]++;
    sigset_t pending;
    CHECK(!kill(getpid(), SIGUSR1));
    shared[5]++;
    CHECK(!sigpending(&pending) && sigismember(&pending, SIGUSR1));
    arrange(SIGUSR1, count, 0);
    CHECK(!faults);
    CHECK(!sigprocmask(SIG_SETMASK, &before, NULL));
    CHECK(faults == 1);
    shared[6]++;
    CHECK(!sigprocmask(SIG_SETMASK, NULL, &all));
    CHECK(!sigismember(&all, SIGUSR1) && !sigismember(&all, SIGTERM));
}

static void add_shared(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info, (void)context;
    ((volatile long *)(void *)shared)[8]++;
}

/* Handlers that use shared memory interrupt accesses to it. */
static void test_interrupted(void)
{
    enum { TIMES = 40 };
    volatile long *words = (volatile long *)(void *)shared;
    arrange(SIGUSR1, add_shared, 0);
    pid_t pid = fork();
    if (!pid) {
        for (int i = 0; i < TIMES; i++)
            words[1] += words[0];
        _exit(words[1] == 0);
    }
    int sent = 0;
    for (int i = 0; i < TIMES; i++)
        sent += !kill(pid, SIGUSR1);
    words[0] = 1;
    (void)await(pid);
    CHECK(sent == TIMES && words[8] <= TIMES);
}

static char *other_stack;

static void on_other_stack(int signal, siginfo_t *info, void *context)
{
    char here;
    (void)info, (void)context;
    /* Not by stdio: the stack that overflowed may have been inside. */
    if (signal == SIGSEGV && &here >= other_stack &&
        &here < other_stack + 65536 && shared[0] == 2)
        _exit(42);
    _exit(1);
}

/* Calls itself for as long as there is a stack. */
static int recurse(volatile char *below)
{
    volatile char frame[512];
    frame[0] = *below;
    return below ? recurse(frame) + frame[0] : 0;
}

static void test_overflow(void)
{
    other_stack = malloc(65536);
    stack_t stack = {.ss_sp = other_stack, .ss_size = 65536};
    CHECK(!sigaltstack(&stack, NULL));
    arrange(SIGSEGV, on_other_stack, SA_ONSTACK);
    shared[0] = 2;
    pid_t pid = fork();
    if (!pid)
        _exit(recurse(shared));
    int status = await(pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42);
}

static void test_death(void)
{
    static const struct {
        int signal;
        const char *code;
    } deaths[] = {{SIGSEGV, "s"},
                  {SIGILL, "i"},
                  {SIGFPE, "f"},
                  {SIGTRAP, "t"},
                  {SIGABRT, "a"}};
    for (unsigned i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
        pid_t pid = fork();
        if (!pid) {
            volatile int zero = 0;
            shared[0]++;
            switch (*deaths[i].code) {
            case 's':
                *(volatile char *)8 = 1;
                break;
            case 'i':
                __asm__ volatile("ud2");
                break;
            case 'f':
                zero = 7 / zero;
                break;
            case 't':
                __asm__ volatile("int3");
                break;
            default:
                abort();
            }
            _exit(0);
        }
        int status = await(pid);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == deaths[i].signal);
    }
}

/* -- Processes --------------------------------------------------------------*/

static void grow(int depth)
{
    if (!depth)
        return;
    for (int i = 0; i < 2; i++) {
        pid_t pid = fork();
        if (!pid) {
            grow(depth - 1);
            __atomic_fetch_add((int *)(void *)shared, 1, __ATOMIC_SEQ_CST);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
}

static void test_tree(void)
{
    grow(3);
    CHECK(*(int *)(void *)shared == 14);
}

static void prepare(void)
{
    ((volatile int *)(void *)shared)[1]++;
}
static void in_child(void)
{
    ((volatile int *)(void *)shared)[2]++;
}

static void test_fork_handlers(void)
{
    pthread_atfork(prepare, NULL, in_child);
    pid_t pid = fork();
    if (!pid)
        _exit(shared[4] == 1 ? shared[8] : 0);
    CHECK(WEXITSTATUS(await(pid)) == 1);
}

static void test_exec(void)
{
    const char *name = getenv("GUARDED_FILE");
    if (!name) {
        int fd = open("handed", O_RDWR | O_CREAT, 0600);
        CHECK(fd >= 0 && !ftruncate(fd, PAGE));
        volatile int *word =
            mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        *word = 20;
        setenv("GUARDED_FILE", "handed", 1);
        pid_t pid = fork();
        if (!pid) {
            execl("/proc/self/exe", "guarded", "exec", NULL);
            _exit(1);
        }
        CHECK(!await(pid) && *word == 22);
        return;
    }
    int fd = open(name, O_RDWR);
    volatile int *word =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(*word == 20);
    *word += 2;
}

/* Whoever dies with a robust mutex passes it on, however it dies. */
static void test_robust(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutex_t *mutex = (pthread_mutex_t *)(void *)shared;
    volatile int *words = (volatile int *)(void *)(shared + 2048);
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    CHECK(!pthread_mutex_init(mutex, &attributes));
    for (int way = 0; way < 4; way++) {
        int ready[2];
        CHECK(!pipe(ready));
        pid_t pid = fork();
        if (!pid) {
            pthread_mutex_lock(mutex);
            CHECK(write(ready[1], "r", 1) == 1);
            if (way == 1)
                _exit(0);
            if (way == 2)
                *(volatile char *)8 = 1;
            if (way == 3)
                __asm__ volatile("ud2");
            for (int i = 0; i < 100; i++)
                words[0]++; /* killed in the middle of this */
            pause();
        }
        char byte;
        CHECK(read(ready[0], &byte, 1) == 1);
        for (int i = 0; i < 5; i++)
            words[1]++;
        if (way == 0)
            CHECK(!kill(pid, SIGKILL));
        await(pid);
        CHECK(pthread_mutex_lock(mutex) == EOWNERDEAD);
        CHECK(!pthread_mutex_consistent(mutex));
        CHECK(!pthread_mutex_unlock(mutex));
        close(ready[0]);
        close(ready[1]);
    }
}

/* -- What cannot be guarded
 * --------------------------------------------------*/

static void *add_in_thread(void *unused)
{
    for (int i = 0; i < 100; i++)
        __atomic_fetch_add((int *)(void *)shared, 1, __ATOMIC_SEQ_CST);
    return unused;
}

static void test_threads(void)
{
    pthread_t threads[3];
    shared[PAGE]++;
    for (int i = 0; i < 3; i++)
        CHECK(!pthread_create(&threads[i], NULL, add_in_thread, NULL));
    for (int i = 0; i < 3; i++)
        CHECK(!pthread_join(threads[i], NULL));
    CHECK(*(int *)(void *)shared == 300);
}

static void test_stack(void)
{
    stack_t stack = {.ss_sp = shared, .ss_size = PAGES * PAGE};
    shared[0] = 1;
    CHECK(!sigaltstack(&stack, NULL));
    arrange(SIGUSR1, count, SA_ONSTACK);
    CHECK(!raise(SIGUSR1) && faults == 1);
    pid_t pid = fork();
    if (!pid) {
        volatile char *memory = map(PAGE, PROT_READ | PROT_WRITE);
        memory[0] = 1;
        _exit(raise(SIGUSR1) || faults != 2);
    }
    CHECK(!await(pid));
}

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    {"sizes", test_sizes},
    {"atomics", test_atomics},
    {"strings", test_strings},
    {"unknown", test_unknown},
    {"calls", test_calls},
    {"mappings", test_mappings},
    {"file", test_file},
    {"system-v", test_system_v},
    {"own-handler", test_own_handler},
    {"traps", test_traps},
    {"masks", test_masks},
    {"interrupted", test_interrupted},
    {"overflow", test_overflow},
    {"death", test_death},
    {"tree", test_tree},
    {"fork-handlers", test_fork_handlers},
    {"exec", test_exec},
    {"robust", test_robust},
    {"threads", test_threads},
    {"stack", test_stack},
};

int main(int argc, char **argv)
{
    shared = map(PAGES * PAGE, PROT_READ | PROT_WRITE);
    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        if (argc == 1) {
            puts(tests[i].name);
        } else if (!strcmp(argv[1], tests[i].name)) {
            tests[i].run();
            return 0;
        }
    }
    return argc != 1;
}
