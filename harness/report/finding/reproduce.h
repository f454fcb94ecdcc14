/* The command that shows a finding again. Private to report/. */
#ifndef MPS_REPORT_FINDING_REPRODUCE_H
#define MPS_REPORT_FINDING_REPRODUCE_H

#include "base/str.h"
#include "report.h"

/* Append the command that repeats FINDING: a replay of its trace, or the one
 * iteration when there is no trace. Quoted for a shell where needed. */
void reproduce_add(struct str *s, const struct report_run *run,
                   const struct report_scenario *scenario,
                   const struct report_finding *finding);

/* The finding whose command ends the summary: the first unexpected one of the
 * first failed scenario, which goes to *SCENARIO. NULL when there is none. */
const struct report_finding *
reproduce_pick(const struct report_run *run,
               const struct report_scenario **scenario);

#endif
