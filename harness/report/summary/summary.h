/* The parts of report_summary(). Private to report/. */
#ifndef MPS_REPORT_SUMMARY_H
#define MPS_REPORT_SUMMARY_H

#include <stdbool.h>

#include "base/str.h"
#include "color.h"
#include "report.h"

/* The verdict of SCENARIO as in the summary: failures in capitals. Static. */
const char *verdict_shown(const struct report_scenario *scenario);
enum style verdict_style(const struct report_scenario *scenario);

/* Append the table of RUN's scenarios: columns as wide as their widest cell,
 * a very long name on a line of its own. */
void table_add(struct str *s, bool color, const struct report_run *run);

/* Append what the row of SCENARIO says of its findings: "deadlock +1". */
void table_add_finding(struct str *s, const struct report_scenario *scenario);

/* Append "6 scenarios: 2 failed, 1 could not run, ...". */
void counts_add(struct str *s, bool color, const struct report_run *run);

/* Append an empty line and the table of strategies, unless RUN was quiet or
 * nothing ran under control. In a verbose run also one of every scenario. */
void strategies_add(struct str *s, bool color, const struct report_run *run);

/* Append a "note: ..." for every limit that RUN met. */
void notes_add(struct str *s, const struct report_run *run);

/* The sum of what SCENARIO's strategies did under control; only its numbers
 * of iterations and schedules mean something. */
struct report_strategy
strategies_controlled(const struct report_scenario *scenario);

/* How many distinct findings the strategy NAME was the first to see. */
uint64_t strategies_findings(const struct report_scenario *scenario,
                             const char *name);

#endif
