/* One scenario over several job slots: a thread each. */
#ifndef MPS_CAMPAIGN_WORKERS_H
#define MPS_CAMPAIGN_WORKERS_H

#include "campaign.h"
#include "tally/tally.h"

/* Run the iterations of SCENARIO until the plan is done or a limit is
 * reached, adding to TALLY and keeping progress up to date. Returns 0, or a
 * negative code with DIAG when the scenario could not be run (the tally then
 * holds what was done before). */
int workers_run(const struct campaign_options *options,
                const struct scenario *scenario, struct symbols *symbols,
                struct tally *tally, struct mps_diag *diag);

#endif
