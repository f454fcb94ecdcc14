/* The lock-order graph: takings of locks that can come together as a deadlock,
 * whether or not they ever did. Pure; any thread.
 *
 * Goodlock's rule (Havelund 2000; Joshi et al., PLDI 2009): tasks that differ,
 * each of which waits for a lock that the next one holds, the last for one of
 * the first's, while no lock is held by two of them - a gate that keeps them
 * from getting there at once - and none is over before another begins. */
#ifndef MPS_DETECT_LOCKORDER_H
#define MPS_DETECT_LOCKORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOCKORDER_HELD = 8, LOCKORDER_CIRCLE = 8 };

struct lockorder_lock {
    uint64_t lock;
    bool shared;  /* taken for reading: readers do not wait for each other */
    bool process; /* tasks of one process do not wait for each other */
    bool gate;    /* held, but perhaps no lock: only ever keeps others out */
};

/* TASK of PROCESS took LOCK, and would have waited for it, while it held
 * HELD. Locks it had already are not in here twice. */
struct lockorder_taking {
    uint64_t task, process;
    struct lockorder_lock lock;
    struct lockorder_lock held[LOCKORDER_HELD];
    uint32_t held_count;
};

/* A circle: taking STEPS[i] waits for what STEPS[i + 1], and the last for what
 * the first, has in held[HELD]. */
struct lockorder_step {
    uint32_t taking, held;
};

/* Whether takings A and B cannot happen at the same time, for certain. */
typedef bool lockorder_ordered(const void *context, uint32_t a, uint32_t b);

struct lockorder {
    const struct lockorder_taking *takings;
    uint32_t count;
    lockorder_ordered *ordered;
    const void *context;
};

/* Which of the COUNT takings may be part of a circle at all: their locks are in
 * one of held => taken, whoever took them. LIVE has room for COUNT; returns how
 * many, or -ENOMEM. Fast: with one order for all locks there are none. */
int lockorder_trim(const struct lockorder_taking *takings, uint32_t count,
                   bool *live);

/* The shortest circle in which somebody waits for held[HELD] of taking THROUGH,
 * into STEPS, starting with that one. Returns its length; 0 when there is none
 * up to LOCKORDER_CIRCLE, or none was found within a bounded search. */
uint32_t lockorder_circle(const struct lockorder *graph, uint32_t through,
                          uint32_t held,
                          struct lockorder_step steps[LOCKORDER_CIRCLE]);

#endif
