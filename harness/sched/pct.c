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

/* Liveness: after so many decisions, far beyond what was expected, priorities
 * are redrawn at every so manieth one, so that no order lasts for ever. */
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

/* Depth - 1 change points among the next k decisions, in ascending order,
 * with the priorities 1 .. depth - 1 of their band in random order. */
static void draw_changes(struct segment *segment)
{
    struct segment_schedule *schedule = &segment->schedule;
    uint32_t wanted = schedule->depth ? schedule->depth - 1 : 0;
    if (wanted > SCHEDULE_CHANGES)
        wanted = SCHEDULE_CHANGES;
    schedule->change_count = wanted;
    for (uint32_t i = 0; i < wanted; i++) {
        uint64_t at = schedule->decisions + 1 +
                      sched_draw_below(segment, expected(schedule));
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
    draw_changes(segment);
}

static void joined(struct segment *segment, uint32_t task)
{
    segment->turns[task].priority = draw_priority(segment);
}

static void announced(struct segment *segment, uint32_t task)
{
    struct segment_turn *turn = &segment->turns[task];
    if (!(turn->flags & TURN_YIELDED))
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
    for (uint32_t i = 0; i < schedule->alive_count; i++)
        joined(segment, schedule->alive[i]);
    draw_changes(segment);
}

static uint32_t pick(struct segment *segment, const uint32_t *enabled,
                     uint32_t count)
{
    struct segment_schedule *schedule = &segment->schedule;
    if (schedule->decisions % expected(schedule) == 0)
        redraw(segment);
    if (schedule->decisions > FAIR_FACTOR * expected(schedule))
        return sched_random.pick(segment, enabled, count);
    uint32_t best = sched_highest(segment, enabled, count);
    for (uint32_t i = 0; i < schedule->change_count; i++) {
        if (schedule->changes[i] != schedule->decisions)
            continue;
        segment->turns[enabled[best]].priority = schedule->change_priority[i];
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
