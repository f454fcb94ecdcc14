/* Findings that somebody has accepted, with the reason: in the store, or in a
 * text file that is kept with the sources:
 *
 *     # to be mended in 2.4
 *     queue-0badf00d  ticket 17: the statistics may be late
 *
 * A run shows them as known and does not fail for them. */
#ifndef MPS_CAMPAIGN_KNOWN_H
#define MPS_CAMPAIGN_KNOWN_H

#include <stddef.h>

struct mps_diag;
struct store;

struct known {
    char *id, *reason;
};

/* Zeroed: nothing is known. */
struct known_list {
    struct known *items;
    size_t count;
};

/* Add ID with REASON, or give it this REASON: the last word counts. -ENOMEM. */
int known_add(struct known_list *list, const char *id, const char *reason);

/* Add what the file PATH names. -MPS_EINPUT with file and line in DIAG. */
int known_load(struct known_list *list, const char *path,
               struct mps_diag *diag);
/* The same for SIZE bytes that anybody may have written; NAME is what
 * diagnostics call the file. */
int known_parse(struct known_list *list, const char *name, const char *bytes,
                size_t size, struct mps_diag *diag);

/* Add what is accepted in STORE. */
int known_take_store(struct known_list *list, struct store *store,
                     struct mps_diag *diag);

/* Why ID is accepted; NULL when it is not. LIST may be NULL. */
const char *known_reason(const struct known_list *list, const char *id);

void known_free(struct known_list *list);

#endif
