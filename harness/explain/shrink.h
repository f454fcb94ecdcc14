/* Making a schedule shorter, step by step. Private to explain/. */
#ifndef MPS_EXPLAIN_SHRINK_H
#define MPS_EXPLAIN_SHRINK_H

#include "explain.h"
#include "tried.h"

/* A list of segments on its way to a shorter one. */
struct shrink {
    const struct explain_subject *subject;
    struct explain_budget *budget;
    struct tried tried; /* in vain */
    /* What is left, and what it cost when it was run: what has not been said
     * is done as a replay does it, so it may be much less than the schedule. */
    struct schedule_plan plan;
    struct trace_schedule_cost cost;
    struct explain_result best;       /* of all runs with the finding */
    struct schedule_segment *scratch; /* of a candidate */
    int err;                          /* ends it: the budget, or the callback */
};

/* Put the COUNT segments of s->scratch in place of the plan if they show the
 * finding at no more preemptions and switches; SHORTER: at fewer. */
bool shrink_accept(struct shrink *s, size_t count, bool shorter);
/* Append a segment to the candidate of COUNT; neighbours of one task become
 * one. Returns the new count. */
size_t shrink_append(struct shrink *s, size_t count, uint32_t task,
                     uint32_t grants);
/* Go on from the schedule FROM, at the cost of the best run. */
void shrink_from(struct shrink *s, const struct schedule_plan *from);

/* -- Passes over the plan -------------------------------------------------- */

/* Delta debugging (Zeller, Hildebrandt: "Simplifying and isolating
 * failure-inducing input", 2002): leave out chunks, ever smaller ones. */
void shrink_leave_out(struct shrink *s);
/* Leaving out cannot do without the middle of A B A when both parts of A
 * matter: let A do all of it before B, or after. */
void shrink_join(struct shrink *s);
/* A task that is about to wait goes on to that before it loses the turn, which
 * then is no preemption. It may never have come to it: a deadlock. */
void shrink_raise(struct shrink *s);
/* The least count of each segment that still does, by bisection. */
void shrink_lower(struct shrink *s);

#endif
