/* The schedule of a trace as a plan that a replay follows. */
#ifndef MPS_TRACE_PLAN_H
#define MPS_TRACE_PLAN_H

#include "runner/control.h"
#include "segment/read.h"

struct trace;

/* The schedule that TRACE holds. Of a controlled iteration, in SCHEDULE_GRANTS:
 * with the same seed, parameters and program it replays exactly. Of one that
 * ran freely, in SCHEDULE_OPS: the order in which its ops took effect, as far
 * as their tickets tell.
 *
 * Release with plan_fini(). -MPS_EFULL when the trace holds not all of it (a
 * schedule longer than what is recorded, a ring that lost its oldest ops, more
 * tasks than a plan can name), -MPS_ECORRUPT when tasks have paths that are
 * none, -ENOMEM; *PLAN is empty then. */
int trace_plan(const struct trace *trace, struct schedule_plan *plan);

/* The number in PLAN of the task with PATH ("0.1.2"); it is added with its
 * ancestors should it be new. PLAN->tasks has room for SCHEDULE_TASKS, with
 * the root there already. -MPS_EFULL, or -MPS_ECORRUPT when PATH is none. */
int trace_plan_add(struct schedule_plan *plan, const char *path,
                   uint32_t *number);

/* "0.1.2" of task NUMBER of PLAN into PATH; one that is broken, or too deep,
 * ends in "?". Returns PATH. */
const char *trace_plan_path(const struct schedule_plan *plan, uint32_t number,
                            char path[static TASK_PATH_BYTES]);

#endif
