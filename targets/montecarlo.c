/* montecarlo: the value at risk of a portfolio, from random price paths.
 *
 * Workers simulate batches of paths; worker w does the batches w, w + W, ...,
 * so that the result depends on the seed and the number of workers only. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mp/memory.h"
#include "mp/random.h"
#include "program.h"

struct settings {
    struct program_settings common;
    uint64_t batches;
    uint64_t paths;
    uint64_t days;
    uint64_t seed;
};

struct job {
    const struct settings *settings;
    /* Called by the worker INDEX before its first batch and before each:
     * NULL where the variant has nothing to do. */
    void (*begin_worker)(const struct job *job, struct mp_random *random,
                         unsigned index);
    void (*begin_batch)(struct mp_random *random);
    struct mp_random random; /* as it was when the workers were started */
    double *losses;          /* of each path, in shared memory */
};

static double draw(struct mp_random *random)
{
    uint64_t number = mp_random_next(random);
    mps_emit_u64("draws", number);
    return mp_random_unit(number);
}

/* A normally distributed number (Box and Muller, 1958). */
static double draw_normal(struct mp_random *random)
{
    double radius = sqrt(-2 * log(1 - draw(random)));
    return radius * cos(2 * M_PI * draw(random));
}

/* What a portfolio worth 100 has lost when DAYS are over: geometric Brownian
 * motion with a drift of 5% and a volatility of 20% a year of 250 days. */
static double simulate_path(struct mp_random *random, uint64_t days)
{
    const double day = 1.0 / 250;
    const double drift = (0.05 - 0.2 * 0.2 / 2) * day;
    double growth = 0;
    for (uint64_t i = 0; i < days; i++)
        growth += drift + 0.2 * sqrt(day) * draw_normal(random);
    return 100 - 100 * exp(growth);
}

static int simulate_batches(void *context, unsigned index)
{
    const struct job *job = context;
    const struct settings *settings = job->settings;
    struct mp_random random = job->random;
    if (job->begin_worker)
        job->begin_worker(job, &random, index);
    for (uint64_t batch = index; batch < settings->batches;
         batch += settings->common.workers) {
        if (job->begin_batch)
            job->begin_batch(&random);
        double *losses = job->losses + batch * settings->paths;
        for (uint64_t i = 0; i < settings->paths; i++)
            losses[i] = simulate_path(&random, settings->days);
    }
    return 0;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const struct job *job)
{
    size_t count = job->settings->batches * job->settings->paths;
    double sum = 0;
    qsort(job->losses, count, sizeof(job->losses[0]), compare_doubles);
    for (size_t i = 0; i < count; i++)
        sum += job->losses[i];
    double at_risk = job->losses[(count - 1) * 95 / 100];
    mps_observe_real("value at risk", at_risk);
    printf("montecarlo: %zu paths, mean loss %.4f, value at risk (95%%) "
           "%.4f\n",
           count, sum / (double)count, at_risk);
}

static int run(struct job *job)
{
    const struct settings *settings = job->settings;
    size_t size = settings->batches * settings->paths * sizeof(double);
    job->losses = mp_memory_new(size);
    if (!job->losses)
        return program_fail("shared memory", -ENOMEM);
    mp_random_stream(&job->random, settings->seed, 0);
    struct mp_team *team;
    int status = EXIT_FAILURE;
    int err =
        mp_team_start(&team, settings->common.backend, settings->common.workers,
                      simulate_batches, job, "worker");
    if (err) {
        program_fail("starting the workers", err);
    } else {
        status = program_wait(team);
        if (!status)
            report(job);
    }
    mp_memory_free(job->losses, size);
    return status;
}

static void begin_stream(const struct job *job, struct mp_random *random,
                         unsigned index)
{
    mp_random_stream(random, job->settings->seed, index);
}

/* A pid is different in every process, so this looks like a good seed. */
static void seed_from_pid(struct mp_random *random)
{
    mp_random_stream(random, (uint64_t)getpid(), 0);
}

static int run_streams(const void *settings)
{
    struct job job = {.settings = settings, .begin_worker = begin_stream};
    return run(&job);
}

static int run_inherited(const void *settings)
{
    struct job job = {.settings = settings};
    return run(&job);
}

static int run_pid(const void *settings)
{
    struct job job = {.settings = settings, .begin_batch = seed_from_pid};
    return run(&job);
}

static const struct program_variant variants[] = {
    {"streams", "right: every worker has a stream of its own of one seed.",
     run_streams},
    {"inherited",
     "wrong: the generator is seeded once, before the workers are forked; "
     "they all draw the same numbers.",
     run_inherited},
    {"pid",
     "wrong: every batch seeds the generator from the pid; a worker's second "
     "batch repeats its first.",
     run_pid},
    {NULL, NULL, NULL},
};

static const struct program_number numbers[] = {
    {"batches", "N", "Batches of paths (default 16)", 1, 1000000,
     offsetof(struct settings, batches)},
    {"paths", "N", "Paths of a batch (default 1000)", 1, 1000000,
     offsetof(struct settings, paths)},
    {"days", "N", "Days of a path (default 10)", 1, 10000,
     offsetof(struct settings, days)},
    {"seed", "N", "Seed of the streams (default 1)", 0, UINT64_MAX,
     offsetof(struct settings, seed)},
    {NULL, NULL, NULL, 0, 0, 0},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "Risk simulation: what a portfolio may lose, by drawing.",
        .variants = variants,
        .numbers = numbers,
    };
    struct settings settings = {
        .batches = 16, .paths = 1000, .days = 10, .seed = 1};
    return program_main(&program, &settings, argc, argv);
}
