/* Who waits for whom: the wait-for graph of tasks that stand still, and the
 * cycles in it. Private to check/. */
#ifndef MPS_CHECK_ALWAYS_WAITFOR_H
#define MPS_CHECK_ALWAYS_WAITFOR_H

#include "waiters.h"

enum { WAIT_EDGES = 1024 };

enum wait_reason {
    WAIT_HELD = 1, /* the other one holds the lock */
    WAIT_END = 2,  /* it is to end: a join, a wait for one child */
    WAIT_CHILD = 4 /* any child is to end, and it is one of them */
};

struct wait_edge {
    const struct waiter *from;
    int to; /* task number; it may have ended */
    enum wait_reason reason;
    uint64_t site; /* WAIT_HELD: where it took the lock; 0: unknown */
};

struct wait_graph {
    const struct waiters *waiters;
    struct wait_edge edges[WAIT_EDGES];
    size_t first[WAITERS_MAX + 1]; /* edge of waiter i; its last is before
                                      first[i + 1] */
};

struct wait_cycle {
    const struct wait_edge *edges[WAITERS_MAX];
    size_t length; /* 0: there is none */
};

/* Fill GRAPH with what the segment tells about WAITERS, which it borrows. */
void wait_graph_build(struct wait_graph *graph, const struct waiters *waiters);

/* The edges of WAITER, one of the graph's, into *COUNT. */
const struct wait_edge *wait_graph_edges(const struct wait_graph *graph,
                                         const struct waiter *waiter,
                                         size_t *count);

/* Find the shortest cycle of edges whose reasons are among REASONS. It starts
 * at the one of its tasks that stands first among the waiters, so that a
 * deadlock reads the same whoever came last. */
void wait_graph_cycle(const struct wait_graph *graph, unsigned reasons,
                      struct wait_cycle *cycle);

/* "0.1 waits for mutex /left, held by 0.0", "0 waits for the end of 0.1". */
void wait_edge_show(struct str *s, const struct wait_graph *graph,
                    const struct wait_edge *edge);
/* At most MAX edges of CYCLE: "..., and ...". */
void wait_cycle_show(struct str *s, const struct wait_graph *graph,
                     const struct wait_cycle *cycle, size_t max);

/* A line on what WAITER does and where, and one on each holder of what it waits
 * for. */
void wait_show_state(struct str *s, const struct wait_graph *graph,
                     const struct waiter *waiter);
/* Its stack, if that is known. */
void wait_show_stack(struct str *s, const struct waiter *waiter);

/* Add to FINDING the place where WAITER waits; where the other one took the
 * lock that EDGE is about. */
void wait_place(struct judge *judge, struct finding *finding,
                const struct wait_graph *graph, const struct waiter *waiter);
void wait_holder_place(struct judge *judge, struct finding *finding,
                       const struct wait_edge *edge);

#endif
