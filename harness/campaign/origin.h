/* What a stored failure came from: its scenario, with the parameters it had. */
#ifndef MPS_CAMPAIGN_ORIGIN_H
#define MPS_CAMPAIGN_ORIGIN_H

#include <stdbool.h>

#include "scenario/scenario.h"
#include "trace/trace.h"

struct mps_diag;

struct origin {
    struct scenario *scenario; /* owned, unless borrowed */
    const char **values;       /* of its parameters; owned, texts the trace's */
    bool borrowed;
};

/* The scenario as it was when TRACE was made, from the text kept in it;
 * PROGRAM (argv, or NULL) is run instead of its target. WORKSPACE is an
 * existing directory to write in. Release with origin_fini(); TRACE must
 * outlive it. */
int origin_load(struct origin *origin, const struct trace *trace,
                char *const *program, const char *workspace,
                struct mps_diag *diag);
/* SCENARIO, which must outlive it, as it is now, with the parameters that TRACE
 * had. -MPS_ENOMATCH when it has other parameters by now, or other values. */
int origin_use(struct origin *origin, const struct trace *trace,
               struct scenario *scenario, struct mps_diag *diag);
void origin_fini(struct origin *origin);

#endif
