/* Explaining a stored failure: make it exact if it was found in stress mode,
 * find its shortest schedule, the fewest workers and items, and the pair of
 * operations that decides; all of it into its trace. */
#ifndef MPS_CAMPAIGN_EXPLAINER_H
#define MPS_CAMPAIGN_EXPLAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "campaign.h"

struct explainer_options {
    const struct toolchain *toolchain;
    const char *workspace;
    enum isolation isolation;
    uint64_t time_ns; /* for all of it; 0: no limit */
    uint64_t runs;    /* 0: no limit */
    const bool *stop;
};

/* How a failure that ran freely became one whose schedule is known. */
enum exactness {
    EXACT_ALREADY, /* it was found under control */
    EXACT_ORDER,   /* the order of its operations, enforced, shows it */
    EXACT_SEARCH,  /* a schedule found near that order does */
    EXACT_NOT      /* neither: its cause lies between two operations */
};

struct explained {
    enum exactness exactness;
    uint64_t schedules; /* EXACT_SEARCH, EXACT_NOT: tried */
    bool minimal;       /* there is a shortest schedule in the trace */
    bool pair;          /* and the two operations that decide */
    uint64_t replays, replays_failed; /* of the exact schedule */
};

/* Explain the failure in the file TRACE, which is replaced at once by one that
 * holds more. 0 also when there was not enough time; -EINTR; or what went
 * wrong, with DIAG: the file is whole in any case. */
int explainer_run(const char *trace, const struct explainer_options *options,
                  struct explained *out, struct mps_diag *diag);

#endif
