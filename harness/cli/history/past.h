/* What the store remembers of earlier runs, for reports. */
#ifndef MPS_CLI_HISTORY_PAST_H
#define MPS_CLI_HISTORY_PAST_H

#include "report/report.h"
#include "store/store.h"

/* A report with the history of its scenarios. */
struct past {
    struct report_run run; /* for the writers of reports */
    struct report_scenario *scenarios;
    struct store_history *histories; /* one for each scenario */
    struct report_past **rows;
    struct store_trails *trails;
};

/* Fill PAST with REPORT, which it borrows, and what STORE (NULL: nothing)
 * knows of its scenarios; of what cannot be read, nothing. -ENOMEM: PAST holds
 * REPORT as it is. Release with past_fini(). */
int past_init(struct past *past, const struct report_run *report,
              struct store *store);
void past_fini(struct past *past);

#endif
