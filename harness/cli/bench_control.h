/* mpstress bench: what control costs, beside its limits. */
#ifndef MPS_CLI_BENCH_CONTROL_H
#define MPS_CLI_BENCH_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "places.h"
#include "runner/isolation.h"

struct bench_control {
    const struct places *places;
    enum isolation isolation;
    const bool *stop;
    uint64_t rounds;
};

/* Measure and print: a switch beside a futex hand-over between two processes
 * on one core, and an iteration beside the bare tree of processes plus its
 * switches as such hand-overs. -EINTR when stopped. */
int bench_control(const struct bench_control *bench, struct mps_diag *diag);

#endif
