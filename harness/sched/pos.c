/* POS, partial order sampling (Yuan, Yang, Gu: "Partial order aware
 * concurrency sampling", CAV 2018): every pending op has a random priority, the
 * highest goes first, and then every other pending op that it may conflict
 * with draws anew. Ops that commute are not reordered against each other in
 * vain. */
#include "strategy.h"

/* Grants after which all draw anew: a task that was passed over for long gets
 * a chance, also one that yielded while others never wait. */
enum { FAIR_PERIOD = 1000 };

/* Below every priority that is drawn: for ops after a yield. */
static uint64_t draw(struct segment *segment, bool low)
{
    uint64_t priority = sched_draw(segment);
    return low ? priority >> 32 : priority | UINT64_C(1) << 63;
}

static void announced(struct segment *segment, uint32_t task)
{
    struct segment_turn *turn = &segment->tasks[sched_slot(task)].turn;
    bool low = sched_gives_way(segment, task);
    /* A sleep may be shorter than what the others do meanwhile. */
    if (low && (turn->flags & TURN_SLEEPING))
        low = sched_draw_below(segment, 2);
    turn->priority = draw(segment, low);
}

/* Taking from a pipe or a queue, or reading at an offset that moves, changes
 * it; looking at memory does not. */
static bool only_looks(const struct segment *segment,
                       const struct segment_turn *turn)
{
    if (turn->kind == OP_KIND_RWLOCK_READ || turn->kind == OP_KIND_LOAD)
        return true;
    if (op_kind_class(turn->kind) != OP_INPUT)
        return false;
    uint32_t object = turn->object;
    uint32_t kind =
        object <= SEGMENT_OBJECTS ? segment->objects[object].kind : OBJECT_NONE;
    return kind == OBJECT_WORD || kind == OBJECT_SHM;
}

/* Whether the order of the two pending ops may matter. When in doubt it does:
 * that costs a draw. */
static bool depend(const struct segment *segment, const struct segment_turn *a,
                   const struct segment_turn *b)
{
    /* An end and the wait for it, a signal and its target. */
    if (op_kind_class(a->kind) == OP_TASK && op_kind_class(b->kind) == OP_TASK)
        return true;
    if (!a->object || a->object != b->object)
        return false;
    return !only_looks(segment, a) || !only_looks(segment, b);
}

static void granted(struct segment *segment, uint32_t task)
{
    const struct segment_schedule *schedule = &segment->schedule;
    const struct segment_turn *chosen = &segment->tasks[sched_slot(task)].turn;
    bool everybody = schedule->grants % FAIR_PERIOD == 0;
    uint32_t alive = sched_alive_count(segment);
    for (uint32_t i = 0; i < alive; i++) {
        uint32_t other = sched_slot(schedule->alive[i]);
        struct segment_turn *turn = &segment->tasks[other].turn;
        if (everybody)
            turn->priority = draw(segment, false);
        else if (other != task && depend(segment, chosen, turn))
            turn->priority = draw(segment, sched_gives_way(segment, other));
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
