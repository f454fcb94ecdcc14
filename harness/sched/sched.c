#include "internal.h"

#include <stddef.h>
#include <string.h>

#include "base/rng.h"

void sched_begin(struct segment *segment)
{
    struct segment_schedule *schedule = &segment->schedule;
    size_t state = offsetof(struct segment_schedule, holder);
    size_t tables = offsetof(struct segment_schedule, alive);
    memset((char *)schedule + state, 0, tables - state);
    schedule->rng = schedule->seed;
    schedule->following =
        schedule->plan_count && schedule->strategy != STRATEGY_REPLAY;
    const struct sched_strategy *strategy = strategy_of(schedule);
    if (strategy->begin)
        strategy->begin(segment);
}

/* -- Coming and going
 * --------------------------------------------------------*/

/* The plan's task at the same place in the tree, + 1; 0: the plan knows none.
 */
static uint32_t plan_task(const struct segment *segment, uint32_t task)
{
    const struct segment_schedule *schedule = &segment->schedule;
    const struct segment_task *t = &segment->tasks[sched_slot(task)];
    uint32_t parent = 0;
    if (t->parent) {
        parent = t->parent <= SEGMENT_TASKS
                     ? segment->tasks[t->parent - 1].turn.plan_task
                     : 0;
        if (!parent)
            return 0;
    }
    for (uint32_t i = 0; i < schedule->plan_task_count && i < SCHEDULE_TASKS;
         i++)
        if (segment->plan.tasks[i].parent == parent &&
            (!parent || segment->plan.tasks[i].ordinal == t->ordinal))
            return i + 1;
    return 0;
}

void sched_join(struct segment *segment, uint32_t task)
{
    struct segment_schedule *schedule = &segment->schedule;
    struct segment_turn *turn = turn_at(segment, task);
    uint32_t parent = segment->tasks[sched_slot(task)].parent;
    uint32_t alive = sched_alive_count(segment);
    if (alive == SCHEDULE_ALIVE)
        return;
    uint32_t gate = turn->gate;
    memset(turn, 0, sizeof(*turn));
    turn->gate = gate;
    if (parent && parent <= SEGMENT_TASKS) {
        const struct segment_turn *from = turn_at(segment, parent - 1);
        turn->blocked = from->blocked;
        turn->caught = from->caught;
        turn->ignored = from->ignored;
    }
    turn->plan_task = plan_task(segment, task);
    schedule->alive[alive] = sched_slot(task);
    schedule->alive_count = alive + 1;
    if (alive >= schedule->max_alive)
        schedule->max_alive = alive + 1;
    const struct sched_strategy *strategy = strategy_of(schedule);
    if (strategy->joined)
        strategy->joined(segment, task);
    __atomic_store_n(&turn->state, TURN_READY, __ATOMIC_RELEASE);
}

void sched_newcomer(struct segment *segment, uint32_t task)
{
    __atomic_store_n(&turn_at(segment, task)->state, TURN_READY,
                     __ATOMIC_SEQ_CST);
    /* Sequentially consistent with the holder's word: either the one who is
     * about to leave the turn to nobody sees the count, or the newcomer sees
     * that nobody has the turn, and takes it. */
    __atomic_fetch_add(&segment->schedule.newcomers, 1, __ATOMIC_SEQ_CST);
}

static void remove_alive(struct segment *segment, uint32_t task)
{
    struct segment_schedule *schedule = &segment->schedule;
    uint32_t count = sched_alive_count(segment);
    for (uint32_t i = 0; i < count; i++) {
        if (schedule->alive[i] != task)
            continue;
        memmove(&schedule->alive[i], &schedule->alive[i + 1],
                (count - i - 1) * sizeof(schedule->alive[0]));
        schedule->alive_count = count - 1;
        return;
    }
}

void sched_leave(struct segment *segment, uint32_t task)
{
    struct segment_schedule *schedule = &segment->schedule;
    struct segment_turn *turn = turn_at(segment, task);
    if (turn->state == TURN_DEAD || turn->state == TURN_NONE)
        return;
    if (turn->state == TURN_EXTERNAL && schedule->externals)
        schedule->externals--;
    if (turn->alarm_ns && schedule->alarms)
        schedule->alarms--;
    turn->alarm_ns = 0;
    __atomic_store_n(&turn->state, TURN_DEAD, __ATOMIC_RELEASE);
    remove_alive(segment, task);
    schedule->epoch++;
    schedule->completed++;
    schedule->idle_grants = 0;
}

void sched_external(struct segment *segment, uint32_t task)
{
    struct segment_schedule *schedule = &segment->schedule;
    struct segment_turn *turn = turn_at(segment, task);
    if (turn->state == TURN_EXTERNAL || turn->state == TURN_DEAD)
        return;
    __atomic_store_n(&turn->state, TURN_EXTERNAL, __ATOMIC_SEQ_CST);
    schedule->externals++;
    schedule->externals_ever++;
}

uint32_t sched_count_externals(const struct segment *segment)
{
    const struct segment_schedule *schedule = &segment->schedule;
    uint32_t count = sched_alive_count(segment), externals = 0;
    for (uint32_t i = 0; i < count; i++)
        externals +=
            segment->tasks[sched_slot(schedule->alive[i])].turn.state ==
            TURN_EXTERNAL;
    return externals;
}

/* A stranger is READY and not in the list. */
static void join_strangers(struct segment *segment)
{
    struct segment_schedule *schedule = &segment->schedule;
    /* Nobody's candidates yet: room for one bit per task. */
    uint32_t *known = schedule->candidates;
    static_assert(SCHEDULE_ALIVE >= SEGMENT_TASKS / 32, "one bit per task");
    memset(known, 0, SEGMENT_TASKS / 8);
    uint32_t alive = sched_alive_count(segment);
    for (uint32_t i = 0; i < alive; i++) {
        uint32_t task = sched_slot(schedule->alive[i]);
        known[task / 32] |= UINT32_C(1) << task % 32;
    }
    uint32_t tasks = __atomic_load_n(&segment->task_count, __ATOMIC_ACQUIRE);
    for (uint32_t task = 0; task < tasks && task < SEGMENT_TASKS; task++)
        if (turn_at(segment, task)->state == TURN_READY &&
            !(known[task / 32] >> task % 32 & 1))
            sched_join(segment, task);
}

/* Tasks that joined without having the turn: those back from outside, and
 * those nobody has reserved a place for. Returns whether there were any. */
bool sched_take_newcomers(struct segment *segment)
{
    struct segment_schedule *schedule = &segment->schedule;
    uint32_t count = __atomic_load_n(&schedule->newcomers, __ATOMIC_SEQ_CST);
    if (count == schedule->newcomers_seen)
        return false;
    schedule->newcomers_seen = count;
    schedule->externals = sched_count_externals(segment);
    join_strangers(segment);
    schedule->epoch++;
    schedule->completed++;
    return true;
}

/* -- Points
 * --------------------------------------------------------------------*/

void sched_announce(struct segment *segment, uint32_t task, enum op_kind kind,
                    uint32_t object, uint64_t site, uint32_t flags,
                    uint64_t deadline_ns)
{
    struct segment_turn *turn = turn_at(segment, task);
    turn->kind = kind;
    turn->object = object;
    turn->site = site;
    turn->flags = (turn->flags & TURN_CANCELLED) | flags;
    turn->deadline_ns = deadline_ns;
    const struct sched_strategy *strategy = strategy_of(&segment->schedule);
    if (strategy->announced)
        strategy->announced(segment, task);
    __atomic_store_n(&turn->state, TURN_READY, __ATOMIC_RELEASE);
}

void sched_park(struct segment *segment, uint32_t task, uint32_t object,
                uint32_t flags, uint64_t deadline_ns)
{
    const struct segment_schedule *schedule = &segment->schedule;
    struct segment_turn *turn = turn_at(segment, task);
    turn->park_object = object;
    turn->park_version =
        object <= SEGMENT_OBJECTS ? segment->objects[object].version : 0;
    turn->park_epoch = schedule->epoch;
    turn->park_io = schedule->io;
    turn->flags = (turn->flags & TURN_CANCELLED) | flags;
    turn->deadline_ns = deadline_ns;
    __atomic_store_n(&turn->state, TURN_PARKED, __ATOMIC_RELEASE);
}

void sched_completed(struct segment *segment, uint32_t task, bool idle)
{
    struct segment_schedule *schedule = &segment->schedule;
    struct segment_turn *turn = turn_at(segment, task);
    turn->ops++;
    if (schedule->whole_count)
        sched_touch(segment, task);
    const struct sched_strategy *strategy = strategy_of(schedule);
    if (strategy->completed)
        strategy->completed(segment, task);
    if (idle)
        return;
    schedule->completed++;
    schedule->idle_grants = 0;
}

void sched_bump(struct segment *segment, uint32_t object)
{
    if (object && object <= SEGMENT_OBJECTS)
        segment->objects[object].version++;
    else
        segment->schedule.epoch++;
}

void sched_bump_io(struct segment *segment, uint32_t object)
{
    segment->schedule.io++;
    sched_bump(segment, object);
}

void sched_wake(struct segment *segment, uint32_t task)
{
    turn_at(segment, task)->flags |= TURN_WOKEN;
}

uint64_t sched_environment(struct segment *segment, uint32_t task,
                           uint64_t bound)
{
    uint64_t hash = segment->schedule.environment_seed;
    uint64_t draw = turn_at(segment, task)->environment++;
    for (uint32_t depth = 0; depth < 64 && task < SEGMENT_TASKS; depth++) {
        const struct segment_task *t = &segment->tasks[task];
        if (!t->parent)
            break;
        hash = rng_mix(hash, RNG_ENVIRONMENT, t->ordinal + 1);
        task = t->parent - 1;
    }
    struct rng rng;
    rng_seed(&rng, rng_mix(hash, RNG_ENVIRONMENT, draw));
    return rng_below(&rng, bound);
}

uint32_t sched_waiters(const struct segment *segment, uint32_t object,
                       uint32_t *out, uint32_t max)
{
    const struct segment_schedule *schedule = &segment->schedule;
    uint32_t count = 0, alive = sched_alive_count(segment);
    for (uint32_t i = 0; i < alive && count < max; i++) {
        uint32_t task = sched_slot(schedule->alive[i]);
        const struct segment_turn *turn = &segment->tasks[task].turn;
        if (turn->state == TURN_PARKED && (turn->flags & TURN_MODELLED) &&
            !(turn->flags & TURN_WOKEN) && turn->park_object == object)
            out[count++] = task;
    }
    return count;
}
