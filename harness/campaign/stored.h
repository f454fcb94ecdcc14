/* The stored failures of a scenario, run again before its iterations: one that
 * is still there is told at once, one that is gone may be fixed. */
#ifndef MPS_CAMPAIGN_STORED_H
#define MPS_CAMPAIGN_STORED_H

#include "campaign.h"
#include "tally/tally.h"

/* Run again the newest failures of SCENARIO in the store that are not marked as
 * fixed, with the scenario as it is now: under their recorded schedule, or, of
 * one that was found running freely, a few times with its seed and delays.
 * Those that OPTIONS do not look for are left alone, and those of other
 * arguments or parameters; and all of a scenario that expects to fail. What
 * comes goes into TALLY. 0; -EINTR; what cannot be run again is nobody's
 * failure. */
int stored_run(const struct campaign_options *options,
               struct scenario *scenario, struct symbols *symbols,
               struct tally *tally, struct mps_diag *diag);

#endif
