/* The runs of a scenario under Helgrind and DRD. */
#ifndef MPS_CAMPAIGN_TOOLS_H
#define MPS_CAMPAIGN_TOOLS_H

#include <stdint.h>

#include "campaign.h"
#include "tally/tally.h"

struct symbols;

/* Whether anything but the tools runs the scenarios: their iterations. A list
 * of detectors that names tools alone asks for the tools alone. */
bool tools_leave_iterations(const struct campaign_options *options);

/* How many runs SCENARIO gets under all tools asked for: for each the first
 * iterations that differ in their parameters, a few, since each takes as long
 * as fifty others. */
uint64_t tools_planned(const struct campaign_options *options,
                       const struct scenario *scenario);

/* Run SCENARIO under each tool asked for, judge, and count into TALLY. 0, or
 * -EINTR, or what went wrong, with DIAG. */
int tools_run(const struct campaign_options *options,
              const struct scenario *scenario, struct symbols *symbols,
              struct tally *tally, struct mps_diag *diag);

#endif
