/* One task until it waits or yields, then the next in order of creation: the
 * schedule with the fewest switches. What a plan leaves open is done so. */
#include "strategy.h"

/* Grants between two that are given out of turn: more than most programs
 * need, few compared to the step bound. */
enum { FAIR_PERIOD = 16384 };

static uint32_t least_run(const struct segment *segment,
                          const uint32_t *enabled, uint32_t count)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < count; i++)
        if (segment->tasks[sched_slot(enabled[i])].turn.grants <
            segment->tasks[sched_slot(enabled[best])].turn.grants)
            best = i;
    return best;
}

uint32_t sched_keep_running(struct segment *segment, const uint32_t *enabled,
                            uint32_t count)
{
    const struct segment_schedule *schedule = &segment->schedule;
    /* Two that play ping-pong until a third one stops them leave it no other
     * chance when it has yielded once. */
    if (schedule->grants % FAIR_PERIOD == FAIR_PERIOD - 1)
        return least_run(segment, enabled, count);
    uint32_t last = schedule->current ? schedule->current - 1 : 0;
    uint32_t after = 0;
    bool found = false;
    for (uint32_t i = 0; i < count; i++) {
        const struct segment_turn *turn =
            &segment->tasks[sched_slot(enabled[i])].turn;
        if (enabled[i] == last && turn->state == TURN_READY &&
            !(turn->flags & TURN_YIELDED))
            return i;
        if (!found && enabled[i] > last) {
            found = true;
            after = i;
        }
    }
    /* Those that yielded come last, but in turn: round after round each of
     * them gets to look again. */
    for (uint32_t i = 0; i < count; i++) {
        uint32_t k = (after + i) % count;
        if (!(segment->tasks[sched_slot(enabled[k])].turn.flags & TURN_YIELDED))
            return k;
    }
    return after;
}

const struct sched_strategy sched_sequential = {
    .name = "sequential",
    .about = "one task until it waits, then the next",
    .pick = sched_keep_running,
};
