/* The findings that need no invariant. Each adds what it finds and says
 * whether it found anything. Private to check/. */
#ifndef MPS_CHECK_ALWAYS_H
#define MPS_CHECK_ALWAYS_H

#include "check/judge.h"

/* The target reached into mpstress itself, or beyond what it can hold: nothing
 * else that the iteration left can be trusted. */
bool always_damage(struct judge *judge);

/* A task was killed by a signal. The root: whoever sent it. Another task: not
 * when a different task of the tree sent it by kill(), which is a way of
 * ending workers. None when mpstress ended it. */
struct crashes {
    bool root, other;
};
struct crashes always_crash(struct judge *judge);

/* The scheduler found that no task can go on, or that some never will; or the
 * time limit passed, and some hold locks that they want of each other. */
bool always_deadlock(struct judge *judge);

/* It found that tasks go on and on and nothing comes of it. */
bool always_livelock(struct judge *judge);

/* Locks, conditions and the like were used as they must not be: a finding for
 * each way and place. */
bool always_mishaps(struct judge *judge);

/* Two accesses to the same memory that nothing orders: a finding for each pair
 * of places. */
bool always_races(struct judge *judge);

/* The time limit passed, and no verdict explains it: what every task was doing.
 * No finding when a deadlock is EXPLAINED. */
bool always_hang(struct judge *judge, bool explained);

/* More observations were made than fit: what is left of them proves
 * nothing. */
bool always_overflow(struct judge *judge);

/* An mps_check() did not hold. */
bool always_claims(struct judge *judge);

#endif
