/* The shortest schedule with the same finding: fewest preemptions, then fewest
 * switches, then fewest steps. */
#ifndef MPS_EXPLAIN_MINIMISE_H
#define MPS_EXPLAIN_MINIMISE_H

#include "explain.h"

struct explain_minimal {
    /* The shortest run, with its ops. Its plan is the schedule as it was
     * recorded in that run: exact. */
    struct explain_result result;
    struct trace_schedule_cost before; /* of the schedule to start from */
    bool complete;                     /* the budget was enough */
    int ended;  /* otherwise why: -MPS_ETIMEOUT, or what the callback said */
    bool exact; /* its plan, run once more, gave the same schedule again */
    uint64_t runs, elapsed_ns;
};

/* Shorten START, a schedule of SUBJECT with the finding (grants of a
 * controlled run, or the order of the ops of a free one).
 *
 * Delta debugging over its segments, then moves that join the segments of one
 * task, then bisection of each count; should more than one preemption be left,
 * some hundred ways to interrupt the sequential schedule once. A candidate
 * counts when it shows the same finding in a schedule that is not longer.
 * Whatever ends it early, OUT is the best so far, and 0 is returned. Release
 * with explain_minimal_fini().
 *
 * -MPS_ENOMATCH when START does not show the finding, -MPS_ETIMEOUT when not
 * even that could be tried, -ENOMEM, or what the callback returned for START:
 * OUT is empty then. */
int explain_minimise(const struct explain_subject *subject,
                     struct explain_budget *budget,
                     const struct schedule_plan *start,
                     struct explain_minimal *out);
void explain_minimal_fini(struct explain_minimal *minimal);

#endif
