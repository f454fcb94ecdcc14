/* The parts of the page. All append to a struct str, whose failure is looked
 * at once, in the end. Private to report/html/. */
#ifndef MPS_REPORT_HTML_PARTS_H
#define MPS_REPORT_HTML_PARTS_H

#include "html/lanes.h"
#include "html/source.h"
#include "report.h"

struct trace;

/* A picture of LANES beside a table with a row of the same height for each
 * step; ANCHOR, an id that nothing else has, tells its parts from others. */
void html_timeline(struct str *s, const struct lanes *lanes,
                   struct source *source, const char *anchor);

/* Who waits for what, and who holds it: from the steps of TIMELINE, or, when
 * that is NULL or says nothing of it, from the places of FINDING. Nothing when
 * nobody waits. */
void html_waits(struct str *s, const struct finding *finding,
                const struct timeline *timeline);

/* Where FINDING is, and its detail: of a race, the two accesses with their
 * stacks side by side. */
void html_finding(struct str *s, const struct finding *finding,
                  struct source *source);

/* How often SCENARIO fails, by what was varied; the runs before and what became
 * of its failures. Nothing when there is nothing to tell. */
void html_charts(struct str *s, const struct report_scenario *scenario);
void html_past(struct str *s, const struct report_scenario *scenario);

/* The section of one failure of RUN. TRACE may be NULL: it could not be read.
 * At most MAX_ROWS of its steps. */
void html_failure(struct str *s, const struct report_run *run,
                  const struct report_scenario *scenario,
                  const struct report_finding *entry, const struct trace *trace,
                  size_t max_rows);

/* What report_rate() says; a line does not break within the interval. */
void html_rate(struct str *s, uint64_t failures, uint64_t iterations);

/* "2024-05-01 12:30" UTC. */
void html_time(struct str *s, uint64_t wall_ns);

#endif
