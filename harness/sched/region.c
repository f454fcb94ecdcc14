/* Objects that are accessed as a whole, as if each task held one lock around
 * all it does with them: what goes wrong no longer then, went wrong because
 * somebody came in between. Above the strategy, whichever it is: a plan is
 * followed as far as the regions let it. */
#include "internal.h"
#include "segment/read.h"

static bool is_whole(const struct segment *segment, uint32_t object)
{
    const struct segment_schedule *schedule = &segment->schedule;
    uint64_t key = segment_object_key(segment, object);
    for (uint32_t i = 0; key && i < schedule->whole_count && i < SCHEDULE_WHOLE;
         i++)
        if (schedule->whole[i] == key)
            return true;
    return false;
}

void sched_touch(struct segment *segment, uint32_t task)
{
    struct segment_turn *turn = turn_at(segment, task);
    if (is_whole(segment, turn->object))
        turn->region = SCHEDULE_REGION;
}

void sched_use_region(struct segment *segment, uint32_t task)
{
    struct segment_turn *turn = turn_at(segment, task);
    if (turn->region)
        turn->region--;
    sched_touch(segment, task);
}

uint32_t sched_region_pick(const struct segment *segment,
                           const uint32_t *enabled, uint32_t count)
{
    uint32_t last = segment->schedule.current;
    if (!last)
        return count;
    const struct segment_turn *turn =
        &segment->tasks[sched_slot(last - 1)].turn;
    /* Who waits or yields lets go: others may have to bring what it wants. */
    if (!turn->region || turn->state != TURN_READY ||
        (turn->flags & (TURN_YIELDED | TURN_SLEEPING)))
        return count;
    for (uint32_t i = 0; i < count; i++)
        if (enabled[i] == last - 1)
            return i;
    return count;
}
