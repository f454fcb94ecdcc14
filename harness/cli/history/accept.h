/* Accepting findings: mpstress history --accept and --withdraw. */
#ifndef MPS_CLI_HISTORY_ACCEPT_H
#define MPS_CLI_HISTORY_ACCEPT_H

struct mps_diag;

/* Accept the failure that NAME means (an id, its beginning, or "latest") in the
 * store DIRECTORY for REASON, and say so. -MPS_ENOMATCH when there is none. */
int accept_finding(const char *directory, const char *name, const char *reason,
                   struct mps_diag *diag);

/* Take that back for the accepted finding that NAME means. */
int withdraw_finding(const char *directory, const char *name,
                     struct mps_diag *diag);

#endif
