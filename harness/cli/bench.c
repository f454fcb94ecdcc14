/* mpstress's own cost, each beside its limit, measured in the same run. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/parse.h"
#include "command.h"
#include "places.h"
#include "runner/slot.h"
#include "scenario/scenario.h"
#include "stop.h"
#include "symbols/symbols.h"
#include "throughput.h"

struct input {
    uint64_t rounds;
};

enum { KEY_ROUNDS = 256, BATCH = 200 };

static const struct argp_option options[] = {
    {"rounds", KEY_ROUNDS, "N", 0,
     "Rounds of 200 iterations each way (default 15)", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct input *input = state->input;
    struct mps_diag diag;
    if (key != KEY_ROUNDS)
        return ARGP_ERR_UNKNOWN;
    if (parse_u64(argument, &input->rounds, &diag))
        argp_error(state, "--rounds: %s", diag.text);
    if (!input->rounds || input->rounds > 10000)
        argp_error(state, "--rounds: from 1 to 10000");
    return 0;
}

/* -- The limit: the same tree of processes, without mpstress ----------------*/

/* The target itself forks BATCH trees in a row, pinned like a slot. Returns
 * the nanoseconds it took, 0 on failure. */
static uint64_t bare_batch(const char *program, unsigned workers)
{
    int result[2];
    if (pipe2(result, O_CLOEXEC))
        return 0;
    char count[16], trees[16], text[32] = "";
    snprintf(count, sizeof(count), "%u", workers);
    snprintf(trees, sizeof(trees), "%d", BATCH);
    pid_t pid = fork();
    if (!pid) {
        cpu_set_t cpus;
        CPU_ZERO(&cpus);
        CPU_SET(0, &cpus);
        sched_setaffinity(0, sizeof(cpus), &cpus);
        dup2(result[1], 1);
        execl(program, program, count, trees, NULL);
        _exit(127);
    }
    close(result[1]);
    if (pid > 0) {
        io_read_all(result[0], text, sizeof(text) - 1);
        waitpid(pid, NULL, 0);
    }
    close(result[0]);
    return strtoull(text, NULL, 10);
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare);
    return values[count / 2];
}

/* Alternating batches, so that a busy neighbour disturbs both alike; the
 * median of the rounds' ratios. */
static int iteration_ratio(struct throughput *bench, unsigned workers,
                           uint64_t rounds, struct mps_diag *diag)
{
    double *ratios = calloc(rounds, sizeof(*ratios));
    double *times = calloc(rounds, sizeof(*times));
    int err = ratios && times ? 0 : -ENOMEM;
    if (!err)
        err = throughput_open(bench, workers, 1, diag);
    for (uint64_t i = 0; !err && i < rounds; i++) {
        uint64_t before = bare_batch(bench->program, workers);
        uint64_t spent = 0;
        err = throughput_batch(bench, BATCH, &spent, diag);
        uint64_t after = bare_batch(bench->program, workers);
        times[i] = (double)spent / BATCH / 1000;
        ratios[i] = 2 * (double)spent / (double)(before + after + 1);
    }
    throughput_close(bench);
    if (!err) {
        double ratio = median(ratios, rounds);
        printf("stress iteration, %u worker%s   %8.1f us   %5.2f x the bare "
               "tree      (limit 1.25)\n",
               workers, workers == 1 ? " " : "s", median(times, rounds), ratio);
    }
    free(ratios);
    free(times);
    return err;
}

/* One slot and two, in turn, over the same number of iterations each. */
static int slots_ratio(struct throughput *bench, uint64_t rounds,
                       struct mps_diag *diag)
{
    double *ratios = calloc(rounds, sizeof(*ratios));
    int err = ratios ? 0 : -ENOMEM;
    struct throughput pair = *bench;
    if (!err)
        err = throughput_open(bench, 1, 1, diag);
    if (!err)
        err = throughput_open(&pair, 1, 2, diag);
    for (uint64_t i = 0; !err && i < rounds; i++) {
        uint64_t one = 0, two = 0;
        err = throughput_batch(bench, BATCH, &one, diag);
        if (!err)
            err = throughput_batch(&pair, BATCH, &two, diag);
        ratios[i] = 2 * (double)one / (double)(two + 1);
    }
    throughput_close(bench);
    throughput_close(&pair);
    if (!err)
        printf("two job slots                               %5.2f x one "
               "slot           (limit 1.80)\n",
               median(ratios, rounds));
    free(ratios);
    return err;
}

static int run(int argc, char **argv)
{
    struct input input = {.rounds = 15};
    int code = command_parse(&command_bench, argc, argv, &input);
    if (code)
        return code;
    struct mps_diag diag = {""};
    struct places places;
    int err = places_find(&places, &diag);
    if (err)
        return command_fail(&command_bench, err, &diag);
    const char *why;
    struct throughput bench = {
        .places = &places,
        .isolation = isolation_probe(&why),
        .stop = stop_install(),
    };
    static const unsigned workers[] = {1, 4};
    for (size_t i = 0; !err && i < sizeof(workers) / sizeof(workers[0]); i++)
        err = iteration_ratio(&bench, workers[i], input.rounds, &diag);
    if (!err && sysconf(_SC_NPROCESSORS_ONLN) > 1)
        err = slots_ratio(&bench, input.rounds, &diag);
    if (!err)
        printf("medians of %llu rounds of %d iterations; a ratio compares "
               "batches run side by side\n",
               (unsigned long long)input.rounds, BATCH);
    places_free(&places);
    if (err == -EINTR)
        return EXIT_INTERRUPTED;
    return err ? command_fail(&command_bench, err, &diag) : 0;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .doc = "Measure mpstress's own cost beside the limit of each figure.",
};

const struct command command_bench = {"bench", "measure mpstress's own cost",
                                      &argp, run};
