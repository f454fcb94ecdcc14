/* What runs with one worker gave, by the other parameters: some invariants
 * compare an iteration with that. */
#ifndef MPS_CAMPAIGN_REFERENCES_H
#define MPS_CAMPAIGN_REFERENCES_H

#include "check/check.h"
#include "runner/slot.h"

struct reference_set;
int references_new(struct reference_set **out, const struct scenario *scenario);
void references_free(struct reference_set *set);

/* The reference for CHOICE, running the target with workers = 1 in SLOT
 * should there be none yet. *OUT belongs to the set. Any thread. */
int references_get(struct reference_set *set, struct slot *slot,
                   const struct choice *choice, const struct reference **out,
                   struct mps_diag *diag);

#endif
