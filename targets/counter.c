/* counter: a shared total that every worker adds 1 to, many times. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "mp/memory.h"
#include "mp/value.h"
#include "program.h"

struct settings {
    struct program_settings common;
    uint64_t increments;
};

/* In memory that all workers share. */
struct totals {
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

/* Let every worker run COUNT and report the sum of all three totals: only the
 * one that COUNT adds to is not 0. */
static int run(const struct settings *settings, mp_worker *count)
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
    err = mp_team_start(&team, settings->common.backend,
                        settings->common.workers, count, &job, "worker");
    if (err) {
        program_fail("starting the workers", err);
        goto free_lock;
    }
    status = program_wait(team);
    int64_t total = mp_value_get(&totals->locked) +
                    mp_atomic_get(&totals->atomic) + totals->plain;
    mps_observe("total", total);
    printf("counter: total %" PRId64 ", expected %" PRIu64 "\n", total,
           settings->common.workers * settings->increments);
free_lock:
    mp_value_fini(&totals->locked);
free_totals:
    mp_memory_free(totals, sizeof(*totals));
    return status;
}

static int run_lock(const void *settings)
{
    return run(settings, count_locked);
}

static int run_atomic(const void *settings)
{
    return run(settings, count_atomic);
}

static int run_plain(const void *settings)
{
    return run(settings, count_plain);
}

static const struct program_variant variants[] = {
    {"lock", "right: a lock around each addition.", run_lock},
    {"atomic", "right: each addition is one atomic instruction.", run_atomic},
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
