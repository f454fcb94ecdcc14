/* Random walk: every task that could go on is equally likely, but one that
 * yielded is passed over most of the time while others can do something. */
#include "strategy.h"

enum { YIELD_PATIENCE = 8 }; /* one decision in so many ignores yields */

static uint32_t pick(struct segment *segment, const uint32_t *enabled,
                     uint32_t count)
{
    uint32_t eager = 0;
    for (uint32_t i = 0; i < count; i++)
        eager += !(segment->turns[sched_slot(enabled[i])].flags & TURN_YIELDED);
    if (!eager || eager == count || !sched_draw_below(segment, YIELD_PATIENCE))
        return (uint32_t)sched_draw_below(segment, count);
    uint32_t nth = (uint32_t)sched_draw_below(segment, eager);
    for (uint32_t i = 0; i < count; i++) {
        if (segment->turns[sched_slot(enabled[i])].flags & TURN_YIELDED)
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
