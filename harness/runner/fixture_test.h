/* A slot for one target, in a directory of its own. What cannot be prepared
 * fails the test. */
#ifndef MPS_RUNNER_FIXTURE_TEST_H
#define MPS_RUNNER_FIXTURE_TEST_H

#include "base/diag.h"
#include "slot.h"

struct fixture {
    struct scenario *scenario;
    struct slot_options options;
    struct slot *slot;
    struct symbols *symbols;
    char directory[32];
    bool stop;
    struct mps_diag diag;
};

/* Nothing but the directory: scenario and slot are up to the caller. */
void fixture_init(struct fixture *f);
/* Open a slot for f->scenario, which runs PROGRAM; 20 seconds an iteration.
 * What slot_open() returns. */
int fixture_open_scenario(struct fixture *f, const char *program);
/* All of that for PROGRAM and at most three ARGUMENTS, up to NULL. */
int fixture_open(struct fixture *f, const char *program,
                 const char *const *arguments);
void fixture_fini(struct fixture *f);

/* Run iteration NUMBER, which is also its seed; CONTROL may be NULL. What the
 * slot itself cannot do fails the test. */
struct outcome fixture_iterate(struct fixture *f, uint64_t number,
                               const struct control *control);

#endif
