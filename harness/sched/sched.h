/* The scheduler of control mode: which task goes on at a point.
 *
 * Pure code over the segment: no system call, no global, no allocation; the
 * holder of the turn runs it inside the target, the runner's watchdog in its
 * place when the holder is lost. Every function but sched_newcomer() needs the
 * turn. Terms and algorithms: see strategy.h. */
#ifndef MPS_SCHED_SCHED_H
#define MPS_SCHED_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "segment/segment.h"

/* What sched_next() gives instead of a task. */
enum {
    SCHED_NOBODY = -1, /* none can go on: see schedule.verdict; when that is
                          still open, tasks outside control may change it */
    SCHED_ALARM = -2   /* the SIGALRM of process schedule.alarm_task - 1 is
                          due: send it, set the alarm_ns of its turn to the
                          next one (0: none, and one of schedule.alarms less),
                          then ask again */
};

/* Make ready for an iteration with the configuration in segment->schedule;
 * after segment_reset(). The root joins by itself: sched_join(0). */
void sched_begin(struct segment *segment);

/* TASK was made by the holder of the turn and may run; PROCESS: not a thread.
 * It gets the plan's number for its place in the tree. */
void sched_join(struct segment *segment, uint32_t task);
/* The same by a task that came from somewhere else, or comes back from outside
 * of control, without the turn: it joins at the next decision. */
void sched_newcomer(struct segment *segment, uint32_t task);
/* TASK has ended, or is about to. Whoever waits for anything looks again. */
void sched_leave(struct segment *segment, uint32_t task);
/* TASK, the holder, blocks or runs where there are no points. */
void sched_external(struct segment *segment, uint32_t task);

/* TASK is at a point before (or after) an op on OBJECT: ready to go on. FLAGS
 * of enum turn_flag: TURN_YIELDED for yields; TURN_YIELDED | TURN_SLEEPING with
 * DEADLINE_NS, in virtual time. */
void sched_announce(struct segment *segment, uint32_t task, enum op_kind kind,
                    uint32_t object, uint64_t site, uint32_t flags,
                    uint64_t deadline_ns);
/* The op that TASK announced was tried in vain: it waits for a new version of
 * its object OBJECT (0: only for what may let anybody through, such as a
 * death), or, with TURN_MODELLED in FLAGS, to be woken; with TURN_WAITS_IO,
 * also for any change of a pipe, socket or the like. DEADLINE_NS: when it gives
 * up, in virtual time; 0: never. */
void sched_park(struct segment *segment, uint32_t task, uint32_t object,
                uint32_t flags, uint64_t deadline_ns);
/* An op of TASK is done; IDLE: it only waited or failed to get anything. */
void sched_completed(struct segment *segment, uint32_t task, bool idle);

/* OBJECT (0: any) has changed in a way that may let a waiter through. */
void sched_bump(struct segment *segment, uint32_t object);
/* A pipe, socket, queue or event changed. */
void sched_bump_io(struct segment *segment, uint32_t object);
/* End the modelled wait of TASK. */
void sched_wake(struct segment *segment, uint32_t task);

/* Choose who goes on, record it, and make it the one that runs. Returns its
 * number, or SCHED_NOBODY or SCHED_ALARM.
 *
 * Time limits and alarms pass only when nobody can go on, or when all that do
 * have only yielded and tried in vain for long; not while a task is outside
 * control. Before that, and before a deadlock is declared, everybody that is
 * parked tries once more. Returns at once whatever a target has written over
 * the segment. */
int sched_next(struct segment *segment);

/* A number below BOUND from TASK's environment stream: which waiter wakes,
 * whether a wake-up is spurious. Depends on the environment seed, the task's
 * path and how many it drew alone. */
uint64_t sched_environment(struct segment *segment, uint32_t task,
                           uint64_t bound);

/* Task numbers parked with TURN_MODELLED on OBJECT, not yet woken, into OUT;
 * returns how many, at most MAX. */
uint32_t sched_waiters(const struct segment *segment, uint32_t object,
                       uint32_t *out, uint32_t max);

#endif
