/* Mutexes of every type but the robust ones. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <threads.h>

#include "primitives/primitives.h"

/* A process-shared mutex of TYPE and PROTOCOL in shared memory. */
static pthread_mutex_t *mutex_new(int type, int protocol)
{
    pthread_mutex_t *mutex = shared_new(sizeof(*mutex));
    pthread_mutexattr_t attributes;
    need(!pthread_mutexattr_init(&attributes), "mutexattr_init");
    need(!pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
         "setpshared");
    need(!pthread_mutexattr_settype(&attributes, type), "settype");
    need(!pthread_mutexattr_setprotocol(&attributes, protocol), "setprotocol");
    need(!pthread_mutex_init(mutex, &attributes), "mutex_init");
    need(!pthread_mutexattr_destroy(&attributes), "mutexattr_destroy");
    return mutex;
}

static void take(void *mutex)
{
    need(!pthread_mutex_lock(mutex), "mutex_lock");
}

static void give(void *mutex)
{
    need(!pthread_mutex_unlock(mutex), "mutex_unlock");
}

static int count_and_destroy(pthread_mutex_t *mutex, void (*with)(void *mutex),
                             void (*without)(void *mutex))
{
    int status = count_between(with, without, mutex);
    need(!pthread_mutex_destroy(mutex), "mutex_destroy");
    return status;
}

static int run_normal(const void *settings)
{
    (void)settings;
    return count_and_destroy(mutex_new(PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE),
                             take, give);
}

static int run_inheriting(const void *settings)
{
    (void)settings;
    return count_and_destroy(
        mutex_new(PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT), take, give);
}

static void take_twice(void *mutex)
{
    take(mutex);
    take(mutex);
    give(mutex);
    take(mutex);
}

static void give_twice(void *mutex)
{
    give(mutex);
    give(mutex);
}

static int run_recursive(const void *settings)
{
    (void)settings;
    return count_and_destroy(
        mutex_new(PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE), take_twice,
        give_twice);
}

static void take_checked(void *mutex)
{
    take(mutex);
    need(pthread_mutex_lock(mutex) == EDEADLK, "EDEADLK");
}

static int run_errorcheck(const void *settings)
{
    (void)settings;
    return count_and_destroy(
        mutex_new(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE), take_checked,
        give);
}

static void take_trying(void *mutex)
{
    int err;
    while ((err = pthread_mutex_trylock(mutex)) == EBUSY)
        sched_yield();
    need(!err, "mutex_trylock");
}

static int run_trylock(const void *settings)
{
    (void)settings;
    return count_and_destroy(mutex_new(PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE),
                             take_trying, give);
}

/* -- A holder who does not let go until told to -----------------------------
 */

struct held {
    pthread_mutex_t *mutex;
    sem_t taken, enough;
};

static void hold(void *context)
{
    struct held *held = context;
    take(held->mutex);
    need(!sem_post(&held->taken), "sem_post");
    sem_take(&held->enough);
    give(held->mutex);
}

/* The mutex is held: LOCK must time out. It is free: LOCK takes it, if not at
 * once then later. */
static int run_timed(int (*lock)(pthread_mutex_t *mutex))
{
    struct held *held = shared_new(sizeof(*held));
    held->mutex = mutex_new(PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE);
    need(!sem_init(&held->taken, 1, 0), "sem_init");
    need(!sem_init(&held->enough, 1, 0), "sem_init");
    pid_t holder = child_start(hold, held);
    sem_take(&held->taken);
    int first = lock(held->mutex);
    need(!sem_post(&held->enough), "sem_post");
    int second;
    while ((second = lock(held->mutex)) == ETIMEDOUT)
        ;
    need(!second, "timed lock");
    give(held->mutex);
    child_end(holder);
    return report(first, ETIMEDOUT);
}

static int lock_timed(pthread_mutex_t *mutex)
{
    struct timespec until = after_ms(CLOCK_REALTIME, 10);
    return pthread_mutex_timedlock(mutex, &until);
}

static int lock_clock(pthread_mutex_t *mutex)
{
    struct timespec until = after_ms(CLOCK_MONOTONIC, 10);
    return pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &until);
}

static int run_timedlock(const void *settings)
{
    (void)settings;
    return run_timed(lock_timed);
}

static int run_clocklock(const void *settings)
{
    (void)settings;
    return run_timed(lock_clock);
}

/* Somebody else's mutex is not given back: this type refuses. */
static int run_refused(const void *settings)
{
    (void)settings;
    struct held *held = shared_new(sizeof(*held));
    held->mutex = mutex_new(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE);
    need(!sem_init(&held->taken, 1, 0), "sem_init");
    need(!sem_init(&held->enough, 1, 0), "sem_init");
    pid_t holder = child_start(hold, held);
    sem_take(&held->taken);
    int err = pthread_mutex_unlock(held->mutex);
    need(!sem_post(&held->enough), "sem_post");
    child_end(holder);
    return report(err, EPERM);
}

/* -- Threads, also of two processes -----------------------------------------
 */

struct sum {
    pthread_mutex_t *mutex;
    mtx_t c11;
    volatile long value;
};

enum { THREADS = 2, ADDITIONS = 5 };

static void *add(void *context)
{
    struct sum *sum = context;
    for (int i = 0; i < ADDITIONS; i++) {
        take(sum->mutex);
        sum->value += 1;
        give(sum->mutex);
    }
    return NULL;
}

static void add_with_threads(void *context)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        need(!pthread_create(&threads[i], NULL, add, context),
             "pthread_create");
    for (int i = 0; i < THREADS; i++)
        need(!pthread_join(threads[i], NULL), "pthread_join");
}

static int run_mixed(const void *settings)
{
    (void)settings;
    struct sum *sum = shared_new(sizeof(*sum));
    sum->mutex = mutex_new(PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE);
    pid_t child = child_start(add_with_threads, sum);
    add_with_threads(sum);
    child_end(child);
    return report(sum->value, 2 * THREADS * ADDITIONS);
}

static int add_c11(void *context)
{
    struct sum *sum = context;
    for (int i = 0; i < ADDITIONS; i++) {
        need(mtx_lock(&sum->c11) == thrd_success, "mtx_lock");
        sum->value += 1;
        need(mtx_unlock(&sum->c11) == thrd_success, "mtx_unlock");
    }
    return 0;
}

static int run_c11(const void *settings)
{
    (void)settings;
    struct sum sum = {.value = 0};
    thrd_t threads[THREADS];
    need(mtx_init(&sum.c11, mtx_plain) == thrd_success, "mtx_init");
    for (int i = 0; i < THREADS; i++)
        need(thrd_create(&threads[i], add_c11, &sum) == thrd_success,
             "thrd_create");
    for (int i = 0; i < THREADS; i++)
        need(thrd_join(threads[i], NULL) == thrd_success, "thrd_join");
    mtx_destroy(&sum.c11);
    return report(sum.value, THREADS * ADDITIONS);
}

const struct program_variant mutex_variants[] = {
    {"mutex-normal", "right: a normal mutex guards a number.", run_normal},
    {"mutex-recursive", "right: it is taken twice and given back twice.",
     run_recursive},
    {"mutex-errorcheck", "right: taking it twice is refused.", run_errorcheck},
    {"mutex-refused", "right: giving back another one's is refused.",
     run_refused},
    {"mutex-inheriting", "right: a priority-inheriting mutex.", run_inheriting},
    {"mutex-trylock", "right: tried again and again, with yields.",
     run_trylock},
    {"mutex-timedlock", "right: a timed lock times out, then does not.",
     run_timedlock},
    {"mutex-clocklock", "right: the same by the monotonic clock.",
     run_clocklock},
    {"mutex-mixed", "right: two processes of two threads and more each.",
     run_mixed},
    {"mutex-c11", "right: mtx_t between threads.", run_c11},
    {NULL, NULL, NULL},
};
