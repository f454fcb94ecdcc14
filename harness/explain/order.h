/* Two runs as orders of the same ops, and the way from one to the other by
 * swaps of neighbours. Private to explain/. */
#ifndef MPS_EXPLAIN_ORDER_H
#define MPS_EXPLAIN_ORDER_H

#include "explain.h"

/* Completed op number NTH of task TASK, a number in order.tasks. */
struct token {
    uint32_t task;
    uint64_t nth;
};

struct order {
    struct schedule_task *tasks; /* of both runs */
    uint32_t task_count;
    struct token *tokens; /* by rank: in the order of the failing run */
    uint32_t *start;      /* ranks, in the order of the passing run */
    uint32_t count;
    /* From START to 0, 1, 2, ... by insertion sort from the end: what the
     * failing run puts off is put off last, its first op at the very last. */
    uint64_t swaps;
    /* How many there have been when something came to its place: 0, ascending,
     * SWAPS. */
    uint64_t *places;
    uint32_t place_count;
};

/* FAILING and PASSING have their ops. An op that only one of them has comes
 * after all others in the other. -ENOMEM, -MPS_EFULL for too many tasks,
 * -MPS_ECORRUPT for two of the same place in the tree. */
int order_init(struct order *order, const struct explain_result *failing,
               const struct explain_result *passing);
void order_fini(struct order *order);

/* RANKS (with room for all) after the first SWAPS swaps, or all there are;
 * returns how many. LAST: where the last of them moved something to, from one
 * place further; 0 when there was none. */
uint64_t order_at(const struct order *order, uint64_t swaps, uint32_t *ranks,
                  uint32_t *last);

/* The number in ORDER of task NUMBER of PLAN, or UINT32_MAX. */
uint32_t order_task(const struct order *order, const struct schedule_plan *plan,
                    uint32_t number);

/* The order RANKS as a plan, in SCHEDULE_OPS. -ENOMEM. */
int order_plan(const struct order *order, const uint32_t *ranks,
               struct schedule_plan *plan);

#endif
