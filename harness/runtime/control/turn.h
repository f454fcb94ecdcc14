/* Control mode, inside a task: having the turn, giving it away at points, and
 * waiting for it. Exactly one task of the iteration has the turn; everything
 * here but turn_await() needs it, and takes it back first should the watchdog
 * have passed it on meanwhile. */
#ifndef MPS_RUNTIME_CONTROL_TURN_H
#define MPS_RUNTIME_CONTROL_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "sched/sched.h"
#include "state.h"

/* Whether this iteration is controlled. For callers that are a task. */
static inline bool control_on(void)
{
    return runtime.segment->config.flags & SEGMENT_CONTROL;
}

static inline struct segment_turn *turn_own(void)
{
    return &runtime.segment->tasks[local.task].turn;
}

/* Be the holder of the turn: at once, unless it was passed on. */
void turn_ensure(void);

/* The same, and an op of KIND on OBJECT begins, with no point before it. */
void turn_name(enum op_kind kind, uint32_t object, uint64_t site);

/* A point before an op of KIND on OBJECT: somebody else may go first. FLAGS and
 * DEADLINE_NS as in sched_announce(). */
void turn_point(enum op_kind kind, uint32_t object, uint64_t site,
                uint32_t flags, uint64_t deadline_ns);

/* The calling task is about to make its next op. If that is the one before
 * which a debugger is wanted, stand still, without the rest of the world going
 * on, until the runner says so. */
void turn_stop(void);

/* How a wait ended. */
enum turn_end {
    TURN_GO,          /* try again */
    TURN_TIME,        /* the deadline passed: try once more, then give up */
    TURN_INTERRUPTED, /* a signal handler ran */
    TURN_HANDLED      /* the same, installed with SA_RESTART */
};

/* The op that was announced was tried in vain: let others go on until another
 * try makes sense. Arguments as in sched_park(). */
enum turn_end turn_park(uint32_t object, uint32_t flags, uint64_t deadline_ns);

/* Wait for the turn: first thing of a new task, and of a signal handler that
 * comes while its task has not got it. */
void turn_await(void);

/* The root begins an iteration: it has the turn. */
void turn_begin(void);
/* This program image is a task that nobody has made room for, or one that was
 * made by another: wait until it has the turn. */
void turn_attach(void);

/* The calling thread, or with PROCESS its whole process, is about to end: give
 * the turn to the next one, which waits for that end first. The caller must
 * end now. */
void turn_leave(bool process);

/* Process PID has got a signal that ends it: wait for its end here and take
 * its tasks out. */
void turn_lost(int pid);

/* After the calling task sent SIGNAL, or something else that handlers run
 * for: let the handler of TASK, which ran HANDLERS so far, begin to wait. */
void turn_await_handler(uint32_t task, uint32_t handlers);

/* When the running iteration's virtual time is T, this clock shows T plus
 * this. */
uint64_t turn_clock_base(long clock);

#endif
