/* sleeper: a process works out a result, its parent uses it. */
#include <errno.h>
#include <inttypes.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mp/memory.h"
#include "program.h"

struct settings {
    struct program_settings common;
    uint64_t limit;
};

/* In memory that both processes share. */
struct result {
    sem_t ready;
    volatile int64_t sum;
};

struct job {
    const struct settings *settings;
    struct result *result;
    void (*await)(struct result *result);
};

static void await_post(struct result *result)
{
    while (sem_wait(&result->ready) && errno == EINTR)
        ;
}

static void await_sleep(struct result *result)
{
    (void)result;
    sleep(1);
}

/* The sum of the numbers up to the limit whose square ends in the number. */
static int work(void *context, unsigned index)
{
    const struct job *job = context;
    int64_t sum = 0;
    (void)index;
    for (uint64_t n = 1; n <= job->settings->limit; n++) {
        uint64_t power = 10;
        while (power <= n)
            power *= 10;
        if (n * n % power == n)
            sum += (int64_t)n;
    }
    job->result->sum = sum;
    sem_post(&job->result->ready);
    return 0;
}

/* Start the worker, use its result as soon as it is there, and report what
 * was used and what the result is. */
static int run_pair(struct job *job)
{
    struct mp_team *team;
    int err = mp_team_start(&team, MP_PROCESS, 1, work, job, "worker");
    if (err)
        return program_fail("starting the worker", err);
    job->await(job->result);
    int64_t used = job->result->sum;
    int status = program_wait(team);
    int64_t sum = job->result->sum;
    mps_observe("used", used);
    mps_observe("sum", sum);
    printf("sleeper: used %" PRId64 ", the sum is %" PRId64 "\n", used, sum);
    return status;
}

static int run(const struct settings *settings, void (*await)(struct result *))
{
    struct result *result = mp_memory_new(sizeof(*result));
    if (!result)
        return program_fail("shared memory", -ENOMEM);
    struct job job = {settings, result, await};
    int status = EXIT_FAILURE;
    if (sem_init(&result->ready, 1, 0)) {
        program_fail("semaphore", -errno);
        goto free_result;
    }
    status = run_pair(&job);
    sem_destroy(&result->ready);
free_result:
    mp_memory_free(result, sizeof(*result));
    return status;
}

static int run_wait(const void *settings)
{
    return run(settings, await_post);
}

static int run_sleep(const void *settings)
{
    return run(settings, await_sleep);
}

static const struct program_variant variants[] = {
    {"wait", "right: the parent waits until the worker has posted a semaphore.",
     run_wait},
    {"sleep",
     "wrong: the parent sleeps for a second, \"which is always enough\".",
     run_sleep},
    {NULL, NULL, NULL},
};

static const struct program_number numbers[] = {
    {"limit", "N", "The last number to look at (default 1000)", 1, 100000000,
     offsetof(struct settings, limit)},
    {NULL, NULL, NULL, 0, 0, 0},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "One process works out a result that another one uses.",
        .variants = variants,
        .numbers = numbers,
        .fixed_tasks = true,
    };
    struct settings settings = {.limit = 1000};
    return program_main(&program, &settings, argc, argv);
}
