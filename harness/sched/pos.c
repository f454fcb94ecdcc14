/* POS, partial order sampling (Yuan, Yang, Gu: "Partial order aware
 * concurrency sampling", CAV 2018): every pending op has a random priority, the
 * highest goes first, and then every other pending op that it may conflict
 * with draws anew. Ops that commute are not reordered against each other in
 * vain. */
#include "strategy.h"

enum { BURST = 1000 }; /* grants of one task in a row before all draw anew */

/* Below every priority that is drawn: for ops after a yield. */
static uint64_t draw(struct segment *segment, bool low)
{
    uint64_t priority = sched_draw(segment);
    return low ? priority >> 32 : priority | UINT64_C(1) << 63;
}

static void announced(struct segment *segment, uint32_t task)
{
    struct segment_turn *turn = &segment->turns[task];
    bool low = turn->flags & TURN_YIELDED;
    /* A sleep may be shorter than what the others do meanwhile. */
    if (low && (turn->flags & TURN_SLEEPING))
        low = sched_draw_below(segment, 2);
    turn->priority = draw(segment, low);
}

static bool only_reads(const struct segment_turn *turn)
{
    return op_kind_class(turn->kind) == OP_INPUT;
}

/* Whether the order of the two pending ops may matter. */
static bool depend(const struct segment_turn *a, const struct segment_turn *b)
{
    if (!a->object || a->object != b->object)
        return false;
    return !(only_reads(a) && only_reads(b));
}

static void granted(struct segment *segment, uint32_t task)
{
    struct segment_schedule *schedule = &segment->schedule;
    const struct segment_turn *chosen = &segment->turns[task];
    const struct schedule_segment *last =
        schedule->segment_count && schedule->segment_count <= SCHEDULE_SEGMENTS
            ? &schedule->segments[schedule->segment_count - 1]
            : NULL;
    bool everybody = last && last->count % BURST == 0;
    for (uint32_t i = 0; i < schedule->alive_count; i++) {
        uint32_t other = schedule->alive[i];
        struct segment_turn *turn = &segment->turns[other];
        if (everybody || (other != task && depend(chosen, turn)))
            turn->priority = draw(segment, turn->flags & TURN_YIELDED);
    }
}

static uint32_t pick(struct segment *segment, const uint32_t *enabled,
                     uint32_t count)
{
    return sched_highest(segment, enabled, count);
}

const struct sched_strategy sched_pos = {
    .name = "pos",
    .about = "random priorities of operations, redrawn where they conflict",
    .joined = announced,
    .announced = announced,
    .pick = pick,
    .granted = granted,
};
