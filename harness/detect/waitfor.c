#include "waitfor.h"

#include <stdbool.h>

static bool is_exclusive(uint32_t kind)
{
    return kind == OP_KIND_MUTEX_LOCK || kind == OP_KIND_RWLOCK_WRITE ||
           kind == OP_KIND_RWLOCK_READ || kind == OP_KIND_SPIN_LOCK;
}

/* Who holds what TASK waits for, + 1; 0: it does not wait, or not for ever, or
 * not for one holder. */
static uint32_t holder(const struct segment *segment, uint32_t task)
{
    const struct segment_turn *turn = &segment->tasks[task].turn;
    if (turn->state != TURN_PARKED || turn->deadline_ns ||
        !is_exclusive(turn->kind) || !turn->park_object ||
        turn->park_object > SEGMENT_OBJECTS)
        return 0;
    uint32_t holder = segment->objects[turn->park_object].holder;
    return holder <= SEGMENT_TASKS ? holder : 0;
}

uint32_t waitfor_cycle(const struct segment *segment, uint32_t task,
                       uint32_t *cycle, uint32_t max)
{
    uint32_t count = 0;
    for (uint32_t at = task; count < max;) {
        cycle[count++] = at;
        uint32_t next = holder(segment, at);
        if (!next)
            return 0;
        if (next - 1 == task)
            return count;
        at = next - 1;
    }
    return 0;
}
