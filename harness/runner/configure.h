/* Writing an iteration into the segment: what the runtime is to do. */
#ifndef MPS_RUNNER_CONFIGURE_H
#define MPS_RUNNER_CONFIGURE_H

#include "slot.h"

/* Fill SEGMENT's configuration for iteration ITERATION with the parameters
 * CHOICE, scheduled by CONTROL (NULL: stress); OUTSIDE: the program is started
 * by the launcher. -MPS_EFULL with DIAG when the texts do not fit. */
int configure(struct segment *segment, const struct slot_options *options,
              bool outside, const struct choice *choice, uint64_t iteration,
              uint64_t seed, const struct disturbance *disturbance,
              const struct control *control, struct mps_diag *diag);

#endif
