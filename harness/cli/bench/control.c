#include "bench/control.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "bench/limit.h"
#include "bench/slot.h"

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

/* -- The rows
 * ----------------------------------------------------------------------*/

static int open_slot(struct bench_slot *slot, const struct bench *bench,
                     const char *name, unsigned argument, struct mps_diag *diag)
{
    char number[16];
    snprintf(number, sizeof(number), "%u", argument);
    return bench_slot_open(slot, bench, (const char *[]){name, number, NULL},
                           diag);
}

/* A switch: what an iteration of many takes beyond one of few. */
static int switch_row(const struct bench *bench, double *limits, double *costs,
                      struct mps_diag *diag)
{
    struct bench_slot few, many;
    const struct control control = {.strategy = STRATEGY_SEQUENTIAL};
    int err = open_slot(&few, bench, "turns", 1, diag);
    if (err)
        return err;
    err = open_slot(&many, bench, "turns", TURNS, diag);
    for (uint64_t i = 0; !err && i < bench->rounds; i++) {
        double short_ns, short_switches, long_ns, long_switches;
        limits[i] = hand_over();
        err = bench_slot_iterate(&few, 1, &control, &short_ns, &short_switches,
                                 diag);
        if (!err)
            err = bench_slot_iterate(&many, 1, &control, &long_ns,
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

static int tree_row(const struct bench *bench, unsigned workers, double *limits,
                    double *costs, struct mps_diag *diag)
{
    struct bench_slot tree;
    const struct control control = {.strategy = STRATEGY_RANDOM};
    int err = open_slot(&tree, bench, "tree", workers, diag);
    for (uint64_t i = 0; !err && i < bench->rounds; i++) {
        double ns, switches;
        err = bench_slot_iterate(&tree, BATCH, &control, &ns, &switches, diag);
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

int bench_control(const struct bench *bench, struct mps_diag *diag)
{
    double *limits = calloc(bench->rounds, sizeof(*limits));
    double *costs = calloc(bench->rounds, sizeof(*costs));
    cpu_set_t before;
    sched_getaffinity(0, sizeof(before), &before);
    bench_pin();
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
