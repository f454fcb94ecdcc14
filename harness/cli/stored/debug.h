/* mpstress replay --gdb: the failing task in a debugger, just before the
 * operation that decides. */
#ifndef MPS_CLI_STORED_DEBUG_H
#define MPS_CLI_STORED_DEBUG_H

#include "campaign/rerun.h"

/* Replay the failure of TRACE until the task stands there, and run gdb on it;
 * the other tasks stand still. 0 when gdb ran; -MPS_ENOMATCH when the
 * schedule never comes there, -ENOENT without gdb, ... with DIAG. */
int debug_run(const struct trace *trace, struct rerun *rerun,
              struct mps_diag *diag);

#endif
