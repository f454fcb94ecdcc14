/* The lock-order graph of a scenario, over all its iterations: findings of kind
 * lock-order, for deadlocks that can happen though none of the iterations may
 * have shown them. */
#ifndef MPS_CHECK_LOCKS_ORDER_H
#define MPS_CHECK_LOCKS_ORDER_H

#include "check/finding.h"
#include "runner/outcome.h"

struct mps_diag;
struct lock_graph;

/* NULL when out of memory. One for a scenario; the caller locks. */
struct lock_graph *lock_graph_new(void);
void lock_graph_free(struct lock_graph *graph);

/* Add what OUTCOME saw, and append to FINDINGS a finding, sealed, for each
 * circle of locks that is new to GRAPH: within the iteration, or together with
 * earlier ones, which the finding names. An iteration that ran freely adds
 * nothing: what orders its takings is not known. -ENOMEM with DIAG. The
 * outcome's symbols must outlive GRAPH. */
int lock_graph_judge(struct lock_graph *graph, const struct outcome *outcome,
                     struct finding_list *findings, struct mps_diag *diag);

/* OUTCOME is of the iteration that WANTED, a lock-order finding, was found in,
 * run again: if all takings that it has of this iteration are there again,
 * append one like it to FINDINGS. Those of other iterations, which no replay
 * can show, are not asked for. -ENOMEM with DIAG. */
int lock_order_replayed(const struct outcome *outcome,
                        const struct finding *wanted,
                        struct finding_list *findings, struct mps_diag *diag);

/* Whether DEADLOCK, a finding of that kind, is what ORDER, a lock-order one,
 * warns of: its tasks wait where those of the circle take their locks. */
bool lock_order_came_true(const struct finding *order,
                          const struct finding *deadlock);

#endif
