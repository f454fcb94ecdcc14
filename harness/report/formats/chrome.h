/* The Trace Event format, from plain data. Private to report/. */
#ifndef MPS_REPORT_CHROME_H
#define MPS_REPORT_CHROME_H

#include <stdio.h>

#include "trace/timeline.h"
#include "trace/trace.h"

/* Write TIMELINE, which went as META says and came to FINDINGS, to OUT.
 * -errno. */
int chrome_write(FILE *out, const struct trace_meta *meta,
                 const struct timeline *timeline,
                 const struct finding_list *findings);

/* An arrow: from the ticket FROM of one task to TO of another. They are in the
 * middle of a step or message: half a ticket after its begin, or before its
 * end. */
struct chrome_flow {
    const char *name;
    double from, to;
    uint32_t from_task, to_task;
};

/* The arrows of TIMELINE, from what lets others go on to the steps that did,
 * and from each mps_put() to the mps_got() of the same; *FLOWS is the caller's
 * to free. -ENOMEM. */
int chrome_flows(const struct timeline *timeline, struct chrome_flow **flows,
                 size_t *count);

#endif
