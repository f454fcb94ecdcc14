/* What is kept of takings from one iteration to the next. Private to check/. */
#ifndef MPS_CHECK_LOCKS_GRAPH_H
#define MPS_CHECK_LOCKS_GRAPH_H

#include "detect/lockorder.h"
#include "told.h"

enum { KNOWN_MAX = 512 /* takings that differ; more are not added */ };

struct known_taking {
    uint64_t id;
    struct told_taking told;
    /* When it was, as far as the tree of tasks orders it: */
    char path[TASK_PATH_BYTES];
    uint32_t children;
    uint64_t ended[LOCK_TASKS]; /* ids of tasks whose end it knew of */
    uint32_t ended_count;
    bool changed; /* something was learnt that may make a circle possible */
};

struct lock_graph {
    /* Parallel: what they are, and what else is known of them. */
    struct lockorder_taking takings[KNOWN_MAX];
    struct known_taking known[KNOWN_MAX];
    uint32_t count;
    /* Pairs that were seen in one iteration, and with no order between them. */
    uint64_t together[KNOWN_MAX][KNOWN_MAX / 64];
    uint64_t unordered[KNOWN_MAX][KNOWN_MAX / 64];
    /* Semaphores that were seen to be no locks; sorted never. */
    uint64_t *never;
    size_t never_count;
    /* Circles that were told of: the sum of their locks' ids. */
    uint64_t *told;
    size_t told_count;
};

/* The takings of one iteration, those that count. */
struct lock_round {
    const struct lock_order *orders;
    uint32_t count;
    struct lockorder_taking takings[LOCK_TAKINGS];
    uint16_t numbers[LOCK_TAKINGS]; /* in ORDERS */
};

/* Whether takings A and B of ROUND are ordered: a lockorder_ordered. */
bool lock_round_ordered(const void *round, uint32_t a, uint32_t b);

/* Take from OUTCOME what counts, with ids that GRAPH and other rounds
 * understand where there are such, else with ones of this round. Adds to
 * GRAPH->never. -ENOMEM. */
int lock_round_take(struct lock_round *round, struct lock_graph *graph,
                    const struct outcome *outcome);

/* Add the takings of ROUND that mean something in other iterations to GRAPH,
 * and what it says of pairs. -ENOMEM. */
int lock_graph_add(struct lock_graph *graph, const struct lock_round *round,
                   const struct outcome *outcome);

/* Whether known takings A and B are ordered for certain: a lockorder_ordered.
 */
bool lock_graph_ordered(const void *graph, uint32_t a, uint32_t b);

/* Whether a circle of the locks that SIGNATURE stands for was told of; if not,
 * it is from now on. -ENOMEM. */
int lock_graph_tell(struct lock_graph *graph, uint64_t signature);

#endif
