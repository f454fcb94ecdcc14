/* A controlled schedule for a failure that ran freely, and whose order of ops
 * alone does not show it: its cause lies between two ops. */
#ifndef MPS_EXPLAIN_SEARCH_H
#define MPS_EXPLAIN_SEARCH_H

#include "explain.h"

struct explain_found {
    struct explain_result result; /* its plan and seed replay it */
    uint64_t schedules;           /* tried, with this one */
    bool nearby;                  /* it followed part of the order */
};

/* Look for the finding of SUBJECT in schedules near NEAR, the order of ops of
 * the failure (may be NULL: it is not all known), until BUDGET ends.
 *
 * Of three schedules, one follows NEAR up to a random place and then random,
 * pct or pos; one follows all of it with two neighbours exchanged; one is of a
 * strategy alone. Each has a seed of its own. Release with
 * explain_found_fini(). -MPS_ENOMATCH when it did not turn up (OUT->schedules
 * says in how many), -ENOMEM, or what the callback returned. */
int explain_search(const struct explain_subject *subject,
                   struct explain_budget *budget,
                   const struct schedule_plan *near, struct explain_found *out);
void explain_found_fini(struct explain_found *found);

#endif
