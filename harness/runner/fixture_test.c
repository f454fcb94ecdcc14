#include "fixture_test.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"

void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.directory = "/tmp/mps-slot-XXXXXX"};
    cr_assert(mkdtemp(f->directory));
}

int fixture_open_scenario(struct fixture *f, const char *program)
{
    cr_assert_eq(symbols_open(&f->symbols, NULL), 0);
    f->scenario->private_directory = true;
    f->scenario->time_limit_ns = 20 * UINT64_C(1000000000);
    const char *why;
    f->options = (struct slot_options){
        .scenario = f->scenario,
        .program = program,
        .runtime = RUNTIME,
        .launcher = LAUNCHER,
        .directory = f->directory,
        .isolation = isolation_probe(&why),
        .cpu = 0,
        .symbols = f->symbols,
        .stop = &f->stop,
    };
    return slot_open(&f->slot, &f->options, &f->diag);
}

int fixture_open(struct fixture *f, const char *program,
                 const char *const *arguments)
{
    enum { MOST = 3 };
    char texts[1 + MOST][512];
    char *argv[1 + MOST + 1] = {texts[0]};
    snprintf(texts[0], sizeof(texts[0]), "%s", program);
    for (unsigned i = 0; i < MOST && arguments[i]; i++) {
        argv[1 + i] = texts[1 + i];
        snprintf(texts[1 + i], sizeof(texts[1 + i]), "%s", arguments[i]);
    }
    fixture_init(f);
    cr_assert_eq(scenario_from_command(&f->scenario, argv, &f->diag), 0);
    return fixture_open_scenario(f, program);
}

void fixture_fini(struct fixture *f)
{
    slot_close(f->slot);
    scenario_free(f->scenario);
    symbols_close(f->symbols);
    fs_remove_tree(f->directory);
}

struct outcome fixture_iterate(struct fixture *f, uint64_t number,
                               const struct control *control)
{
    const char *values[8];
    struct choice choice = {f->scenario, values};
    struct disturbance none = {0};
    struct outcome outcome;
    scenario_choose(f->scenario, number, &choice);
    int err = slot_iterate(f->slot, &choice, number, number, &none, control,
                           &outcome, &f->diag);
    cr_assert_eq(err, 0, "%s", f->diag.text);
    return outcome;
}
