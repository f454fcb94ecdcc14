/* What orders what: each right variant of targets/edges is run under many
 * schedules without a race, and of each wrong twin, which makes the same calls,
 * the race is found. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/fs.h"
#include "runner/slot.h"
#include "sched/strategy.h"

enum {
    TRIED = 12,   /* iterations of a right variant */
    ENOUGH = 100, /* of a wrong one: mostly the first one has the race */
    NAME = 48
};

struct fixture {
    struct scenario *scenario;
    struct slot *slot;
    struct symbols *symbols;
    struct slot_options options;
    char directory[32];
    bool stop;
    struct mps_diag diag;
};

static void begin(struct fixture *f, const char *variant, const char *backend)
{
    char program[] = EDGES, option[] = "--variant", other[] = "--backend";
    char name[NAME], how[16];
    snprintf(name, sizeof(name), "%s", variant);
    snprintf(how, sizeof(how), "%s", backend);
    char *const argv[] = {program, option, name, other, how, NULL};
    *f = (struct fixture){.directory = "/tmp/mps-edges-XXXXXX"};
    cr_assert(mkdtemp(f->directory));
    cr_assert_eq(scenario_from_command(&f->scenario, argv, &f->diag), 0);
    cr_assert_eq(symbols_open(&f->symbols, NULL), 0);
    f->scenario->private_directory = true;
    f->scenario->time_limit_ns = 20 * UINT64_C(1000000000);
    const char *why;
    f->options = (struct slot_options){
        .scenario = f->scenario,
        .program = EDGES,
        .runtime = RUNTIME,
        .launcher = LAUNCHER,
        .directory = f->directory,
        .isolation = isolation_probe(&why),
        .cpu = 0,
        .symbols = f->symbols,
        .stop = &f->stop,
    };
    cr_assert_eq(slot_open(&f->slot, &f->options, &f->diag), 0, "%s",
                 f->diag.text);
}

static void end(struct fixture *f)
{
    slot_close(f->slot);
    scenario_free(f->scenario);
    symbols_close(f->symbols);
    fs_remove_tree(f->directory);
}

/* Run iteration NUMBER; returns how many races were seen. */
static uint32_t run(struct fixture *f, uint64_t number, const char *variant)
{
    const char *values[8];
    struct choice choice = {f->scenario, values};
    struct disturbance none = {0};
    struct control control = {
        .strategy = number ? STRATEGY_RANDOM : STRATEGY_SEQUENTIAL,
        .races = true,
    };
    struct outcome outcome;
    scenario_choose(f->scenario, number, &choice);
    int err = slot_iterate(f->slot, &choice, number, number, &none, &control,
                           &outcome, &f->diag);
    cr_assert_eq(err, 0, "%s: %s", variant, f->diag.text);
    cr_assert_eq(outcome.status, 0, "%s: status %#x, verdict %u", variant,
                 (unsigned)outcome.status, outcome.segment->schedule.verdict);
    cr_assert_not(outcome.timed_out, "%s", variant);
    cr_assert_not_null(outcome.memory, "%s", variant);
    cr_assert_eq(outcome.memory->off, 0, "%s: %u", variant,
                 outcome.memory->off);
    cr_assert_gt(outcome.memory->accesses, 1, "%s", variant);
    return outcome.memory->race_count;
}

static bool is_wrong(const char *variant)
{
    const char *dash = strrchr(variant, '-');
    return dash && !strcmp(dash, "-wrong");
}

/* Run MOST iterations, or until one has a race; returns how many went well. */
static unsigned run_until_race(const char *variant, const char *backend,
                               unsigned most)
{
    struct fixture f;
    unsigned i = 0;
    begin(&f, variant, backend);
    while (i < most && !run(&f, i, variant))
        i++;
    end(&f);
    return i;
}

static void try_one(const char *variant, const char *backend)
{
    unsigned most = is_wrong(variant) ? ENOUGH : TRIED;
    unsigned well = run_until_race(variant, backend, most);
    if (is_wrong(variant))
        cr_expect_lt(well, most, "%s: no race was found", variant);
    else
        cr_expect_eq(well, most, "%s: a race in iteration %u", variant, well);
}

static void try_all(const char *backend)
{
    char name[NAME];
    unsigned tried = 0;
    const char *only = getenv("EDGES_ONLY");
    FILE *list = popen(EDGES " --list", "r");
    cr_assert_not_null(list);
    while (fscanf(list, "%47s", name) == 1) {
        if (only && strcmp(only, name))
            continue;
        try_one(name, backend);
        tried++;
    }
    pclose(list);
    cr_expect(only || tried > 200, "%u variants", tried);
}

TestSuite(edges, .timeout = 300);

Test(edges, order_processes)
{
    try_all("process");
}

Test(edges, order_threads)
{
    try_all("thread");
}
