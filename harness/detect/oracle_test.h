/* Happens-before the slow way: of each event, the set of all that came before
 * it, from the definitions of C11. No clocks; written apart from what it
 * judges. */
#ifndef MPS_DETECT_ORACLE_TEST_H
#define MPS_DETECT_ORACLE_TEST_H

#include <stdbool.h>
#include <stdint.h>

#include "clocks.h"

enum {
    ORACLE_TASKS = 6,
    ORACLE_EVENTS = 256,
    ORACLE_LOCKS = 2,
    ORACLE_QUEUES = 2,
    ORACLE_BYTES = 64, /* of memory */
    ORACLE_HEADS = 64
};

struct oracle_set {
    uint64_t bits[ORACLE_EVENTS / 64];
};

/* What is ordered: by C11; by what clocks.h says beyond, which only adds; or
 * without the locks. */
enum oracle_order { ORACLE_STRICT, ORACLE_LENIENT, ORACLE_HARD, ORACLE_ORDERS };

/* What a reader of a byte synchronizes with: an event, and the task whose
 * stores go on with its release sequence. */
struct oracle_head {
    uint32_t event, task;
};

struct oracle_heads {
    uint32_t count;
    struct oracle_head list[ORACLE_HEADS];
};

struct oracle_event {
    uint32_t task;
    struct oracle_set before[ORACLE_ORDERS];
    /* Of accesses: */
    bool is_access;
    uint32_t offset, size, flags;
    /* What is let out through the bytes: leniently, an atomic one is in no race
     * with that. */
    struct oracle_set through;
};

struct oracle_task {
    bool begun, ended;
    uint32_t last;      /* event + 1 */
    uint32_t fence;     /* its last release fence, event + 1 */
    uint32_t old_fence; /* of those it descends from, likewise */
    struct oracle_set seen[ORACLE_ORDERS]; /* by relaxed loads */
};

struct oracle {
    uint32_t count;
    struct oracle_event events[ORACLE_EVENTS];
    struct oracle_task tasks[ORACLE_TASKS];
    struct oracle_set locks[ORACLE_LOCKS], queues[ORACLE_QUEUES];
    struct oracle_heads heads[2][ORACLE_BYTES]; /* strict, lenient */
};

/* Each is an event of TASK; what it does is in the name. */
void oracle_begin(struct oracle *oracle, uint32_t task, uint32_t child);
void oracle_end(struct oracle *oracle, uint32_t task);
void oracle_join(struct oracle *oracle, uint32_t task, uint32_t ended);
void oracle_lock(struct oracle *oracle, uint32_t task, uint32_t lock);
void oracle_unlock(struct oracle *oracle, uint32_t task, uint32_t lock);
void oracle_put(struct oracle *oracle, uint32_t task, uint32_t queue);
void oracle_take(struct oracle *oracle, uint32_t task, uint32_t queue);
void oracle_fence(struct oracle *oracle, uint32_t task, int order);
/* Any access; ORDER and ACCESS of an atomic one. Returns the event. */
uint32_t oracle_access(struct oracle *oracle, uint32_t task, uint32_t offset,
                       uint32_t size, uint32_t flags, enum clocks_access access,
                       int order);

/* Whether event A is ordered before B, a later one. */
bool oracle_before(const struct oracle *oracle, uint32_t a, uint32_t b,
                   enum oracle_order order);
/* Whether accesses A and B, a later one, race. */
bool oracle_race(const struct oracle *oracle, uint32_t a, uint32_t b,
                 enum oracle_order order);

#endif
