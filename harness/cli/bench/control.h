/* mpstress bench: what control costs, beside its limits. */
#ifndef MPS_CLI_BENCH_CONTROL_H
#define MPS_CLI_BENCH_CONTROL_H

#include "bench/slot.h"

/* Measure and print: a switch beside a futex hand-over between two processes
 * on one core, and an iteration beside the bare tree of processes plus its
 * switches as such hand-overs. -EINTR when stopped. */
int bench_control(const struct bench *bench, struct mps_diag *diag);

#endif
