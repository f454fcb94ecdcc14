/* The pieces that several reports show of a finding. Private to report/. */
#ifndef MPS_REPORT_FINDING_BLOCK_H
#define MPS_REPORT_FINDING_BLOCK_H

#include "base/str.h"
#include "report.h"

enum { LINE_COLUMNS = 80 };

/* Append the block of FINDING that report_finding_text() prints. */
void block_add(struct str *s, bool color,
               const struct report_scenario *scenario,
               const struct report_finding *finding);

/* Append TEXT with lines broken at spaces, the first INDENT columns in, the
 * others two more. */
void block_add_wrapped(struct str *s, const char *text, size_t indent);

/* Append "targets/counter.c:88", or "counter+0x1130" without a source line;
 * nothing when even that is unknown. */
void block_add_site(struct str *s, const struct location *location);

/* Append a line per place: task, role, function and site in columns; when they
 * do not fit, function and site on a second line. */
void block_add_places(struct str *s, bool color, const struct finding *finding);

/* The place that stands for FINDING where there is room for one: the first with
 * a source line, or the first of which anything is known. NULL. */
const struct finding_place *block_main_place(const struct finding *finding);

/* The N-th finding of SCENARIO by first iteration; NULL beyond the last. */
const struct report_finding *
block_nth_finding(const struct report_scenario *scenario, size_t n);

/* The finding that stands for SCENARIO where there is room for one: the
 * earliest expected one if the scenario caught it, the earliest known one if
 * there is nothing else, else the earliest that nobody expected. NULL when
 * there is none. */
const struct report_finding *
block_main_finding(const struct report_scenario *scenario);

/* Whether SCENARIO expects a failure and found it. */
bool block_is_caught(const struct report_scenario *scenario);

/* Whether SCENARIO is no failure only because all that failed is known. */
bool block_is_known(const struct report_scenario *scenario);

/* Whether FINDING makes a failure of its scenario: neither expected nor
 * known. */
bool block_is_new(const struct report_finding *finding);

#endif
