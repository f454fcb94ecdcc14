/* Strategies: how the next task is chosen among those that could go on. One
 * file and one row each. All take their randomness from schedule.rng, whose
 * seed the runner sets, so that a seed repeats its schedule. */
#ifndef MPS_SCHED_STRATEGY_H
#define MPS_SCHED_STRATEGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "segment/segment.h"

struct sched_strategy {
    const char *name, *about;
    /* All but pick may be NULL. */
    void (*begin)(struct segment *segment);
    /* A task was created. */
    void (*joined)(struct segment *segment, uint32_t task);
    /* TASK has announced its next op. */
    void (*announced)(struct segment *segment, uint32_t task);
    /* A decision: the index of one of COUNT >= 2 tasks, in order of creation.
     */
    uint32_t (*pick)(struct segment *segment, const uint32_t *enabled,
                     uint32_t count);
    /* TASK goes on, whether it was a decision or not. */
    void (*granted)(struct segment *segment, uint32_t task);
    /* TASK has completed an op. */
    void (*completed)(struct segment *segment, uint32_t task);
};

enum {
    STRATEGY_SEQUENTIAL, /* the plan of nobody: also measures n and k for PCT */
    STRATEGY_RANDOM,
    STRATEGY_PCT,
    STRATEGY_POS,
    STRATEGY_REPLAY,
    STRATEGY_COUNT
};

extern const struct sched_strategy *const sched_strategies[STRATEGY_COUNT];

/* The strategy NAME, or -1. */
int sched_strategy_find(const char *name);

/* A target that goes wild may have written over any number of the segment;
 * what is reached through these two stays inside the tables. */
static inline uint32_t sched_alive_count(const struct segment *segment)
{
    /* Relaxed: only to be read once, so that it cannot grow after the check. */
    uint32_t count =
        __atomic_load_n(&segment->schedule.alive_count, __ATOMIC_RELAXED);
    return count < SCHEDULE_ALIVE ? count : SCHEDULE_ALIVE;
}

static inline uint32_t sched_slot(uint32_t task)
{
    return task % SEGMENT_TASKS;
}

/* Whether TASK, at its point, lets others go first: it yielded, or a switch
 * there is likely to matter. */
static inline bool sched_gives_way(const struct segment *segment, uint32_t task)
{
    return segment->tasks[sched_slot(task)].turn.flags &
           (TURN_YIELDED | TURN_NUDGED);
}

/* The next draw of the strategy's stream. */
uint64_t sched_draw(struct segment *segment);
uint64_t sched_draw_below(struct segment *segment, uint64_t bound);

/* Index of the task that ran last, unless it waits or yielded, else of the
 * next one after it in order of creation. Once in many grants, of the one that
 * ran least: no task is passed over for ever. */
uint32_t sched_keep_running(struct segment *segment, const uint32_t *enabled,
                            uint32_t count);
/* Index of the enabled task with the highest priority. */
uint32_t sched_highest(const struct segment *segment, const uint32_t *enabled,
                       uint32_t count);

extern const struct sched_strategy sched_sequential, sched_random, sched_pct,
    sched_pos, sched_replay;

#endif
