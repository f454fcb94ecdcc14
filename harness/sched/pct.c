/* PCT: random priorities, and few changes of them (Burckhardt, Kothari,
 * Musuvathi, Nagarakatte: "A randomized scheduler with probabilistic
 * guarantees of finding bugs", ASPLOS 2010). A bug that needs DEPTH ordering
 * constraints is hit with probability >= 1/(n k^(depth-1)), for n tasks and k
 * decisions.
 *
 * Priorities lie in three bands, far apart: those drawn for tasks, those of
 * the change points below, and those of tasks that yielded at the bottom,
 * where each new one goes below all others so that the yielders take turns. */
#include "strategy.h"

static const uint64_t task_band = UINT64_C(1) << 32;
static const uint64_t change_band = UINT64_C(1) << 31;

/* Liveness: a run longer than the k decisions expected draws everything anew
 * for the next k, and is a random walk after FAIR_FACTOR times k, so that no
 * order lasts for ever. */
enum { DEFAULT_DECISIONS = 64, FAIR_FACTOR = 4 };

static uint64_t expected(const struct segment_schedule *schedule)
{
    return schedule->expected_decisions ? schedule->expected_decisions
                                        : DEFAULT_DECISIONS;
}

static uint64_t draw_priority(struct segment *segment)
{
    return task_band + (sched_draw(segment) >> 1);
}

/* Depth - 1 change points among the k decisions from number FIRST on, in
 * ascending order, with the priorities 1 .. depth - 1 of their band in random
 * order. */
static void draw_changes(struct segment *segment, uint64_t first)
{
    struct segment_schedule *schedule = &segment->schedule;
    uint32_t wanted = schedule->depth ? schedule->depth - 1 : 0;
    if (wanted > SCHEDULE_CHANGES)
        wanted = SCHEDULE_CHANGES;
    schedule->change_count = wanted;
    for (uint32_t i = 0; i < wanted; i++) {
        uint64_t at = first + sched_draw_below(segment, expected(schedule));
        uint32_t k = i;
        for (; k && schedule->changes[k - 1] > at; k--)
            schedule->changes[k] = schedule->changes[k - 1];
        schedule->changes[k] = at;
        schedule->change_priority[i] = change_band + 1 + i;
    }
    for (uint32_t i = wanted; i > 1; i--) {
        uint32_t k = (uint32_t)sched_draw_below(segment, i);
        uint64_t swap = schedule->change_priority[i - 1];
        schedule->change_priority[i - 1] = schedule->change_priority[k];
        schedule->change_priority[k] = swap;
    }
}

static void begin(struct segment *segment)
{
    segment->schedule.floor = change_band;
    draw_changes(segment, 1);
}

static void joined(struct segment *segment, uint32_t task)
{
    segment->tasks[sched_slot(task)].turn.priority = draw_priority(segment);
}

static void announced(struct segment *segment, uint32_t task)
{
    struct segment_turn *turn = &segment->tasks[sched_slot(task)].turn;
    if (!sched_gives_way(segment, task))
        return;
    /* A sleep may well be shorter than what the others do meanwhile. */
    if ((turn->flags & TURN_SLEEPING) && sched_draw_below(segment, 2))
        return;
    turn->priority = --segment->schedule.floor;
}

/* Everybody anew: the run is longer than expected. */
static void redraw(struct segment *segment)
{
    const struct segment_schedule *schedule = &segment->schedule;
    uint32_t alive = sched_alive_count(segment);
    for (uint32_t i = 0; i < alive; i++)
        joined(segment, schedule->alive[i]);
    draw_changes(segment, schedule->decisions);
}

static uint32_t pick(struct segment *segment, const uint32_t *enabled,
                     uint32_t count)
{
    struct segment_schedule *schedule = &segment->schedule;
    uint64_t past = schedule->decisions - 1; /* this one is counted already */
    if (past >= FAIR_FACTOR * expected(schedule))
        return sched_random.pick(segment, enabled, count);
    if (past && past % expected(schedule) == 0)
        redraw(segment);
    uint32_t best = sched_highest(segment, enabled, count);
    for (uint32_t i = 0; i < SCHEDULE_CHANGES && i < schedule->change_count;
         i++) {
        if (schedule->changes[i] != schedule->decisions)
            continue;
        segment->tasks[sched_slot(enabled[best])].turn.priority =
            schedule->change_priority[i];
        best = sched_highest(segment, enabled, count);
    }
    return best;
}

const struct sched_strategy sched_pct = {
    .name = "pct",
    .about = "random priorities with few changes, for bugs of small depth",
    .begin = begin,
    .joined = joined,
    .announced = announced,
    .pick = pick,
};
