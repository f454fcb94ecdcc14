/* primes: how many primes there are below a limit. Ranges of numbers go
 * through a queue to the workers, and what they find through another back. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mp/io.h"
#include "mp/queue.h"
#include "program.h"

struct settings {
    struct program_settings common;
    uint64_t limit;
    uint64_t range;
};

/* A task: count the primes FIRST .. END-1. */
struct range {
    uint64_t first;
    uint64_t end;
};

struct result {
    uint64_t first; /* of the range */
    uint64_t primes;
};

enum {
    RANGE_MAX = 4096, /* numbers of a task */
    QUEUE_ROOM = 4    /* where a queue need not hold everything */
};

struct job {
    const struct settings *settings;
    struct mp_queue *tasks;
    struct mp_queue *results;
    int pipe[2]; /* results where they do not go through a queue */
};

static bool is_prime(uint64_t number)
{
    if (number < 4)
        return number > 1;
    if (number % 2 == 0)
        return false;
    for (uint64_t divisor = 3; divisor <= number / divisor; divisor += 2) {
        if (number % divisor == 0)
            return false;
    }
    return true;
}

static uint64_t count_primes(const struct range *range)
{
    uint64_t primes = 0;
    for (uint64_t number = range->first; number < range->end; number++)
        primes += is_prime(number);
    return primes;
}

static uint64_t count_ranges(const struct settings *settings)
{
    return (settings->limit + settings->range - 1) / settings->range;
}

static int put_range(const struct job *job, uint64_t index)
{
    uint64_t first = index * job->settings->range;
    uint64_t left = job->settings->limit - first;
    uint64_t size = left < job->settings->range ? left : job->settings->range;
    struct range range = {first, first + size};
    return mp_queue_put(job->tasks, &range, sizeof(range));
}

static int put_all_ranges(const struct job *job)
{
    int err = 0;
    uint64_t count = count_ranges(job->settings);
    for (uint64_t i = 0; i < count && !err; i++)
        err = put_range(job, i);
    return err;
}

static int put_result(const struct job *job, const struct range *range)
{
    struct result result = {range->first, count_primes(range)};
    return mp_queue_put(job->results, &result, sizeof(result));
}

static int say_primes(const struct job *job, uint64_t primes)
{
    mps_observe("primes", (int64_t)primes);
    printf("primes: found %" PRIu64 " below %" PRIu64 "\n", primes,
           job->settings->limit);
    return EXIT_SUCCESS;
}

/* -- Sentinels, drained before the join ------------------------------------ */

static int produce(void *context, unsigned index)
{
    const struct job *job = context;
    (void)index;
    int err = put_all_ranges(job);
    for (unsigned i = 0; i < job->settings->common.workers && !err; i++)
        err = mp_queue_put(job->tasks, NULL, 0);
    return err != 0;
}

/* Work until the sentinel, then say with another one that nothing follows. */
static int work_until_sentinel(void *context, unsigned index)
{
    const struct job *job = context;
    struct range range;
    size_t size;
    int err = 0;
    (void)index;
    while (!err && (err = mp_queue_get(job->tasks, &range, &size)) == 0 && size)
        err = put_result(job, &range);
    int failure = mp_queue_put(job->results, NULL, 0);
    return err || failure;
}

/* Take results until every worker has said that nothing follows. */
static int drain(const struct job *job, uint64_t *primes)
{
    unsigned ended = 0;
    while (ended < job->settings->common.workers) {
        struct result result;
        size_t size;
        int err = mp_queue_get(job->results, &result, &size);
        if (err)
            return program_fail("results", err);
        if (size)
            *primes += result.primes;
        else
            ended++;
    }
    return 0;
}

static int run_sentinel_workers(struct job *job)
{
    const struct program_settings *common = &job->settings->common;
    struct mp_team *producer;
    int err =
        mp_team_start(&producer, common->backend, 1, produce, job, "producer");
    if (err)
        return program_fail("starting the producer", err);
    struct mp_team *workers;
    err = mp_team_start(&workers, common->backend, common->workers,
                        work_until_sentinel, job, "worker");
    if (err) {
        mp_queue_close(job->tasks); /* sends the producer home */
        mp_team_wait(producer);
        return program_fail("starting the workers", err);
    }
    uint64_t primes = 0;
    int status = drain(job, &primes);
    if (program_wait(producer) || program_wait(workers) || status)
        return EXIT_FAILURE;
    return say_primes(job, primes);
}

/* -- `while (!empty(tasks)) get(tasks)` ------------------------------------ */

/* All tasks are in the queue before the workers start, so when it is empty
 * there is nothing left to do. */
static int work_until_empty(void *context, unsigned index)
{
    const struct job *job = context;
    int err = 0;
    (void)index;
    while (!err && !mp_queue_empty(job->tasks)) {
        struct range range;
        err = mp_queue_get(job->tasks, &range, NULL);
        if (!err)
            err = put_result(job, &range);
    }
    int failure = mp_queue_put(job->results, NULL, 0);
    return err || failure;
}

static int run_empty_workers(struct job *job)
{
    const struct program_settings *common = &job->settings->common;
    int err = put_all_ranges(job);
    if (err)
        return program_fail("tasks", err);
    struct mp_team *workers;
    err = mp_team_start(&workers, common->backend, common->workers,
                        work_until_empty, job, "worker");
    if (err)
        return program_fail("starting the workers", err);
    uint64_t primes = 0;
    int status = drain(job, &primes);
    if (program_wait(workers) || status)
        return EXIT_FAILURE;
    return say_primes(job, primes);
}

/* -- Results read until `empty` -------------------------------------------- */

static int work_until_closed(void *context, unsigned index)
{
    const struct job *job = context;
    struct range range;
    int err = 0;
    (void)index;
    while (!err && mp_queue_get(job->tasks, &range, NULL) == 0)
        err = put_result(job, &range);
    return err != 0;
}

/* Every task is with the workers: take the results until there are no more. */
static int run_unread_workers(struct job *job)
{
    const struct program_settings *common = &job->settings->common;
    struct mp_team *workers;
    int err = mp_team_start(&workers, common->backend, common->workers,
                            work_until_closed, job, "worker");
    if (err)
        return program_fail("starting the workers", err);
    err = put_all_ranges(job);
    mp_queue_close(job->tasks);
    uint64_t primes = 0;
    while (!err && !mp_queue_empty(job->results)) {
        struct result result;
        err = mp_queue_get(job->results, &result, NULL);
        if (!err)
            primes += result.primes;
    }
    int status = program_wait(workers);
    if (err)
        return program_fail("results", err);
    return status ? status : say_primes(job, primes);
}

/* -- Joined before the results are read ------------------------------------ */

/* Write the primes of each range to the pipe. */
static int work_into_pipe(void *context, unsigned index)
{
    const struct job *job = context;
    struct range range;
    int err = 0;
    (void)index;
    while (!err && mp_queue_get(job->tasks, &range, NULL) == 0) {
        uint64_t primes[RANGE_MAX];
        size_t found = 0;
        for (uint64_t number = range.first; number < range.end; number++) {
            if (is_prime(number))
                primes[found++] = number;
        }
        err = mp_io_write(job->pipe[1], primes, found * sizeof(primes[0]));
    }
    return err ? program_fail("pipe", err) : 0;
}

static int count_in_pipe(int fd, uint64_t *primes)
{
    uint64_t bytes = 0;
    for (;;) {
        char buffer[4096];
        ssize_t length = read(fd, buffer, sizeof(buffer));
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0) {
            *primes = bytes / sizeof(uint64_t);
            return length ? program_fail("pipe", -errno) : 0;
        }
        bytes += (uint64_t)length;
    }
}

static int run_pipe_workers(struct job *job)
{
    const struct program_settings *common = &job->settings->common;
    int err = put_all_ranges(job);
    if (err)
        return program_fail("tasks", err);
    mp_queue_close(job->tasks);
    if (pipe2(job->pipe, O_CLOEXEC) < 0)
        return program_fail("pipe", -errno);
    struct mp_team *workers;
    int status = EXIT_FAILURE;
    err = mp_team_start(&workers, common->backend, common->workers,
                        work_into_pipe, job, "worker");
    if (err)
        program_fail("starting the workers", err);
    else
        status = program_wait(workers);
    close(job->pipe[1]);
    uint64_t primes = 0;
    if (!status)
        status = count_in_pipe(job->pipe[0], &primes);
    close(job->pipe[0]);
    return status ? status : say_primes(job, primes);
}

/* -------------------------------------------------------------------------- */

/* One task of a serial replay. */
static void count_serially(void *context, const void *data, size_t size)
{
    uint64_t *primes = context;
    struct range range;
    if (size != sizeof(range))
        return;
    memcpy(&range, data, sizeof(range));
    struct result result = {range.first, count_primes(&range)};
    mps_put("results", &result, sizeof(result));
    mps_got("results", &result, sizeof(result));
    *primes += result.primes;
}

/* Make queues that hold TASKS and RESULTS items and run WORKERS. */
static int run(const struct settings *settings, size_t tasks, size_t results,
               int (*workers)(struct job *))
{
    struct job job = {.settings = settings};
    int status = EXIT_FAILURE;
    uint64_t primes = 0;
    if (mps_serial("tasks", count_serially, &primes))
        return say_primes(&job, primes);
    int err = mp_queue_new(&job.tasks, "tasks", tasks, sizeof(struct range));
    if (!err)
        err = mp_queue_new(&job.results, "results", results,
                           sizeof(struct result));
    if (err)
        program_fail("queue", err);
    else
        status = workers(&job);
    mp_queue_free(job.results);
    mp_queue_free(job.tasks);
    return status;
}

static int run_sentinels(const void *settings)
{
    return run(settings, QUEUE_ROOM, QUEUE_ROOM, run_sentinel_workers);
}

static int run_while_not_empty(const void *settings)
{
    return run(settings, count_ranges(settings), QUEUE_ROOM, run_empty_workers);
}

static int run_join_first(const void *settings)
{
    return run(settings, count_ranges(settings), QUEUE_ROOM, run_pipe_workers);
}

static int run_until_empty(const void *settings)
{
    return run(settings, QUEUE_ROOM, count_ranges(settings),
               run_unread_workers);
}

static const struct program_variant variants[] = {
    {"sentinels",
     "right: a sentinel for each worker ends the tasks, one from each worker "
     "ends the results, and all are read before the workers are waited for.",
     run_sentinels},
    {"while-not-empty",
     "wrong: while (!empty(tasks)) get(tasks). When another worker takes the "
     "last task in between, get waits for ever.",
     run_while_not_empty},
    {"join-first",
     "wrong: the workers are waited for before the results are read from "
     "their pipe. Works until the pipe is full: try --limit 100000.",
     run_join_first},
    {"until-empty",
     "wrong: results are read until the queue is empty; what the workers are "
     "still computing is lost.",
     run_until_empty},
    {NULL, NULL, NULL},
};

static const struct program_number numbers[] = {
    {"limit", "N", "Look for primes below N (default 10000)", 1, 100000000,
     offsetof(struct settings, limit)},
    {"range", "N", "Numbers of a task (default 250)", 1, RANGE_MAX,
     offsetof(struct settings, range)},
    {NULL, NULL, NULL, 0, 0, 0},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "Primes: producer, task queue, workers, result queue.",
        .variants = variants,
        .numbers = numbers,
    };
    struct settings settings = {.limit = 10000, .range = 250};
    return program_main(&program, &settings, argc, argv);
}
