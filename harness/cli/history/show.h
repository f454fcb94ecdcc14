/* The store's history for the user. */
#ifndef MPS_CLI_HISTORY_SHOW_H
#define MPS_CLI_HISTORY_SHOW_H

#include <stdbool.h>

struct mps_diag;
struct store;

/* Print what STORE knows of SCENARIO (NULL: of all) to standard output, in
 * COLOR or not; or write it to the file JSON ("-": standard output), unless
 * that is NULL. */
int history_show(struct store *store, const char *scenario, bool color,
                 const char *json, struct mps_diag *diag);

#endif
