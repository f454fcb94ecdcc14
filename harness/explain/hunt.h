/* Looking for a pair. Private to explain/. */
#ifndef MPS_EXPLAIN_HUNT_H
#define MPS_EXPLAIN_HUNT_H

#include "order.h"

struct hunt {
    const struct explain_subject *subject;
    struct explain_budget *budget;
    const struct explain_result *failing;
    struct explain_result passing;
    struct explain_result nearer; /* a failing run found on the way */
    struct order order;
    uint32_t *ranks; /* scratch */
};

/* Run the order after SWAPS swaps, with OPS or without. */
int hunt_run(struct hunt *hunt, uint64_t swaps, bool ops,
             struct explain_result *result);
/* Whether that fails. */
int hunt_fails(struct hunt *hunt, uint64_t swaps, bool *fails);

/* Whether hunt->passing passes, and the way from it to the failing run, which
 * goes into hunt->order, starts with a pass and ends with the failure: what
 * only one of them does comes last in both. */
int hunt_check(struct hunt *hunt, bool *good);
void hunt_drop_order(struct hunt *hunt);

/* Fill hunt->passing and hunt->order with what hunt_check() finds good.
 * -MPS_ENOMATCH when there is nothing. */
int hunt_find_passing(struct hunt *hunt);

#endif
