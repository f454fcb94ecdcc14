/* A finished run into the store's history. */
#ifndef MPS_CLI_HISTORY_H
#define MPS_CLI_HISTORY_H

struct mps_diag;
struct report_run;
struct store;

/* Record REPORT; STORE may be NULL (nothing to do). */
int history_record(struct store *store, const struct report_run *report,
                   struct mps_diag *diag);

#endif
