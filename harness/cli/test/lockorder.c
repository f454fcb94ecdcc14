/* Programs that take locks in this order and that, as processes or threads.
 * Those that could deadlock do so seldom: between the critical sections of the
 * workers lies much else. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOCKS = 4, PAUSE = 60, WORKERS = 3 };

static struct shared {
    pthread_mutex_t locks[LOCKS], recursive, flag_lock, idle;
    pthread_cond_t flag_set;
    pthread_rwlock_t rwlocks[LOCKS];
    pthread_spinlock_t spin;
    sem_t one, other, two, done;
    int flag;
} * s;

static pthread_mutex_t private_locks[2] = {PTHREAD_MUTEX_INITIALIZER,
                                           PTHREAD_MUTEX_INITIALIZER};
static const char *argument;
static int file;

/* Private work with many points, so that the worker comes late. */
static void pause_a_while(void)
{
    for (int i = 0; i < PAUSE; i++)
        sched_yield();
}

static void lock(int i)
{
    pthread_mutex_lock(&s->locks[i]);
}

static void unlock(int i)
{
    pthread_mutex_unlock(&s->locks[i]);
}

static void nest(int first, int second)
{
    lock(first);
    lock(second);
    unlock(second);
    unlock(first);
}

/* -- Two workers, in turns by luck
 * -------------------------------------------*/

static void ab(void)
{
    nest(0, 1);
    pause_a_while();
}

static void ba(void)
{
    pause_a_while();
    nest(1, 0);
}

static void bc(void)
{
    pause_a_while();
    nest(1, 2);
}

static void ca(void)
{
    pause_a_while();
    pause_a_while();
    nest(2, 0);
}

static void gated_ab(void)
{
    lock(2);
    ab();
    unlock(2);
}

static void gated_ba(void)
{
    lock(2);
    nest(1, 0);
    unlock(2);
}

static void both(void)
{
    nest(0, 1);
    nest(1, 0);
}

static void nothing(void)
{
    lock(0);
    unlock(0);
    lock(1);
    unlock(1);
}

static void b_try_a(void)
{
    pause_a_while();
    lock(1);
    if (!pthread_mutex_trylock(&s->locks[0]))
        unlock(0);
    unlock(1);
}

static void b_timed_a(void)
{
    struct timespec until;
    pause_a_while();
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 5;
    lock(1);
    if (!pthread_mutex_timedlock(&s->locks[0], &until))
        unlock(0);
    unlock(1);
}

/* What is tried for is held, too. */
static void try_b_a(void)
{
    pause_a_while();
    if (pthread_mutex_trylock(&s->locks[1]))
        return;
    lock(0);
    unlock(0);
    unlock(1);
}

static void recursive_a(void)
{
    pthread_mutex_lock(&s->recursive);
    lock(0);
    pthread_mutex_lock(&s->recursive);
    unlock(0);
    pthread_mutex_unlock(&s->recursive);
    pthread_mutex_unlock(&s->recursive);
    pause_a_while();
}

static void by_argument(void)
{
    if (!strcmp(argument, "ab"))
        ab();
}

static void by_argument_back(void)
{
    if (strcmp(argument, "ab"))
        ba();
}

static void ab_threads(void)
{
    pthread_mutex_lock(&private_locks[0]);
    pthread_mutex_lock(&private_locks[1]);
    pthread_mutex_unlock(&private_locks[1]);
    pthread_mutex_unlock(&private_locks[0]);
    pause_a_while();
}

static void ba_threads(void)
{
    pause_a_while();
    pthread_mutex_lock(&private_locks[1]);
    pthread_mutex_lock(&private_locks[0]);
    pthread_mutex_unlock(&private_locks[0]);
    pthread_mutex_unlock(&private_locks[1]);
}

/* -- Other locks
 * -------------------------------------------------------------*/

static void rw(int first, int second, int (*take)(pthread_rwlock_t *),
               int (*take_second)(pthread_rwlock_t *))
{
    take(&s->rwlocks[first]);
    take_second(&s->rwlocks[second]);
    pthread_rwlock_unlock(&s->rwlocks[second]);
    pthread_rwlock_unlock(&s->rwlocks[first]);
}

static void read_ab(void)
{
    rw(0, 1, pthread_rwlock_rdlock, pthread_rwlock_rdlock);
    pause_a_while();
}

static void read_ba(void)
{
    pause_a_while();
    rw(1, 0, pthread_rwlock_rdlock, pthread_rwlock_rdlock);
}

static void read_a_write_b(void)
{
    rw(0, 1, pthread_rwlock_rdlock, pthread_rwlock_wrlock);
    pause_a_while();
}

static void read_b_write_a(void)
{
    pause_a_while();
    rw(1, 0, pthread_rwlock_rdlock, pthread_rwlock_wrlock);
}

static void spin_a(void)
{
    pthread_spin_lock(&s->spin);
    lock(0);
    unlock(0);
    pthread_spin_unlock(&s->spin);
    pause_a_while();
}

static void a_spin(void)
{
    pause_a_while();
    lock(0);
    pthread_spin_lock(&s->spin);
    pthread_spin_unlock(&s->spin);
    unlock(0);
}

static void semaphores(sem_t *first, sem_t *second)
{
    sem_wait(first);
    sem_wait(second);
    sem_post(second);
    sem_post(first);
}

static void sem_ab(void)
{
    semaphores(&s->one, &s->other);
    pause_a_while();
}

static void sem_ba(void)
{
    pause_a_while();
    semaphores(&s->other, &s->one);
}

/* A semaphore of two lets both in. */
static void two_a(void)
{
    sem_wait(&s->two);
    lock(0);
    unlock(0);
    sem_post(&s->two);
    pause_a_while();
}

static void a_two(void)
{
    pause_a_while();
    lock(0);
    sem_wait(&s->two);
    sem_post(&s->two);
    unlock(0);
}

/* Something handed over: who waits is not who gives back. */
static void give(void)
{
    lock(0);
    sem_post(&s->done);
    unlock(0);
    pause_a_while();
}

static void get(void)
{
    sem_wait(&s->done);
    lock(0);
    unlock(0);
}

/* Given back by who took it, and yet no lock: another one gives, too. */
static void done_a(void)
{
    sem_wait(&s->done);
    lock(0);
    unlock(0);
    sem_post(&s->done);
    pause_a_while();
}

static void a_done(void)
{
    pause_a_while();
    lock(0);
    sem_wait(&s->done);
    sem_post(&s->done);
    unlock(0);
}

static void top_up(void)
{
    sem_post(&s->done);
    sem_post(&s->done);
}

/* -- Ordered for certain
 * ------------------------------------------------------*/

static void ab_then_post(void)
{
    nest(0, 1);
    sem_post(&s->done);
}

static void wait_then_ba(void)
{
    sem_wait(&s->done);
    nest(1, 0);
}

static void ab_then_signal(void)
{
    nest(0, 1);
    pthread_mutex_lock(&s->flag_lock);
    s->flag = 1;
    pthread_cond_signal(&s->flag_set);
    pthread_mutex_unlock(&s->flag_lock);
}

static void await_flag_then_ba(void)
{
    pthread_mutex_lock(&s->flag_lock);
    while (!s->flag)
        pthread_cond_wait(&s->flag_set, &s->flag_lock);
    pthread_mutex_unlock(&s->flag_lock);
    nest(1, 0);
}

static void poll_flag_then_ba(void)
{
    for (int set = 0; !set;) {
        pthread_mutex_lock(&s->flag_lock);
        set = s->flag;
        pthread_mutex_unlock(&s->flag_lock);
        sched_yield();
    }
    nest(1, 0);
}

/* -- The same place, another lock
 * ---------------------------------------------*/

static void again(void)
{
    nest(0, 1);
    pthread_mutexattr_t shared;
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    for (int i = 0; i < 2; i++) {
        pthread_mutex_destroy(&s->locks[i]);
        pthread_mutex_init(&s->locks[i], &shared);
    }
    s->flag = 1;
    pause_a_while();
}

static void after_again(void)
{
    pause_a_while();
    if (s->flag)
        nest(1, 0);
}

static void again_semaphores(void)
{
    semaphores(&s->one, &s->other);
    sem_destroy(&s->one);
    sem_init(&s->one, 1, 1);
    sem_destroy(&s->other);
    sem_init(&s->other, 1, 1);
    s->flag = 1;
    pause_a_while();
}

static void after_again_semaphores(void)
{
    pause_a_while();
    if (s->flag)
        semaphores(&s->other, &s->one);
}

/* -- Record locks
 * ------------------------------------------------------------*/

static void record(short type)
{
    struct flock all = {.l_type = type, .l_whence = SEEK_SET};
    while (fcntl(file, F_SETLKW, &all) && errno == EINTR)
        ;
}

static void file_a(void)
{
    record(F_WRLCK);
    lock(0);
    unlock(0);
    record(F_UNLCK);
    pause_a_while();
}

static void a_file(void)
{
    pause_a_while();
    lock(0);
    record(F_WRLCK);
    record(F_UNLCK);
    unlock(0);
}

/* -- Mapped elsewhere
 * --------------------------------------------------------*/

static void ba_elsewhere(void)
{
    struct shared *old = s;
    s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    munmap(old, sizeof(*s));
    if (s == MAP_FAILED || s == old)
        _exit(3);
    ba();
}

/* -- Running them
 * ------------------------------------------------------------*/

enum how { PROCESSES, THREADS, ONE_BY_ONE, THREADS_ONE_BY_ONE, PARENT_FIRST };

static const struct variant {
    const char *name;
    enum how how;
    void (*workers[WORKERS])(void);
} variants[] = {
    {"luck", PROCESSES, {ab, ba}},
    {"threads", THREADS, {ab, ba}},
    {"globals", THREADS, {ab_threads, ba_threads}},
    {"three", PROCESSES, {ab, bc, ca}},
    {"elsewhere", PROCESSES, {ab, ba_elsewhere}},
    {"try-first", PROCESSES, {ab, try_b_a}},
    {"write", PROCESSES, {read_a_write_b, read_b_write_a}},
    {"spin", PROCESSES, {spin_a, a_spin}},
    {"semaphores", PROCESSES, {sem_ab, sem_ba}},
    {"file", PROCESSES, {file_a, a_file}},
    {"argument", PROCESSES, {by_argument, by_argument_back}},
    {"waited", ONE_BY_ONE, {ab, ba}},
    {"joined", THREADS_ONE_BY_ONE, {ab, ba}},
    {"parent", PARENT_FIRST, {ab, ba}},
    {"gate", PROCESSES, {gated_ab, gated_ba}},
    {"alone", PROCESSES, {both, nothing}},
    {"try", PROCESSES, {ab, b_try_a}},
    {"timed", PROCESSES, {ab, b_timed_a}},
    {"recursive", PROCESSES, {recursive_a, recursive_a}},
    {"copies", PROCESSES, {ab_threads, ba_threads}},
    {"read", PROCESSES, {read_ab, read_ba}},
    {"two", PROCESSES, {two_a, a_two}},
    {"hand-over", PROCESSES, {give, get}},
    {"topped-up", PROCESSES, {done_a, a_done, top_up}},
    {"posted", PROCESSES, {ab_then_post, wait_then_ba}},
    {"signalled", PROCESSES, {ab_then_signal, await_flag_then_ba}},
    {"polled", PROCESSES, {ab_then_signal, poll_flag_then_ba}},
    {"anew", PROCESSES, {again, after_again}},
    {"anew-semaphores", PROCESSES, {again_semaphores, after_again_semaphores}},
};

static void make(void)
{
    pthread_mutexattr_t shared, recursive;
    pthread_condattr_t condition;
    pthread_rwlockattr_t rwlock;
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    recursive = shared;
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_condattr_init(&condition);
    pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
    pthread_rwlockattr_init(&rwlock);
    pthread_rwlockattr_setpshared(&rwlock, PTHREAD_PROCESS_SHARED);
    for (int i = 0; i < LOCKS; i++) {
        pthread_mutex_init(&s->locks[i], &shared);
        pthread_rwlock_init(&s->rwlocks[i], &rwlock);
    }
    pthread_mutex_init(&s->flag_lock, &shared);
    pthread_mutex_init(&s->recursive, &recursive);
    pthread_cond_init(&s->flag_set, &condition);
    pthread_spin_init(&s->spin, PTHREAD_PROCESS_SHARED);
    sem_init(&s->one, 1, 1);
    sem_init(&s->other, 1, 1);
    sem_init(&s->two, 1, 2);
    sem_init(&s->done, 1, 0);
}

static void *run_thread(void *worker)
{
    void (*run)(void);
    memcpy(&run, worker, sizeof(run));
    run();
    return NULL;
}

static int run_threads(const struct variant *variant)
{
    pthread_t threads[WORKERS];
    int count = 0;
    for (; count < WORKERS && variant->workers[count]; count++) {
        void (*worker)(void) = variant->workers[count];
        static void (*starts[WORKERS])(void);
        starts[count] = worker;
        if (pthread_create(&threads[count], NULL, run_thread, &starts[count]))
            return 2;
        if (variant->how == THREADS_ONE_BY_ONE)
            pthread_join(threads[count], NULL);
    }
    while (variant->how == THREADS && count--)
        pthread_join(threads[count], NULL);
    return 0;
}

static int run_processes(const struct variant *variant)
{
    int result = 0, children = 0;
    for (int i = 0; i < WORKERS && variant->workers[i]; i++) {
        if (!i && variant->how == PARENT_FIRST) {
            variant->workers[i]();
            continue;
        }
        pid_t child = fork();
        if (!child) {
            variant->workers[i]();
            _exit(0);
        }
        children++;
        if (variant->how == ONE_BY_ONE) {
            int status;
            waitpid(child, &status, 0);
            children--;
            result |= status;
        }
    }
    for (int status; children--; result |= status)
        if (wait(&status) < 0)
            return 2;
    return result != 0;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    argument = argc > 2 ? argv[2] : "ab";
    file = memfd_create("locks", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, sizeof(*s)))
        return 2;
    s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (s == MAP_FAILED)
        return 2;
    make();
    int result = 2;
    for (size_t i = 0; i < sizeof(variants) / sizeof(*variants); i++) {
        const struct variant *variant = &variants[i];
        if (strcmp(variant->name, argv[1]))
            continue;
        result = variant->how == THREADS || variant->how == THREADS_ONE_BY_ONE
                     ? run_threads(variant)
                     : run_processes(variant);
    }
    return result;
}
