/* handoff: items go from a producer to consumers over a shelf, and a condition
 * variable says when there is one. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "mp/memory.h"
#include "program.h"

struct settings {
    struct program_settings common;
    uint64_t items;
};

enum { PLACES = 4096 };

/* In memory that all tasks share. Every item has a place of its own, so there
 * is always room; a place that nothing was put on holds 0. */
struct shelf {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    atomic_int count; /* items on the shelf */
    unsigned put, taken;
    int64_t places[PLACES];
    _Atomic int64_t sum; /* of the items that the consumers got */
};

struct job {
    const struct settings *settings;
    struct shelf *shelf;
    void (*put)(struct shelf *shelf, int64_t item);
    void (*await)(struct shelf *shelf); /* until there is an item */
};

/* -- The producer's side ----------------------------------------------------
 */

static void put_locked(struct shelf *shelf, int64_t item)
{
    pthread_mutex_lock(&shelf->lock);
    shelf->places[shelf->put++] = item;
    shelf->count++;
    pthread_cond_broadcast(&shelf->filled);
    pthread_mutex_unlock(&shelf->lock);
}

/* There is one producer, and the count is atomic: "no need for the lock". */
static void put_unlocked(struct shelf *shelf, int64_t item)
{
    shelf->places[shelf->put++] = item;
    shelf->count++;
    pthread_cond_signal(&shelf->filled);
}

/* -- The consumers' side; they have the lock --------------------------------
 */

static void await_while(struct shelf *shelf)
{
    while (shelf->count == 0)
        pthread_cond_wait(&shelf->filled, &shelf->lock);
}

static void await_if(struct shelf *shelf)
{
    if (shelf->count == 0)
        pthread_cond_wait(&shelf->filled, &shelf->lock);
}

static int64_t take(const struct job *job)
{
    struct shelf *shelf = job->shelf;
    pthread_mutex_lock(&shelf->lock);
    job->await(shelf);
    int64_t item = shelf->places[shelf->taken++];
    shelf->count--;
    pthread_mutex_unlock(&shelf->lock);
    return item;
}

static int consume(void *context, unsigned index)
{
    const struct job *job = context;
    (void)index;
    for (uint64_t i = 0; i < job->settings->items; i++)
        job->shelf->sum += take(job);
    return 0;
}

/* -- Both -------------------------------------------------------------------
 */

/* Put as many items as the consumers take, 1, 2, 3 and so on, and report the
 * sum of what they got. */
static int run_consumers(struct job *job)
{
    const struct program_settings *common = &job->settings->common;
    struct mp_team *team;
    int err = mp_team_start(&team, common->backend, common->workers, consume,
                            job, "consumer");
    if (err)
        return program_fail("starting the consumers", err);
    int64_t count = (int64_t)(common->workers * job->settings->items);
    for (int64_t item = 1; item <= count; item++)
        job->put(job->shelf, item);
    int status = program_wait(team);
    int64_t sum = job->shelf->sum;
    mps_observe("sum", sum);
    printf("handoff: the items taken make %" PRId64 ", those put %" PRId64 "\n",
           sum, count * (count + 1) / 2);
    return status;
}

static int init_shelf(struct shelf *shelf)
{
    pthread_mutexattr_t mutex;
    pthread_condattr_t cond;
    int err = pthread_mutexattr_init(&mutex);
    if (err)
        return -err;
    err = pthread_condattr_init(&cond);
    if (err)
        goto destroy_mutex;
    err = pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    if (!err)
        err = pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
    if (!err)
        err = pthread_mutex_init(&shelf->lock, &mutex);
    if (!err)
        err = pthread_cond_init(&shelf->filled, &cond);
    pthread_condattr_destroy(&cond);
destroy_mutex:
    pthread_mutexattr_destroy(&mutex);
    return -err;
}

static int run(const struct settings *settings,
               void (*put)(struct shelf *, int64_t),
               void (*await)(struct shelf *))
{
    if (settings->common.workers * settings->items > PLACES) {
        fprintf(stderr, "handoff: the shelf has room for %d items\n", PLACES);
        return 2;
    }
    struct shelf *shelf = mp_memory_new(sizeof(*shelf));
    if (!shelf)
        return program_fail("shared memory", -ENOMEM);
    struct job job = {settings, shelf, put, await};
    int status = EXIT_FAILURE;
    int err = init_shelf(shelf);
    if (err) {
        program_fail("lock and condition", err);
        goto free_shelf;
    }
    status = run_consumers(&job);
    pthread_cond_destroy(&shelf->filled);
    pthread_mutex_destroy(&shelf->lock);
free_shelf:
    mp_memory_free(shelf, sizeof(*shelf));
    return status;
}

static int run_while(const void *settings)
{
    return run(settings, put_locked, await_while);
}

static int run_if(const void *settings)
{
    return run(settings, put_locked, await_if);
}

static int run_lost_signal(const void *settings)
{
    return run(settings, put_unlocked, await_while);
}

static const struct program_variant variants[] = {
    {"while",
     "right: a consumer looks again after each wake-up, and the producer "
     "counts and signals under the lock.",
     run_while},
    {"if-instead-of-while",
     "wrong: a consumer looks once. The broadcast wakes all that wait, and the "
     "second of them takes from an empty shelf.",
     run_if},
    {"lost-signal",
     "wrong: the producer counts and signals without the lock. A consumer that "
     "has looked and does not wait yet misses the signal and waits for ever.",
     run_lost_signal},
    {NULL, NULL, NULL},
};

static const struct program_number numbers[] = {
    {"items", "N", "Items of each consumer (default 1)", 0, PLACES,
     offsetof(struct settings, items)},
    {NULL, NULL, NULL, 0, 0, 0},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "A producer hands items to consumers, who are the workers.",
        .variants = variants,
        .numbers = numbers,
    };
    struct settings settings = {.items = 1};
    return program_main(&program, &settings, argc, argv);
}
