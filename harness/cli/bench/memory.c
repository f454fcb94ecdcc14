#include "bench/memory.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "bench/limit.h"

/* Each pass reads and writes 1024 words. */
#define PASSES        2000
#define TEXT_(number) #number
#define TEXT(number)  TEXT_(number)

enum { ACCESSES = 2 * 1024 * PASSES, ROUNDS_MAX = 25 };

/* The ways to build and run it, cheapest first. */
enum way { PLAIN, DORMANT, TSAN, SEEN, WAYS };

static const char *const programs[WAYS] = {
    [PLAIN] = "accesses",
    [DORMANT] = "accesses-cc",
    [TSAN] = "accesses-tsan",
    [SEEN] = "accesses-cc",
};

struct row {
    const char *kind, *label;
    double limit;
};

/* Nanoseconds of one run outside mpstress. */
static int run_alone(const char *path, const char *kind, const char *passes,
                     double *ns, struct mps_diag *diag)
{
    extern char **environ;
    char *const argv[] = {strdup(path), strdup(kind), strdup(passes), NULL};
    pid_t pid;
    int status = 1;
    uint64_t start = clock_now_ns();
    int err = posix_spawn(&pid, path, NULL, NULL, argv, environ);
    if (!err && waitpid(pid, &status, 0) != pid)
        err = errno;
    *ns = (double)(clock_now_ns() - start);
    for (int i = 0; i < 3; i++)
        free(argv[i]);
    if (err || status)
        return diag_set(diag, -MPS_EINTERNAL, "%s %s failed", path, kind);
    return 0;
}

static int run_seen(const struct bench *bench, const char *kind,
                    const char *passes, double *ns, struct mps_diag *diag)
{
    const char *const argv[] = {programs[SEEN], kind, passes, NULL};
    const struct control control = {.strategy = STRATEGY_SEQUENTIAL,
                                    .races = true};
    struct bench_slot slot;
    double switches;
    int err = bench_slot_open(&slot, bench, argv, diag);
    if (err)
        return err;
    err = bench_slot_iterate(&slot, 1, &control, ns, &switches, diag);
    bench_slot_close(&slot);
    return err;
}

/* An access: what a run with many takes beyond one with none. */
static int measure(const struct bench *bench, enum way way, const char *kind,
                   double *each, struct mps_diag *diag)
{
    double none = 0, many = 0;
    char *path =
        str_format("%s/%s", bench->places->toolchain.targets, programs[way]);
    int err = path ? 0 : -ENOMEM;
    if (!err && way == SEEN) {
        err = run_seen(bench, kind, "0", &none, diag);
        if (!err)
            err = run_seen(bench, kind, TEXT(PASSES), &many, diag);
    } else if (!err) {
        err = run_alone(path, kind, "0", &none, diag);
        if (!err)
            err = run_alone(path, kind, TEXT(PASSES), &many, diag);
    }
    free(path);
    *each = (many - none) / ACCESSES;
    return err ? err : *bench->stop ? -EINTR : 0;
}

static int row(const struct bench *bench, const struct row *row,
               struct mps_diag *diag)
{
    double values[WAYS][ROUNDS_MAX], cost[WAYS];
    uint64_t rounds = bench->rounds < ROUNDS_MAX ? bench->rounds : ROUNDS_MAX;
    for (uint64_t i = 0; i < rounds; i++)
        for (enum way way = 0; way < WAYS; way++) {
            int err = measure(bench, way, row->kind, &values[way][i], diag);
            if (err)
                return err;
        }
    for (enum way way = 0; way < WAYS; way++)
        cost[way] = bench_quartile(values[way], rounds);
    printf("%s  %8.2f ns   %5.2f x -fsanitize=thread  (limit %.2f)\n",
           row->label, cost[SEEN] - cost[PLAIN],
           (cost[SEEN] - cost[PLAIN]) / (cost[TSAN] - cost[PLAIN]), row->limit);
    printf("  outside mpstress             %8.2f ns   %5.2f x "
           "-fsanitize=thread\n",
           cost[DORMANT] - cost[PLAIN],
           (cost[DORMANT] - cost[PLAIN]) / (cost[TSAN] - cost[PLAIN]));
    return 0;
}

/* The program for ThreadSanitizer is built only where the compiler has it. */
static bool is_there(const struct bench *bench, enum way way)
{
    char *path =
        str_format("%s/%s", bench->places->toolchain.targets, programs[way]);
    bool there = path && !access(path, X_OK);
    if (path && !there)
        printf("what an access costs: not measured, there is no %s\n", path);
    free(path);
    return there;
}

int bench_memory(const struct bench *bench, struct mps_diag *diag)
{
    static const struct row rows[] = {
        {"private", "instrumented private access  ", 0.5},
        {"shared", "instrumented shared access   ", 2.0},
    };
    for (enum way way = 0; way < WAYS; way++)
        if (!is_there(bench, way))
            return 0;
    int err = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) && !err; i++)
        err = row(bench, &rows[i], diag);
    return err;
}
