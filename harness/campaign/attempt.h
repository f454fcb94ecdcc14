/* The program of a stored failure under one schedule after the other: the
 * callback that explain/ works with. */
#ifndef MPS_CAMPAIGN_ATTEMPT_H
#define MPS_CAMPAIGN_ATTEMPT_H

#include "explain/explain.h"
#include "rerun.h"

struct attempt {
    struct rerun *rerun;
    const struct trace *trace;
    bool any; /* every failure counts, not only the same one */
    struct mps_diag *diag;
};

/* An explain_try; CONTEXT is a struct attempt. Its verdict is EXPLAIN_SAME for
 * the finding that gave the trace its name. */
int attempt_schedule(void *context, const struct explain_request *request,
                     struct explain_result *result);

/* What FINDINGS, of one run, mean for ATTEMPT. */
enum explain_verdict attempt_verdict(const struct attempt *attempt,
                                     const struct finding_list *findings);

#endif
