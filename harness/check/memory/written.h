/* What the source lines of a race access. Private to check/. */
#ifndef MPS_CHECK_MEMORY_WRITTEN_H
#define MPS_CHECK_MEMORY_WRITTEN_H

#include "check/judge.h"

struct written {
    char text[128]; /* "job->totals->plain" */
    char type[96], record[96];
};

/* The expression that both sides of RACE have in common, as the newer one
 * writes it; that of one side when the other has none. OFFSET: of the race in
 * its mapping, UINT64_MAX: not known. False when none or too many fit. */
bool written_find(struct written *out, const struct judge *judge,
                  const struct memory_race *race, uint64_t offset);

#endif
