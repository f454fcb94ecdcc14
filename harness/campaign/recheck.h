/* Whether another build of a target still has a stored failure. */
#ifndef MPS_CAMPAIGN_RECHECK_H
#define MPS_CAMPAIGN_RECHECK_H

#include "rerun.h"

struct recheck_options {
    struct rerun_options rerun; /* its program is the other build */
    uint64_t schedules;         /* to search when the recorded one passes */
    bool any;                   /* every failure counts, not only the same */
};

enum recheck_verdict {
    RECHECK_FAILS, /* the same failure */
    RECHECK_PASSES,
    RECHECK_OTHER /* each run shows another failure: it cannot be told */
};

/* How it was found out. */
struct recheck {
    enum recheck_verdict verdict;
    bool recorded;      /* the recorded schedule decided: it fails, or it passes
                           with the same operations */
    uint64_t schedules; /* others that were tried */
    uint64_t free_runs; /* and runs without control */
};

/* Run the schedule of TRACE as far as the other build goes along. Where it
 * passes after it went another way, search schedules near it for the same
 * failure, and run a failure that was found in free runs freely, too: each
 * so many times as OPTIONS say, or until it shows. One that was found under a
 * tool of Valgrind is run under that once.
 *
 * -MPS_ESTART when the build is none, -EINTR when OPTIONS->rerun.stop became
 * true, or what else kept it from running, with DIAG. */
int recheck_run(struct recheck *out, const struct trace *trace,
                const struct recheck_options *options, struct mps_diag *diag);

#endif
