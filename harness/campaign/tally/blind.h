/* Iterations in which races were to be looked for, but were not, or not to the
 * end: a limit was met. */
#ifndef MPS_CAMPAIGN_TALLY_BLIND_H
#define MPS_CAMPAIGN_TALLY_BLIND_H

#include <stdint.h>

#include "runner/outcome.h"

enum { BLIND_REASONS = 16 };

struct blind {
    uint64_t looked;                /* iterations that were to be looked at */
    uint64_t counts[BLIND_REASONS]; /* of them not, by enum memory_off */
};

void blind_count(struct blind *blind, const struct outcome *outcome);

/* "NAME: races were not looked for in 3 of 200 controlled iterations: ...", or
 * NULL when there is nothing to say or memory ran out. The caller frees. */
char *blind_describe(const struct blind *blind, const char *name);

#endif
