/* What the files of the scheduler share. Private to sched/. */
#ifndef MPS_SCHED_INTERNAL_H
#define MPS_SCHED_INTERNAL_H

#include "sched.h"
#include "strategy.h"

static inline struct segment_turn *turn_at(struct segment *segment,
                                           uint32_t task)
{
    return &segment->tasks[sched_slot(task)].turn;
}

/* A plan is followed first, whatever comes after it. */
static inline const struct sched_strategy *
strategy_of(const struct segment_schedule *schedule)
{
    uint32_t row = schedule->following ? STRATEGY_REPLAY : schedule->strategy;
    return sched_strategies[row < STRATEGY_COUNT ? row : STRATEGY_RANDOM];
}

/* Take in those who joined without having the turn; whether there were any. */
bool sched_take_newcomers(struct segment *segment);

/* TASK is at, or has done, what it announced: when that is about an object that
 * is accessed as a whole (schedule.whole), it is inside a region from here on,
 * which is not to be interrupted. */
void sched_touch(struct segment *segment, uint32_t task);
/* TASK goes on: its region, if it is in one, is shorter by a grant. */
void sched_use_region(struct segment *segment, uint32_t task);

/* The index of the task of COUNT candidates that must go on because it is in
 * the middle of a region; COUNT when the strategy may choose. */
uint32_t sched_region_pick(const struct segment *segment,
                           const uint32_t *enabled, uint32_t count);

/* How many tasks are outside of control. */
uint32_t sched_count_externals(const struct segment *segment);

#endif
