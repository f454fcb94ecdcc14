/* counter: a shared total that every worker adds 1 to, many times. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mp/lock.h"
#include "mp/memory.h"
#include "mp/value.h"
#include "program.h"

struct settings {
    struct program_settings common;
    uint64_t increments;
};

/* A total with its undo log: while `adding` is set, `total` may or may not
 * have changed already, and was `before`. */
struct ledger {
    struct mp_lock lock;
    int64_t total, before;
    int adding;
};

/* In memory that all workers share. */
struct totals {
    struct ledger ledger;
    struct mp_value locked;
    struct mp_atomic atomic;
    /* volatile: each += goes to memory at once, "so the others see it". */
    volatile int64_t plain;
};

struct job {
    const struct settings *settings;
    struct totals *totals;
};

static int count_locked(void *context, unsigned index)
{
    const struct job *job = context;
    (void)index;
    for (uint64_t i = 0; i < job->settings->increments; i++)
        mp_value_add(&job->totals->locked, 1);
    return 0;
}

static int count_atomic(void *context, unsigned index)
{
    const struct job *job = context;
    (void)index;
    for (uint64_t i = 0; i < job->settings->increments; i++)
        mp_atomic_add(&job->totals->atomic, 1);
    return 0;
}

static int count_plain(void *context, unsigned index)
{
    const struct job *job = context;
    (void)index;
    for (uint64_t i = 0; i < job->settings->increments; i++) {
        /* `plain += 1`, as the processor does it; the point tells mpstress,
         * which sees no accesses to memory, of the moment in between. */
        int64_t before = job->totals->plain;
        mps_point("between read and write");
        job->totals->plain = before + 1;
    }
    return 0;
}

static void take_ledger(struct ledger *ledger)
{
    if (mp_lock_take(&ledger->lock) == MP_TAKEN_FROM_DEAD && ledger->adding) {
        ledger->total = ledger->before;
        ledger->adding = 0;
    }
}

/* Worker 0 ends in the middle of its first addition. */
static int count_recovering(void *context, unsigned index)
{
    const struct job *job = context;
    struct ledger *ledger = &job->totals->ledger;
    for (uint64_t i = 0; i < job->settings->increments; i++) {
        take_ledger(ledger);
        ledger->before = ledger->total;
        ledger->adding = 1;
        ledger->total = ledger->before + 1;
        if (!index && job->settings->common.backend == MP_PROCESS)
            _exit(0);
        ledger->adding = 0;
        mp_lock_give(&ledger->lock);
    }
    return 0;
}

static int64_t ledger_total(struct ledger *ledger)
{
    take_ledger(ledger);
    int64_t total = ledger->total;
    mp_lock_give(&ledger->lock);
    return total;
}

/* Let every worker run COUNT and report the sum of all totals: only the
 * one that COUNT adds to is not 0. COUNTED workers live to add all of theirs.
 */
static int run(const struct settings *settings, mp_worker *count,
               uint64_t counted)
{
    struct totals *totals = mp_memory_new(sizeof(*totals));
    if (!totals)
        return program_fail("shared memory", -ENOMEM);
    mp_atomic_init(&totals->atomic, 0);
    struct job job = {settings, totals};
    struct mp_team *team;
    int status = EXIT_FAILURE;
    int err = mp_value_init(&totals->locked, 0);
    if (err) {
        program_fail("lock", err);
        goto free_totals;
    }
    err = mp_lock_init(&totals->ledger.lock);
    if (err) {
        program_fail("lock", err);
        goto free_value;
    }
    err = mp_team_start(&team, settings->common.backend,
                        settings->common.workers, count, &job, "worker");
    if (err) {
        program_fail("starting the workers", err);
        goto free_lock;
    }
    status = program_wait(team);
    int64_t total = mp_value_get(&totals->locked) +
                    mp_atomic_get(&totals->atomic) + totals->plain +
                    ledger_total(&totals->ledger);
    mps_observe("total", total);
    printf("counter: total %" PRId64 ", expected %" PRIu64 "\n", total,
           counted * settings->increments);
free_lock:
    mp_lock_fini(&totals->ledger.lock);
free_value:
    mp_value_fini(&totals->locked);
free_totals:
    mp_memory_free(totals, sizeof(*totals));
    return status;
}

static int run_lock(const void *data)
{
    const struct settings *settings = data;
    return run(settings, count_locked, settings->common.workers);
}

static int run_atomic(const void *data)
{
    const struct settings *settings = data;
    return run(settings, count_atomic, settings->common.workers);
}

static int run_recover(const void *data)
{
    const struct settings *settings = data;
    unsigned dead = settings->common.backend == MP_PROCESS;
    return run(settings, count_recovering, settings->common.workers - dead);
}

static int run_plain(const void *data)
{
    const struct settings *settings = data;
    return run(settings, count_plain, settings->common.workers);
}

static const struct program_variant variants[] = {
    {"lock", "right: a lock around each addition.", run_lock},
    {"atomic", "right: each addition is one atomic instruction.", run_atomic},
    {"recover",
     "right: a robust lock; worker 0 dies with it, and who takes it next "
     "undoes "
     "the half-done addition.",
     run_recover},
    {"plain",
     "wrong: total += 1 reads, adds and writes back; what another worker "
     "wrote in between is lost. volatile does not help.",
     run_plain},
    {NULL, NULL, NULL},
};

static const struct program_number numbers[] = {
    {"increments", "N", "Additions of each worker (default 1000)", 0,
     1000000000, offsetof(struct settings, increments)},
    {NULL, NULL, NULL, 0, 0, 0},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "Shared counter: every worker adds 1 to one total.",
        .variants = variants,
        .numbers = numbers,
    };
    struct settings settings = {.increments = 1000};
    return program_main(&program, &settings, argc, argv);
}
