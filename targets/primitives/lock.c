/* Reader-writer locks, spinlocks, barriers. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "primitives/primitives.h"

/* -- Readers and a writer ---------------------------------------------------
 */

struct book {
    pthread_rwlock_t lock;
    volatile long left, right; /* equal whenever the lock is free */
    sem_t taken, enough;
};

enum { TURNS = 5 };

static struct book *book_new(void)
{
    struct book *book = shared_new(sizeof(*book));
    pthread_rwlockattr_t attributes;
    need(!pthread_rwlockattr_init(&attributes), "rwlockattr_init");
    need(!pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
         "setpshared");
    need(!pthread_rwlock_init(&book->lock, &attributes), "rwlock_init");
    need(!pthread_rwlockattr_destroy(&attributes), "rwlockattr_destroy");
    need(!sem_init(&book->taken, 1, 0), "sem_init");
    need(!sem_init(&book->enough, 1, 0), "sem_init");
    return book;
}

static void give(struct book *book)
{
    need(!pthread_rwlock_unlock(&book->lock), "rwlock_unlock");
}

static void compare(void *context)
{
    struct book *book = context;
    for (int i = 0; i < TURNS; i++) {
        need(!pthread_rwlock_rdlock(&book->lock), "rdlock");
        need(book->left == book->right, "both halves equal");
        give(book);
    }
}

static void change(void *context)
{
    struct book *book = context;
    for (int i = 0; i < TURNS; i++) {
        need(!pthread_rwlock_wrlock(&book->lock), "wrlock");
        book->left += 1;
        book->right += 1;
        give(book);
    }
}

static int run_readers(const void *settings)
{
    (void)settings;
    struct book *book = book_new();
    pid_t children[] = {child_start(compare, book), child_start(change, book),
                        child_start(compare, book)};
    for (int i = 0; i < 3; i++)
        child_end(children[i]);
    need(!pthread_rwlock_destroy(&book->lock), "rwlock_destroy");
    return report(book->right, TURNS);
}

static void take_for_writing(void *book)
{
    need(!pthread_rwlock_wrlock(&((struct book *)book)->lock), "wrlock");
}

static void give_from_writing(void *book)
{
    give(book);
}

static int run_writers(const void *settings)
{
    (void)settings;
    return count_between(take_for_writing, give_from_writing, book_new());
}

/* Read until told that it is enough. */
static void hold(void *context)
{
    struct book *book = context;
    need(!pthread_rwlock_rdlock(&book->lock), "rdlock");
    need(!sem_post(&book->taken), "sem_post");
    sem_take(&book->enough);
    give(book);
}

/* While somebody reads: others may read, and a writer is in vain. */
static int run_timed(const void *settings)
{
    (void)settings;
    struct book *book = book_new();
    pid_t reader = child_start(hold, book);
    sem_take(&book->taken);
    need(!pthread_rwlock_tryrdlock(&book->lock), "tryrdlock");
    give(book);
    need(pthread_rwlock_trywrlock(&book->lock) == EBUSY, "trywrlock");
    struct timespec until = after_ms(CLOCK_REALTIME, 10);
    int err = pthread_rwlock_timedwrlock(&book->lock, &until);
    need(!sem_post(&book->enough), "sem_post");
    take_for_writing(book);
    give(book);
    child_end(reader);
    return report(err, ETIMEDOUT);
}

/* -- Spinlock ---------------------------------------------------------------
 */

static void take_spinning(void *lock)
{
    need(!pthread_spin_lock(lock), "spin_lock");
}

static void give_spinning(void *lock)
{
    need(!pthread_spin_unlock(lock), "spin_unlock");
}

static int run_spin(const void *settings)
{
    (void)settings;
    void *lock = shared_new(sizeof(pthread_spinlock_t));
    need(!pthread_spin_init(lock, PTHREAD_PROCESS_SHARED), "spin_init");
    int status = count_between(take_spinning, give_spinning, lock);
    need(!pthread_spin_destroy(lock), "spin_destroy");
    return status;
}

/* -- Barrier ----------------------------------------------------------------
 */

struct race {
    pthread_barrier_t line;
    atomic_long steps, firsts;
};

enum { RUNNERS = 3, LAPS = 4 };

/* Nobody begins a lap before all have ended the last one. */
static void run_laps(void *context)
{
    struct race *race = context;
    for (int lap = 1; lap <= LAPS; lap++) {
        race->steps++;
        int result = pthread_barrier_wait(&race->line);
        need(!result || result == PTHREAD_BARRIER_SERIAL_THREAD,
             "barrier_wait");
        race->firsts += result == PTHREAD_BARRIER_SERIAL_THREAD;
        need(race->steps == lap * RUNNERS, "all at the line");
        result = pthread_barrier_wait(&race->line);
        need(!result || result == PTHREAD_BARRIER_SERIAL_THREAD,
             "barrier_wait");
    }
}

static int run_barrier(const void *settings)
{
    (void)settings;
    struct race *race = shared_new(sizeof(*race));
    pthread_barrierattr_t attributes;
    need(!pthread_barrierattr_init(&attributes), "barrierattr_init");
    need(!pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
         "setpshared");
    need(!pthread_barrier_init(&race->line, &attributes, RUNNERS),
         "barrier_init");
    need(!pthread_barrierattr_destroy(&attributes), "barrierattr_destroy");
    pid_t children[RUNNERS];
    for (int i = 0; i < RUNNERS; i++)
        children[i] = child_start(run_laps, race);
    for (int i = 0; i < RUNNERS; i++)
        child_end(children[i]);
    need(!pthread_barrier_destroy(&race->line), "barrier_destroy");
    return report(race->steps * 10 + race->firsts, RUNNERS * LAPS * 10 + LAPS);
}

const struct program_variant lock_variants[] = {
    {"rwlock-readers", "right: two readers, one writer.", run_readers},
    {"rwlock-writers", "right: three writers.", run_writers},
    {"rwlock-timed", "right: a writer's timed lock in vain.", run_timed},
    {"spinlock", "right: a spinlock guards a number.", run_spin},
    {"barrier", "right: three tasks in step.", run_barrier},
    {NULL, NULL, NULL},
};
