/* A replay beside what was recorded: whether the same ops and observations came
 * in the same order, and if not, where they part. */
#ifndef MPS_CAMPAIGN_COMPARE_H
#define MPS_CAMPAIGN_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "runner/outcome.h"
#include "trace/trace.h"

struct divergence {
    bool diverged;
    uint64_t step;        /* of the ops, from 0 */
    char *recorded, *got; /* "0.1 sem wait semaphore jobs  take()  q.c:12", or
                             "nothing"; owned */
};

/* Compare OUTCOME, a controlled iteration, with TRACE. Line numbers do not
 * count: a comment may have been added since. -ENOMEM. */
int compare_run(struct divergence *out, const struct trace *trace,
                const struct outcome *outcome);
void divergence_fini(struct divergence *divergence);

#endif
