#include "sched.h"

#include <stddef.h>
#include <string.h>

#include "base/rng.h"
#include "strategy.h"

/* What a step takes in virtual time: little, so that no time limit passes
 * because of the number of steps. */
enum { GRANT_NS = 50 };

static struct segment_turn *turn_at(struct segment *segment, uint32_t task)
{
    return &segment->turns[sched_slot(task)];
}

static const struct sched_strategy *
strategy_of(const struct segment_schedule *schedule)
{
    uint32_t row = schedule->strategy;
    return sched_strategies[row < STRATEGY_COUNT ? row : STRATEGY_RANDOM];
}

void sched_begin(struct segment *segment)
{
    struct segment_schedule *schedule = &segment->schedule;
    size_t state = offsetof(struct segment_schedule, holder);
    size_t tables = offsetof(struct segment_schedule, alive);
    memset((char *)schedule + state, 0, tables - state);
    schedule->rng = schedule->seed;
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
                     ? segment->turns[t->parent - 1].plan_task
                     : 0;
        if (!parent)
            return 0;
    }
    for (uint32_t i = 0; i < schedule->plan_task_count && i < SCHEDULE_TASKS;
         i++)
        if (schedule->plan_tasks[i].parent == parent &&
            (!parent || schedule->plan_tasks[i].ordinal == t->ordinal))
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

static uint32_t count_externals(const struct segment *segment)
{
    const struct segment_schedule *schedule = &segment->schedule;
    uint32_t count = sched_alive_count(segment), externals = 0;
    for (uint32_t i = 0; i < count; i++)
        externals += segment->turns[sched_slot(schedule->alive[i])].state ==
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
 * those nobody has reserved a place for. */
static void take_newcomers(struct segment *segment)
{
    struct segment_schedule *schedule = &segment->schedule;
    uint32_t count = __atomic_load_n(&schedule->newcomers, __ATOMIC_SEQ_CST);
    if (count == schedule->newcomers_seen)
        return;
    schedule->newcomers_seen = count;
    schedule->externals = count_externals(segment);
    join_strangers(segment);
    schedule->epoch++;
    schedule->completed++;
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
        const struct segment_turn *turn = &segment->turns[task];
        if (turn->state == TURN_PARKED && (turn->flags & TURN_MODELLED) &&
            !(turn->flags & TURN_WOKEN) && turn->park_object == object)
            out[count++] = task;
    }
    return count;
}

/* -- Who could go on
 * ----------------------------------------------------------*/

/* Waits for nothing but to be woken. */
static bool sealed(const struct segment_turn *turn)
{
    return (turn->flags & (TURN_MODELLED | TURN_CHECKS)) == TURN_MODELLED;
}

static bool may_try(const struct segment *segment,
                    const struct segment_turn *turn)
{
    const struct segment_schedule *schedule = &segment->schedule;
    const uint32_t now = TURN_RETRY | TURN_WOKEN | TURN_TIMED_OUT |
                         TURN_SIGNALLED | TURN_CANCELLED;
    if (turn->flags & now)
        return true;
    if (turn->deadline_ns && turn->deadline_ns <= schedule->now_ns)
        return true;
    if (sealed(turn))
        return false;
    if (turn->park_epoch != schedule->epoch ||
        ((turn->flags & TURN_WAITS_IO) && turn->park_io != schedule->io))
        return true;
    return turn->park_object && turn->park_object <= SEGMENT_OBJECTS &&
           turn->park_version != segment->objects[turn->park_object].version;
}

/* The earliest time at which a parked task gives up, or an alarm rings. */
static uint64_t first_deadline(const struct segment *segment, uint32_t *task)
{
    const struct segment_schedule *schedule = &segment->schedule;
    uint64_t first = UINT64_MAX;
    uint32_t alive = sched_alive_count(segment);
    for (uint32_t i = 0; i < alive; i++) {
        const struct segment_turn *turn =
            &segment->turns[sched_slot(schedule->alive[i])];
        uint64_t at = turn->alarm_ns;
        if (turn->state == TURN_PARKED && turn->deadline_ns &&
            (!at || turn->deadline_ns < at))
            at = turn->deadline_ns;
        if (at && at < first) {
            first = at;
            *task = sched_slot(schedule->alive[i]);
        }
    }
    return first;
}

/* Fill candidates[] with the tasks that may go on now. A sleeper may wake at
 * any time, since the others may be as slow as they like, but not before the
 * time limits of others that end earlier. */
static uint32_t gather(struct segment *segment, uint64_t deadline)
{
    struct segment_schedule *schedule = &segment->schedule;
    uint32_t count = 0;
    uint32_t alive = sched_alive_count(segment);
    for (uint32_t i = 0; i < alive; i++) {
        const struct segment_turn *turn = turn_at(segment, schedule->alive[i]);
        bool enabled = turn->state == TURN_READY ||
                       (turn->state == TURN_PARKED && may_try(segment, turn));
        if (turn->state == TURN_READY && (turn->flags & TURN_SLEEPING) &&
            !(turn->flags & (TURN_SIGNALLED | TURN_CANCELLED)) &&
            turn->deadline_ns > schedule->now_ns &&
            turn->deadline_ns >= deadline)
            enabled = false;
        if (enabled)
            schedule->candidates[count++] = sched_slot(schedule->alive[i]);
    }
    return count;
}

/* Before a deadlock is believed, every vain try is made once more: something
 * outside the model may have changed what it found. Returns whether there is
 * anything to try. */
static bool retry_all(struct segment *segment)
{
    struct segment_schedule *schedule = &segment->schedule;
    if (schedule->retried_at == schedule->completed + 1)
        return false;
    schedule->retried_at = schedule->completed + 1;
    bool any = false;
    uint32_t alive = sched_alive_count(segment);
    for (uint32_t i = 0; i < alive; i++) {
        struct segment_turn *turn = turn_at(segment, schedule->alive[i]);
        if (turn->state == TURN_PARKED && !sealed(turn)) {
            turn->flags |= TURN_RETRY;
            any = true;
        }
    }
    return any;
}

static void give_verdict(struct segment *segment)
{
    struct segment_schedule *schedule = &segment->schedule;
    bool root_lives = sched_alive_count(segment) && schedule->alive[0] == 0;
    if (schedule->alive_count)
        __atomic_store_n(&schedule->verdict,
                         root_lives ? SCHEDULE_DEADLOCK : SCHEDULE_IDLE,
                         __ATOMIC_RELEASE);
}

/* -- Granting
 * -------------------------------------------------------------------*/

static void record(struct segment_schedule *schedule, uint32_t task)
{
    uint32_t n = schedule->segment_count;
    if (n && n <= SCHEDULE_SEGMENTS && schedule->current == task + 1) {
        schedule->segments[n - 1].count++;
        return;
    }
    if (n < SCHEDULE_SEGMENTS)
        schedule->segments[n] = (struct schedule_segment){task, 1};
    if (n <= SCHEDULE_SEGMENTS)
        schedule->segment_count++;
}

static void grant(struct segment *segment, uint32_t task)
{
    struct segment_schedule *schedule = &segment->schedule;
    struct segment_turn *turn = turn_at(segment, task);
    uint32_t before = schedule->current;
    if (before && before != task + 1) {
        struct segment_turn *left = turn_at(segment, before - 1);
        schedule->switches++;
        /* Leaving a task that could have gone on is a preemption; one that
         * yielded asked for it. */
        if (left->state == TURN_READY && !(left->flags & TURN_YIELDED)) {
            schedule->preemptions++;
            left->flags |= TURN_PREEMPTED;
        }
    }
    schedule->grants++;
    schedule->idle_grants++;
    record(schedule, task);
    schedule->current = task + 1;
    if (turn->deadline_ns > schedule->now_ns && (turn->flags & TURN_SLEEPING) &&
        !(turn->flags & (TURN_SIGNALLED | TURN_CANCELLED)))
        schedule->now_ns = turn->deadline_ns;
    if (turn->state == TURN_PARKED && turn->deadline_ns &&
        turn->deadline_ns <= schedule->now_ns)
        turn->flags |= TURN_TIMED_OUT;
    schedule->now_ns += GRANT_NS;
    turn->grants++;
    turn->flags &=
        ~(uint32_t)(TURN_RETRY | TURN_YIELDED | TURN_SLEEPING | TURN_PREEMPTED);
    const struct sched_strategy *strategy = strategy_of(schedule);
    if (strategy->granted)
        strategy->granted(segment, task);
    __atomic_store_n(&turn->state, TURN_RUNNING, __ATOMIC_RELEASE);
}

int sched_next(struct segment *segment)
{
    struct segment_schedule *schedule = &segment->schedule;
    if (schedule->verdict)
        return SCHED_NOBODY;
    if (schedule->step_limit && schedule->grants >= schedule->step_limit) {
        bool idle = schedule->idle_grants * 2 >= schedule->step_limit &&
                    !schedule->externals_ever;
        __atomic_store_n(&schedule->verdict,
                         idle ? SCHEDULE_LIVELOCK : SCHEDULE_STEP_BOUND,
                         __ATOMIC_RELEASE);
        return SCHED_NOBODY;
    }
    take_newcomers(segment);
    for (;;) {
        uint32_t due = 0;
        uint64_t deadline = first_deadline(segment, &due);
        if (schedule->alarms && deadline <= schedule->now_ns &&
            turn_at(segment, due)->alarm_ns &&
            turn_at(segment, due)->alarm_ns <= schedule->now_ns) {
            schedule->alarm_task = due + 1;
            return SCHED_ALARM;
        }
        uint32_t count = gather(segment, deadline);
        if (count) {
            uint32_t index = 0;
            if (count > 1) {
                schedule->decisions++;
                index = strategy_of(schedule)->pick(
                    segment, schedule->candidates, count);
            }
            uint32_t task =
                sched_slot(schedule->candidates[index < count ? index : 0]);
            grant(segment, task);
            return (int)task;
        }
        if (retry_all(segment))
            continue;
        if (schedule->externals)
            return SCHED_NOBODY;
        if (deadline == UINT64_MAX) {
            give_verdict(segment);
            return SCHED_NOBODY;
        }
        if (deadline > schedule->now_ns)
            schedule->now_ns = deadline;
        /* Whoever's time it is is a candidate now, or has an alarm due. */
    }
}
