/* mpstress bench: a target under control, one iteration after the other. */
#ifndef MPS_CLI_BENCH_SLOT_H
#define MPS_CLI_BENCH_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "places.h"
#include "runner/slot.h"

/* What all measurements share. */
struct bench {
    const struct places *places;
    enum isolation isolation;
    const bool *stop;
    uint64_t rounds;
};

struct bench_slot {
    struct scenario *scenario;
    struct symbols *symbols;
    char *program, *directory;
    struct slot *slot;
    struct slot_options options;
};

/* Start the bundled target ARGV[0] with the arguments that follow, up to a
 * NULL. On failure there is nothing to close. */
int bench_slot_open(struct bench_slot *slot, const struct bench *bench,
                    const char *const *argv, struct mps_diag *diag);
void bench_slot_close(struct bench_slot *slot);

/* COUNT iterations scheduled by CONTROL: the time and the switches of all of
 * them. An exit status other than 0 is a failure. */
int bench_slot_iterate(struct bench_slot *slot, unsigned count,
                       const struct control *control, double *ns,
                       double *switches, struct mps_diag *diag);

#endif
