#include "bench_control.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "bench_limit.h"
#include "runner/slot.h"
#include "scenario/scenario.h"
#include "symbols/symbols.h"

enum {
    HAND_OVERS = 20000, /* of one measurement of the limit */
    TURNS = 2000,       /* yields of each of the two processes */
    BATCH = 40          /* iterations of the tree */
};

/* -- The limit: a futex hand-over
 * ---------------------------------------------*/

struct court {
    _Alignas(64) uint32_t turn[2];
};

static void futex(uint32_t *word, int op, uint32_t value)
{
    syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}

/* Wait for the turn, give it to the other one, COUNT times. */
static void play(struct court *court, int side, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        while (!__atomic_load_n(&court->turn[side], __ATOMIC_ACQUIRE))
            futex(&court->turn[side], FUTEX_WAIT, 0);
        __atomic_store_n(&court->turn[side], 0, __ATOMIC_RELAXED);
        __atomic_store_n(&court->turn[!side], 1, __ATOMIC_RELEASE);
        futex(&court->turn[!side], FUTEX_WAKE, 1);
    }
}

/* Nanoseconds for one hand-over between two processes on the core that the
 * caller is pinned to; 0 on failure. */
static double hand_over(void)
{
    struct court *court = mmap(NULL, sizeof(*court), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (court == MAP_FAILED)
        return 0;
    pid_t other = fork();
    if (!other) {
        play(court, 1, HAND_OVERS / 2);
        _exit(0);
    }
    double each = 0;
    if (other > 0) {
        court->turn[0] = 1;
        uint64_t start = clock_now_ns();
        play(court, 0, HAND_OVERS / 2);
        waitpid(other, NULL, 0);
        each = (double)(clock_now_ns() - start) / HAND_OVERS;
    }
    munmap(court, sizeof(*court));
    return each;
}

/* -- Iterations under control
 * ----------------------------------------------------*/

struct bench_slot {
    struct scenario *scenario;
    struct symbols *symbols;
    char *program, *directory;
    struct slot *slot;
    struct slot_options options;
};

static void bench_slot_close(struct bench_slot *slot)
{
    slot_close(slot->slot);
    if (slot->directory)
        rmdir(slot->directory);
    free(slot->directory);
    free(slot->program);
    scenario_free(slot->scenario);
    symbols_close(slot->symbols);
    *slot = (struct bench_slot){0};
}

static int bench_slot_open(struct bench_slot *slot,
                           const struct bench_control *bench, const char *name,
                           unsigned argument, struct mps_diag *diag)
{
    char target[16], number[16];
    snprintf(target, sizeof(target), "%s", name);
    snprintf(number, sizeof(number), "%u", argument);
    char *const argv[] = {target, number, NULL};
    *slot = (struct bench_slot){0};
    int err = scenario_from_command(&slot->scenario, argv, diag);
    if (!err)
        err = scenario_program(slot->scenario, bench->places->toolchain.targets,
                               &slot->program, diag);
    if (!err)
        err = symbols_open(&slot->symbols, NULL);
    slot->directory = str_format("%s/control", bench->places->workspace);
    if (!err && !slot->directory)
        err = -ENOMEM;
    if (!err && mkdir(slot->directory, 0755) && errno != EEXIST)
        err = diag_set(diag, -errno, "%s", slot->directory);
    slot->options = (struct slot_options){
        .scenario = slot->scenario,
        .program = slot->program,
        .runtime = bench->places->toolchain.runtime,
        .launcher = bench->places->toolchain.launcher,
        .directory = slot->directory,
        .isolation = bench->isolation,
        .cpu = 0,
        .symbols = slot->symbols,
        .stop = bench->stop,
    };
    if (!err)
        err = slot_open(&slot->slot, &slot->options, diag);
    if (err)
        bench_slot_close(slot);
    return err;
}

/* COUNT iterations by STRATEGY: the time and the switches of all of them. */
static int iterate(struct bench_slot *slot, unsigned count, int strategy,
                   double *ns, double *switches, struct mps_diag *diag)
{
    struct choice choice = {slot->scenario, NULL};
    struct disturbance none = {0};
    struct control control = {.strategy = strategy};
    *switches = 0;
    uint64_t start = clock_now_ns();
    for (unsigned i = 0; i < count; i++) {
        struct outcome outcome;
        int err = slot_iterate(slot->slot, &choice, i, i, &none, &control,
                               &outcome, diag);
        if (!err && outcome.status)
            err = diag_set(diag, -MPS_EINTERNAL, "%s failed under control",
                           slot->program);
        if (err)
            return err;
        *switches += (double)outcome.segment->schedule.switches;
    }
    *ns = (double)(clock_now_ns() - start);
    return 0;
}

/* -- The rows
 * ----------------------------------------------------------------------*/

/* A switch: what an iteration of many takes beyond one of few. */
static int switch_row(const struct bench_control *bench, double *limits,
                      double *costs, struct mps_diag *diag)
{
    struct bench_slot few, many;
    int err = bench_slot_open(&few, bench, "turns", 1, diag);
    if (err)
        return err;
    err = bench_slot_open(&many, bench, "turns", TURNS, diag);
    for (uint64_t i = 0; !err && i < bench->rounds; i++) {
        double short_ns, short_switches, long_ns, long_switches;
        limits[i] = hand_over();
        err = iterate(&few, 1, STRATEGY_SEQUENTIAL, &short_ns, &short_switches,
                      diag);
        if (!err)
            err = iterate(&many, 1, STRATEGY_SEQUENTIAL, &long_ns,
                          &long_switches, diag);
        if (!err)
            costs[i] = (long_ns - short_ns) / (long_switches - short_switches);
    }
    if (many.scenario)
        bench_slot_close(&many);
    bench_slot_close(&few);
    if (err)
        return err;
    double limit = bench_quartile(limits, bench->rounds);
    double cost = bench_quartile(costs, bench->rounds);
    printf("control switch                 %8.2f us   %5.2f x a futex "
           "hand-over  (limit 1.50)\n",
           cost / 1000, cost / limit);
    return 0;
}

static int tree_row(const struct bench_control *bench, unsigned workers,
                    double *limits, double *costs, struct mps_diag *diag)
{
    struct bench_slot tree;
    int err = bench_slot_open(&tree, bench, "tree", workers, diag);
    for (uint64_t i = 0; !err && i < bench->rounds; i++) {
        double ns, switches;
        err = iterate(&tree, BATCH, STRATEGY_RANDOM, &ns, &switches, diag);
        double bare = (double)bench_bare_trees(tree.program, workers, BATCH);
        limits[i] = bare + switches * hand_over();
        costs[i] = ns;
    }
    if (tree.scenario)
        bench_slot_close(&tree);
    if (err)
        return err;
    double limit = bench_quartile(limits, bench->rounds);
    double cost = bench_quartile(costs, bench->rounds);
    printf("control iteration, %u worker%s  %8.1f us   %5.2f x bare tree + "
           "switches (limit 1.30)\n",
           workers, workers == 1 ? " " : "s", cost / BATCH / 1000,
           cost / limit);
    return 0;
}

int bench_control(const struct bench_control *bench, struct mps_diag *diag)
{
    double *limits = calloc(bench->rounds, sizeof(*limits));
    double *costs = calloc(bench->rounds, sizeof(*costs));
    cpu_set_t before, cpus;
    sched_getaffinity(0, sizeof(before), &before);
    CPU_ZERO(&cpus);
    CPU_SET(0, &cpus);
    sched_setaffinity(0, sizeof(cpus), &cpus);
    int err = limits && costs ? 0 : -ENOMEM;
    if (!err)
        err = switch_row(bench, limits, costs, diag);
    if (!err)
        err = tree_row(bench, 1, limits, costs, diag);
    if (!err)
        err = tree_row(bench, 4, limits, costs, diag);
    sched_setaffinity(0, sizeof(before), &before);
    free(limits);
    free(costs);
    return err;
}
