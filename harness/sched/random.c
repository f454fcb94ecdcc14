/* Random walk: every task that could go on is equally likely, but one that
 * yielded is passed over most of the time while others can do something. */
#include "strategy.h"

enum { YIELD_PATIENCE = 8 }; /* one decision in so many ignores yields */

/* Nudges are few and always heeded, but for the sake of those that wait. */
static uint32_t pick(struct segment *segment, const uint32_t *enabled,
                     uint32_t count)
{
    uint32_t eager = 0, nudged = 0;
    for (uint32_t i = 0; i < count; i++) {
        eager += !sched_gives_way(segment, enabled[i]);
        nudged += (segment->tasks[sched_slot(enabled[i])].turn.flags &
                   TURN_NUDGED) != 0;
    }
    if (!eager || eager == count)
        return (uint32_t)sched_draw_below(segment, count);
    uint32_t pass_over = TURN_YIELDED | TURN_NUDGED;
    if (eager + nudged != count && !sched_draw_below(segment, YIELD_PATIENCE)) {
        pass_over = TURN_NUDGED;
        eager = count - nudged;
    }
    uint32_t nth = (uint32_t)sched_draw_below(segment, eager);
    for (uint32_t i = 0; i < count; i++) {
        if (segment->tasks[sched_slot(enabled[i])].turn.flags & pass_over)
            continue;
        if (!nth--)
            return i;
    }
    return 0;
}

const struct sched_strategy sched_random = {
    .name = "random",
    .about = "every task that could go on is equally likely",
    .pick = pick,
};
