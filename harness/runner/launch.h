/* Starting a target so that it stops before main() as a fork server. */
#ifndef MPS_RUNNER_LAUNCH_H
#define MPS_RUNNER_LAUNCH_H

#include <sys/types.h>

#include "slot.h"

/* What the new process gets from the slot. */
struct launch {
    const struct slot_options *options;
    int segment_fd; /* close-on-exec here; inherited there by number */
    int stdout_fd, stderr_fd;
};

/* Whether PROGRAM cannot be preloaded into (no dynamic linker, or the kernel
 * would clean its environment): then it is started through the launcher. */
bool launch_is_outside(const char *program);

/* Returns the process id, or a negative code with DIAG. The program may still
 * fail to come to main(). */
pid_t launch_start(const struct launch *launch, struct mps_diag *diag);

/* Between fork and exec: no signal is caught, ignored or blocked any more. */
void launch_reset_signals(void);

#endif
