/* A run into the store's history. */
#ifndef MPS_CLI_HISTORY_RECORD_H
#define MPS_CLI_HISTORY_RECORD_H

#include <stdint.h>

struct mps_diag;
struct report_run;
struct store;
struct store_run;

/* Note that the run with COMMAND and SEED begins; a run that is killed shows
 * as interrupted. STORE may be NULL (nothing to do). */
int history_open_run(struct store *store, const char *command, uint64_t seed,
                     struct store_run *run, struct mps_diag *diag);

/* Record what RUN gave. */
int history_close_run(struct store *store, const struct store_run *run,
                      const struct report_run *report, struct mps_diag *diag);

#endif
