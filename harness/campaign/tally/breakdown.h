/* How often a scenario failed with each value of what is varied from iteration
 * to iteration: its parameters, and the delays of those that ran freely. Not
 * locked: the caller does that. */
#ifndef MPS_CAMPAIGN_TALLY_BREAKDOWN_H
#define MPS_CAMPAIGN_TALLY_BREAKDOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"

struct outcome;
struct scenario;

enum {
    BREAKDOWN_PARAMETERS = 8, /* the first ones */
    BREAKDOWN_SHARES = 16     /* values of each that are told apart */
};

struct breakdown {
    struct report_breakdown tables[BREAKDOWN_PARAMETERS + 1];
    struct report_share shares[BREAKDOWN_PARAMETERS + 1][BREAKDOWN_SHARES];
    size_t count;
};

/* Count OUTCOME, whose parameters' texts stay with its scenario. */
void breakdown_count(struct breakdown *breakdown, const struct outcome *outcome,
                     bool failed);

/* The tables of what had two values or more, at the start of `tables`.
 * Returns how many; to be called once, after the last iteration. */
size_t breakdown_finish(struct breakdown *breakdown);

#endif
