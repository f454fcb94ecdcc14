/* Waiting as a loop of tries, and modelled waits. */
#ifndef MPS_RUNTIME_CONTROL_WAIT_H
#define MPS_RUNTIME_CONTROL_WAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "turn.h"

struct wait {
    uint32_t object;
    uint64_t deadline_ns; /* virtual time; 0: none */
    uint32_t flags;       /* of sched_park() */
    bool late;            /* the deadline has passed: the last try is made */
    bool interrupted;     /* by a handler without SA_RESTART */
    bool handled;         /* by any handler */
    bool cancelled;       /* pthread_cancel() */
};

/* A try was vain. Returns true when it is to be made again, false when the
 * time is over (`late`), or a signal came and INTERRUPTIBLE waits end by that.
 */
bool wait_more(struct wait *wait, bool interruptible);

/* The virtual time at which CLOCK shows UNTIL, at least 1; 0 without UNTIL. */
uint64_t wait_deadline(long clock, const struct timespec *until);
/* The virtual time SPAN from now. */
uint64_t wait_span(const struct timespec *span);

/* Act on pthread_cancel(): unwinds, unless the thread does not want to be
 * cancelled. For cancellation points, without locks of the runtime's. */
void wait_cancel(void);

/* Wake waiters on OBJECT, at most COUNT, chosen by the environment stream;
 * BITS as in FUTEX_WAKE_BITSET. Returns how many. Nobody there: the object
 * remembers SITE, for the report of a lost wake-up. */
uint32_t wait_wake(uint32_t object, uint32_t count, uint32_t bits,
                   uint64_t site);

#endif
