/* mpstress's own cost, each beside its limit, measured in the same run. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/parse.h"
#include "bench/control.h"
#include "bench/limit.h"
#include "bench/memory.h"
#include "bench/throughput.h"
#include "command.h"
#include "places.h"
#include "runner/slot.h"
#include "scenario/scenario.h"
#include "stop.h"
#include "symbols/symbols.h"

struct input {
    uint64_t rounds;
};

enum {
    KEY_ROUNDS = 256,
    BATCH = 40,      /* iterations */
    WARM_UP = 10,    /* of them, in a new slot */
    SLOT_ROUNDS = 10 /* rounds with one slot */
};

static const struct argp_option options[] = {
    {"rounds", KEY_ROUNDS, "N", 0,
     "Rounds of 40 iterations each way (default 100)", 0},
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

/* A slot for one side of a comparison, past what only its first iterations
 * cost. */
static int open_warm(struct throughput *bench, unsigned workers, unsigned slots,
                     struct mps_diag *diag)
{
    uint64_t spent;
    int err = throughput_open(bench, workers, slots, diag);
    return err ? err : throughput_batch(bench, WARM_UP, &spent, diag);
}

/* Both sides in turn, in short batches, so that they see the same machine. A
 * fork's cost depends on where the process happens to lie in memory: the bare
 * tree is a new process in each batch, the slot gets a new one now and then. */
static int compare_batches(struct throughput *bench, unsigned workers,
                           uint64_t rounds, double *bare, double *ours,
                           struct mps_diag *diag)
{
    for (uint64_t i = 0; i < rounds; i++) {
        int err = 0;
        if (i % SLOT_ROUNDS == 0) {
            throughput_close(bench);
            err = open_warm(bench, workers, 1, diag);
        }
        if (err)
            return err;
        uint64_t tree = bench_bare_trees(bench->program, workers, BATCH),
                 spent = 0;
        if (*bench->stop)
            return -EINTR;
        if (!tree)
            return diag_set(diag, -MPS_EINTERNAL, "%s failed", bench->program);
        err = throughput_batch(bench, BATCH, &spent, diag);
        if (err)
            return err;
        bare[i] = (double)tree / BATCH / 1000;
        ours[i] = (double)spent / BATCH / 1000;
    }
    return 0;
}

static int iteration_ratio(struct throughput *bench, unsigned workers,
                           uint64_t rounds, struct mps_diag *diag)
{
    double *bare = calloc(rounds, sizeof(*bare));
    double *ours = calloc(rounds, sizeof(*ours));
    int err = bare && ours ? 0 : -ENOMEM;
    if (!err)
        err = compare_batches(bench, workers, rounds, bare, ours, diag);
    throughput_close(bench);
    if (!err) {
        double limit = bench_quartile(bare, rounds),
               cost = bench_quartile(ours, rounds);
        printf("stress iteration, %u worker%s   %8.1f us   %5.2f x the bare "
               "tree      (limit 1.25)\n",
               workers, workers == 1 ? " " : "s", cost, cost / limit);
    }
    free(bare);
    free(ours);
    return err;
}

/* One slot and two, in turn, over the same number of iterations each. */
static int slots_ratio(struct throughput *bench, uint64_t rounds,
                       struct mps_diag *diag)
{
    double *single = calloc(rounds, sizeof(*single));
    double *both = calloc(rounds, sizeof(*both));
    int err = single && both ? 0 : -ENOMEM;
    struct throughput pair = *bench;
    if (!err)
        err = open_warm(bench, 1, 1, diag);
    if (!err)
        err = open_warm(&pair, 1, 2, diag);
    for (uint64_t i = 0; !err && i < rounds; i++) {
        uint64_t one = 0, two = 0;
        err = throughput_batch(bench, BATCH, &one, diag);
        if (!err)
            err = throughput_batch(&pair, BATCH, &two, diag);
        single[i] = (double)one;
        both[i] = (double)two;
    }
    throughput_close(bench);
    throughput_close(&pair);
    if (!err)
        printf("two job slots                               %5.2f x one "
               "slot           (limit 1.80)\n",
               2 * bench_quartile(single, rounds) /
                   bench_quartile(both, rounds));
    free(single);
    free(both);
    return err;
}

static int run(int argc, char **argv)
{
    struct input input = {.rounds = 100};
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
    if (!err && bench_core(0) >= 0)
        err = slots_ratio(&bench, input.rounds, &diag);
    const struct bench common = {
        .places = &places,
        .isolation = bench.isolation,
        .stop = bench.stop,
        .rounds = input.rounds,
    };
    if (!err)
        err = bench_control(&common, &diag);
    if (!err)
        err = bench_memory(&common, &diag);
    if (!err)
        printf("%llu rounds of %d iterations, taken in turn; the quarter that "
               "was disturbed least counts\n",
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

const struct command command_bench = {
    .name = "bench",
    .summary = "measure mpstress's own cost",
    .argp = &argp,
    .run = run,
};
