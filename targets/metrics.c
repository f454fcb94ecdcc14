/* metrics: a collector with many keys and a total; workers add, a dashboard
 * reads while they do. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mp/lock.h"
#include "mp/memory.h"
#include "program.h"

struct settings {
    struct program_settings common;
    uint64_t adds;
    uint64_t readings;
    uint64_t refresh_us;
};

enum { KEYS = 4 };

static const char *const key_names[KEYS] = {
    "requests",
    "errors",
    "bytes",
    "retries",
};

struct key {
    struct mp_lock lock;
    int64_t sum;
};

/* In memory that all workers share. total.sum is the sum of all keys. */
struct collector {
    struct key keys[KEYS];
    struct key total;
};

/* What the dashboard shows at one time. */
struct reading {
    int64_t sum; /* of the keys */
    int64_t total;
};

/* A way to keep the keys and the total. */
struct way {
    void (*add)(struct collector *collector, unsigned key, int64_t amount);
    struct reading (*read)(struct collector *collector);
};

struct job {
    const struct settings *settings;
    struct collector *collector;
    const struct way *way;
};

/* -- The total changes while the key's lock is held ------------------------ */

static void add_nested(struct collector *collector, unsigned key,
                       int64_t amount)
{
    mp_lock_take(&collector->keys[key].lock);
    collector->keys[key].sum += amount;
    mp_lock_take(&collector->total.lock);
    collector->total.sum += amount;
    mp_lock_give(&collector->total.lock);
    mp_lock_give(&collector->keys[key].lock);
}

/* All locks, keys first as in add_nested(), so that nothing changes between
 * the first number and the last. */
static struct reading read_all(struct collector *collector)
{
    struct reading reading = {0};
    for (unsigned i = 0; i < KEYS; i++) {
        mp_lock_take(&collector->keys[i].lock);
        reading.sum += collector->keys[i].sum;
    }
    mp_lock_take(&collector->total.lock);
    reading.total = collector->total.sum;
    mp_lock_give(&collector->total.lock);
    for (unsigned i = KEYS; i--;)
        mp_lock_give(&collector->keys[i].lock);
    return reading;
}

/* -- A lock for each number, one after the other --------------------------- */

static void add_split(struct collector *collector, unsigned key, int64_t amount)
{
    mp_lock_take(&collector->keys[key].lock);
    collector->keys[key].sum += amount;
    mp_lock_give(&collector->keys[key].lock);
    mp_lock_take(&collector->total.lock);
    collector->total.sum += amount;
    mp_lock_give(&collector->total.lock);
}

static struct reading read_split(struct collector *collector)
{
    struct reading reading = {0};
    for (unsigned i = 0; i < KEYS; i++) {
        mp_lock_take(&collector->keys[i].lock);
        reading.sum += collector->keys[i].sum;
        mp_lock_give(&collector->keys[i].lock);
    }
    mp_lock_take(&collector->total.lock);
    reading.total = collector->total.sum;
    mp_lock_give(&collector->total.lock);
    return reading;
}

/* -- "It only reads" ------------------------------------------------------- */

static struct reading read_unlocked(struct collector *collector)
{
    struct reading reading = {0};
    for (unsigned i = 0; i < KEYS; i++)
        reading.sum += collector->keys[i].sum;
    reading.total = collector->total.sum;
    return reading;
}

/* -------------------------------------------------------------------------- */

static int64_t amount_of(unsigned worker, uint64_t i)
{
    return (int64_t)((worker * 5 + i * 3) % 9) + 1;
}

static int add_amounts(void *context, unsigned index)
{
    const struct job *job = context;
    for (uint64_t i = 0; i < job->settings->adds; i++)
        job->way->add(job->collector, (unsigned)((index + i) % KEYS),
                      amount_of(index, i));
    return 0;
}

static int64_t expected_total(const struct settings *settings)
{
    int64_t total = 0;
    for (unsigned worker = 0; worker < settings->common.workers; worker++) {
        for (uint64_t i = 0; i < settings->adds; i++)
            total += amount_of(worker, i);
    }
    return total;
}

/* Read again and again while the workers add. Returns how many readings did
 * not add up. */
static uint64_t watch(const struct job *job)
{
    int64_t expected = expected_total(job->settings);
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < job->settings->readings; i++) {
        struct reading reading = job->way->read(job->collector);
        mps_check(reading.sum == reading.total, "the dashboard adds up");
        mps_sometimes(reading.total > 0 && reading.total < expected,
                      "the dashboard reads while workers add");
        wrong += reading.sum != reading.total;
        usleep((useconds_t)job->settings->refresh_us);
    }
    return wrong;
}

static int run_workers(struct job *job)
{
    const struct program_settings *common = &job->settings->common;
    struct mp_team *team;
    int err = mp_team_start(&team, common->backend, common->workers,
                            add_amounts, job, "worker");
    if (err)
        return program_fail("starting the workers", err);
    uint64_t wrong = watch(job);
    int status = program_wait(team);
    struct reading last = job->way->read(job->collector);
    mps_observe("total", last.total);
    mps_check(last.total == expected_total(job->settings), "nothing is lost");
    for (unsigned i = 0; i < KEYS; i++)
        printf("metrics: %-8s %" PRId64 "\n", key_names[i],
               job->collector->keys[i].sum);
    printf("metrics: total    %" PRId64 ", expected %" PRId64 "; %" PRIu64
           " of %" PRIu64 " readings did not add up\n",
           last.total, expected_total(job->settings), wrong,
           job->settings->readings);
    return status;
}

static struct mp_lock *lock_of(struct collector *collector, unsigned i)
{
    return i < KEYS ? &collector->keys[i].lock : &collector->total.lock;
}

static int run(const struct settings *settings, const struct way *way)
{
    struct collector *collector = mp_memory_new(sizeof(*collector));
    if (!collector)
        return program_fail("shared memory", -ENOMEM);
    struct job job = {settings, collector, way};
    int status = EXIT_FAILURE;
    unsigned made = 0;
    for (; made < KEYS + 1; made++) {
        int err = mp_lock_init(lock_of(collector, made));
        if (err) {
            program_fail("lock", err);
            goto free_collector;
        }
    }
    status = run_workers(&job);
free_collector:
    while (made--)
        mp_lock_fini(lock_of(collector, made));
    mp_memory_free(collector, sizeof(*collector));
    return status;
}

static int run_nested(const void *settings)
{
    static const struct way way = {add_nested, read_all};
    return run(settings, &way);
}

static int run_split(const void *settings)
{
    static const struct way way = {add_split, read_split};
    return run(settings, &way);
}

static int run_unlocked(const void *settings)
{
    static const struct way way = {add_nested, read_unlocked};
    return run(settings, &way);
}

static const struct program_variant variants[] = {
    {"per-key",
     "right: a lock for each key; the total changes while the key's lock is "
     "held, and the dashboard holds all locks while it reads.",
     run_nested},
    {"split",
     "wrong: the key and the total change under different locks, one after "
     "the other; the dashboard sees a sum that never was.",
     run_split},
    {"unlocked", "wrong: the dashboard reads without the locks.", run_unlocked},
    {NULL, NULL, NULL},
};

static const struct program_number numbers[] = {
    {"adds", "N", "Additions of each worker (default 1000)", 0, 1000000000,
     offsetof(struct settings, adds)},
    {"readings", "N", "Times the dashboard reads (default 20)", 0, 1000000000,
     offsetof(struct settings, readings)},
    {"refresh", "US", "Microseconds between readings (default 100)", 0, 999999,
     offsetof(struct settings, refresh_us)},
    {NULL, NULL, NULL, 0, 0, 0},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "Metrics collector: workers add to keys, a dashboard reads.",
        .variants = variants,
        .numbers = numbers,
    };
    struct settings settings = {
        .adds = 1000, .readings = 20, .refresh_us = 100};
    return program_main(&program, &settings, argc, argv);
}
