/* The fewest workers and work items that still show a failure. */
#ifndef MPS_EXPLAIN_PARAMS_H
#define MPS_EXPLAIN_PARAMS_H

#include "explain.h"

/* A parameter that the scenario allows to be made smaller. */
struct explain_param {
    const char *name;
    int64_t value, least; /* LEAST <= VALUE */
};

/* Search schedules with the values of the COUNT PARAMS for the finding, within
 * BUDGET (explain_search(), say, with a subject of those values). 0 with
 * RESULT filled, -MPS_ENOMATCH when it did not turn up (or there can be no
 * such run), or another code, which ends it all. */
typedef int explain_probe(void *context, const struct explain_param *params,
                          size_t count, struct explain_budget *budget,
                          struct explain_result *result);

/* Make the values of PARAMS smaller, the first ones first, as far as PROBE
 * still finds the failure with at most PROBE_RUNS runs for each attempt: the
 * least value, then by bisection; again while one change makes another
 * possible.
 *
 * OUT is the run of the last success; zeroed when nothing became smaller.
 * Whatever ends it early, PARAMS and OUT go together. 0, also when the budget
 * ended, or what PROBE returned: then, too, they are the best so far. */
int explain_shrink_params(explain_probe *probe, void *context,
                          struct explain_budget *budget, uint64_t probe_runs,
                          struct explain_param *params, size_t count,
                          struct explain_result *out);

#endif
