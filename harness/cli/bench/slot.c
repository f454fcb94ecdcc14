#include "bench/slot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "bench/limit.h"
#include "scenario/scenario.h"
#include "symbols/symbols.h"

void bench_slot_close(struct bench_slot *slot)
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

static int make_scenario(struct bench_slot *slot, const char *const *argv,
                         struct mps_diag *diag)
{
    char *copy[8] = {NULL};
    int err = 0;
    for (size_t i = 0; argv[i] && i < 7 && !err; i++) {
        copy[i] = strdup(argv[i]);
        err = copy[i] ? 0 : -ENOMEM;
    }
    if (!err)
        err = scenario_from_command(&slot->scenario, copy, diag);
    for (size_t i = 0; i < 7; i++)
        free(copy[i]);
    return err;
}

int bench_slot_open(struct bench_slot *slot, const struct bench *bench,
                    const char *const *argv, struct mps_diag *diag)
{
    *slot = (struct bench_slot){0};
    int err = make_scenario(slot, argv, diag);
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
        .cpu = bench_core(0),
        .symbols = slot->symbols,
        .stop = bench->stop,
    };
    if (!err)
        err = slot_open(&slot->slot, &slot->options, diag);
    if (err)
        bench_slot_close(slot);
    return err;
}

int bench_slot_iterate(struct bench_slot *slot, unsigned count,
                       const struct control *control, double *ns,
                       double *switches, struct mps_diag *diag)
{
    struct choice choice = {slot->scenario, NULL};
    struct disturbance none = {0};
    *switches = 0;
    uint64_t start = clock_now_ns();
    for (unsigned i = 0; i < count; i++) {
        struct outcome outcome;
        int err = slot_iterate(slot->slot, &choice, i, i, &none, control,
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
