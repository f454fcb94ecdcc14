/* Threads: start, join, detach, once, cancel. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <threads.h>
#include <unistd.h>

#include "primitives/primitives.h"

enum { THREADS = 2 };

/* -- Ends -------------------------------------------------------------------
 */

static void *twice(void *number)
{
    return (void *)(2 * (intptr_t)number);
}

static int run_join(const void *settings)
{
    (void)settings;
    pthread_t threads[THREADS];
    intptr_t sum = 0;
    for (intptr_t i = 0; i < THREADS; i++)
        need(!pthread_create(&threads[i], NULL, twice, (void *)(i + 1)),
             "pthread_create");
    for (int i = THREADS; i--;) {
        void *result;
        need(!pthread_join(threads[i], &result), "pthread_join");
        sum += (intptr_t)result;
    }
    return report(sum, 6);
}

static sem_t done;

static void *post_done(void *unused)
{
    need(!sem_post(&done), "sem_post");
    return unused;
}

/* One is detached by its creator, one by itself, one from the start. Nobody
 * waits for their ends: they say that they are done, and may be overtaken by
 * the end of the process. */
static void *detach_and_post(void *unused)
{
    need(!pthread_detach(pthread_self()), "pthread_detach");
    return post_done(unused);
}

static int run_detach(const void *settings)
{
    (void)settings;
    pthread_t thread;
    pthread_attr_t attributes;
    need(!sem_init(&done, 0, 0), "sem_init");
    need(!pthread_create(&thread, NULL, post_done, NULL), "pthread_create");
    need(!pthread_detach(thread), "pthread_detach");
    need(!pthread_create(&thread, NULL, detach_and_post, NULL),
         "pthread_create");
    need(!pthread_attr_init(&attributes), "attr_init");
    need(!pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED),
         "setdetachstate");
    need(!pthread_create(&thread, &attributes, post_done, NULL),
         "pthread_create");
    need(!pthread_attr_destroy(&attributes), "attr_destroy");
    long count = 0;
    for (; count < 3; count++)
        sem_take(&done);
    return report(count, 3);
}

/* -- Once -------------------------------------------------------------------
 */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static once_flag once_c11 = ONCE_FLAG_INIT;
static int begun; /* only the one who makes it writes these */
static volatile int made;

static void make(void)
{
    begun++;
    sched_yield();
    made++;
}

static void *need_it(void *unused)
{
    need(!pthread_once(&once, make), "pthread_once");
    need(made == 1, "made");
    return unused;
}

static void *need_it_c11(void *unused)
{
    call_once(&once_c11, make);
    need(made == 1, "made");
    return unused;
}

static int race_for(void *(*run)(void *))
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        need(!pthread_create(&threads[i], NULL, run, NULL), "pthread_create");
    run(NULL);
    for (int i = 0; i < THREADS; i++)
        need(!pthread_join(threads[i], NULL), "pthread_join");
    return report(begun, 1);
}

static int run_once(const void *settings)
{
    (void)settings;
    return race_for(need_it);
}

static int run_once_c11(const void *settings)
{
    (void)settings;
    return race_for(need_it_c11);
}

/* -- Cancel -----------------------------------------------------------------
 */

/* Cancel a thread that runs RUN, which never ends by itself, whether it waits
 * already or not. */
static int cancel(void *(*run)(void *context), void *context)
{
    pthread_t thread;
    void *result;
    need(!pthread_create(&thread, NULL, run, context), "pthread_create");
    need(!pthread_cancel(thread), "pthread_cancel");
    need(!pthread_join(thread, &result), "pthread_join");
    return report(result == PTHREAD_CANCELED, true);
}

static void *wait_for_post(void *semaphore)
{
    for (;;)
        sem_take(semaphore);
    return NULL;
}

static int run_cancel_semaphore(const void *settings)
{
    (void)settings;
    sem_t never;
    need(!sem_init(&never, 0, 0), "sem_init");
    int status = cancel(wait_for_post, &never);
    need(!sem_destroy(&never), "sem_destroy");
    return status;
}

struct room {
    pthread_mutex_t lock;
    pthread_cond_t never;
};

static void leave(void *mutex)
{
    need(!pthread_mutex_unlock(mutex), "mutex_unlock");
}

static void *wait_for_signal(void *context)
{
    struct room *room = context;
    need(!pthread_mutex_lock(&room->lock), "mutex_lock");
    pthread_cleanup_push(leave, &room->lock);
    for (;;)
        need(!pthread_cond_wait(&room->never, &room->lock), "cond_wait");
    pthread_cleanup_pop(1);
    return NULL;
}

static int run_cancel_condition(const void *settings)
{
    (void)settings;
    struct room room = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER};
    int status = cancel(wait_for_signal, &room);
    /* The clean-up gave it back. */
    need(!pthread_mutex_lock(&room.lock), "mutex_lock");
    need(!pthread_mutex_unlock(&room.lock), "mutex_unlock");
    need(!pthread_cond_destroy(&room.never), "cond_destroy");
    need(!pthread_mutex_destroy(&room.lock), "mutex_destroy");
    return status;
}

static void *wait_for_byte(void *fd)
{
    for (;;) {
        char byte;
        need(read(*(int *)fd, &byte, 1) == 1, "read");
    }
    return NULL;
}

static int run_cancel_read(const void *settings)
{
    (void)settings;
    int ends[2];
    need(!pipe(ends), "pipe");
    int status = cancel(wait_for_byte, &ends[0]);
    need(!close(ends[0]) && !close(ends[1]), "close");
    return status;
}

struct refusal {
    sem_t begun, never;
};

/* Not while it is disabled. */
static void *refuse(void *context)
{
    struct refusal *refusal = context;
    int old;
    need(!pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old),
         "setcancelstate");
    need(!sem_post(&refusal->begun), "sem_post");
    for (int i = 0; i < 3; i++)
        usleep(1000);
    need(!pthread_setcancelstate(old, NULL), "setcancelstate");
    return wait_for_post(&refusal->never);
}

static int run_cancel_later(const void *settings)
{
    (void)settings;
    struct refusal refusal;
    pthread_t thread;
    void *result;
    need(!sem_init(&refusal.begun, 0, 0), "sem_init");
    need(!sem_init(&refusal.never, 0, 0), "sem_init");
    need(!pthread_create(&thread, NULL, refuse, &refusal), "pthread_create");
    sem_take(&refusal.begun);
    need(!pthread_cancel(thread), "pthread_cancel");
    need(!pthread_join(thread, &result), "pthread_join");
    need(!sem_destroy(&refusal.begun), "sem_destroy");
    need(!sem_destroy(&refusal.never), "sem_destroy");
    return report(result == PTHREAD_CANCELED, true);
}

/* -- C11 --------------------------------------------------------------------
 */

static int thrice(void *number)
{
    return 3 * *(int *)number;
}

static int run_c11(const void *settings)
{
    (void)settings;
    thrd_t threads[THREADS];
    int numbers[THREADS] = {1, 2};
    long sum = 0;
    for (int i = 0; i < THREADS; i++)
        need(thrd_create(&threads[i], thrice, &numbers[i]) == thrd_success,
             "thrd_create");
    for (int i = 0; i < THREADS; i++) {
        int result;
        need(thrd_join(threads[i], &result) == thrd_success, "thrd_join");
        sum += result;
    }
    return report(sum, 9);
}

const struct program_variant thread_variants[] = {
    {"thread-join", "right: threads return numbers.", run_join},
    {"thread-detach", "right: nobody waits for their ends.", run_detach},
    {"thread-c11", "right: thrd_t.", run_c11},
    {"pthread-once", "right: three race for one initialisation.", run_once},
    {"call-once", "right: the same in C11.", run_once_c11},
    {"cancel-sem-wait", "right: cancels who waits for a semaphore.",
     run_cancel_semaphore},
    {"cancel-cond-wait", "right: cancels who waits for a condition.",
     run_cancel_condition},
    {"cancel-read", "right: cancels who reads from an empty pipe.",
     run_cancel_read},
    {"cancel-later", "right: not while it is disabled.", run_cancel_later},
    {NULL, NULL, NULL},
};
