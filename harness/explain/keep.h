/* The answers into the trace of the failure. */
#ifndef MPS_EXPLAIN_KEEP_H
#define MPS_EXPLAIN_KEEP_H

#include "minimise.h"
#include "pair.h"

/* Put MINIMAL, found with the COUNT PARAMS as all parameters of the scenario,
 * and PAIR (NULL: none was found) into the trace PATH. Fails as
 * trace_add_explanation(). */
int explain_keep(const char *path, const struct explain_minimal *minimal,
                 const struct explain_pair *pair,
                 const struct trace_param *params, size_t count,
                 struct mps_diag *diag);

#endif
