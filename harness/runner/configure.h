/* Writing an iteration into the segment: what the runtime is to do. */
#ifndef MPS_RUNNER_CONFIGURE_H
#define MPS_RUNNER_CONFIGURE_H

#include "slot.h"

/* Fill SEGMENT's configuration for iteration ITERATION with the parameters
 * CHOICE; OUTSIDE: the program is started by the launcher. -MPS_EFULL with
 * DIAG when the texts do not fit. */
int configure(struct segment *segment, const struct slot_options *options,
              bool outside, const struct choice *choice, uint64_t iteration,
              uint64_t seed, const struct disturbance *disturbance,
              struct mps_diag *diag);

#endif
