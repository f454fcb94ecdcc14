/* The decision: who could go on, who does, and what it means when nobody can.
 */
#include "internal.h"
#include "segment/read.h"

/* What a step takes in virtual time: little, so that no time limit passes
 * because of the number of steps. */
enum { GRANT_NS = 50 };

/* Yields and vain tries in a row, per living task, before something else is
 * tried. */
enum { PATIENCE = 64 };

/* Looks around before a decision: more than any that can help. */
enum { ROUNDS = 64 };

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

/* What a look at all living tasks shows. */
struct survey {
    uint32_t count;      /* tasks in candidates[] */
    uint32_t alarm_task; /* whose alarm is the first */
    uint64_t alarm_ns;   /* UINT64_MAX: none */
    uint64_t limit_ns;   /* first time at which a parked task gives up, or an
                            alarm rings; UINT64_MAX: none */
};

/* Whether TURN sleeps into the future undisturbed. */
static bool sleeps(const struct segment_schedule *schedule,
                   const struct segment_turn *turn)
{
    return (turn->flags & TURN_SLEEPING) &&
           !(turn->flags & (TURN_SIGNALLED | TURN_CANCELLED)) &&
           turn->deadline_ns > schedule->now_ns;
}

/* A sleeper may wake at any time, since the others may be as slow as they
 * like, but not before the time limits of others that end earlier. */
static void leave_out_sleepers(struct segment *segment, struct survey *survey)
{
    struct segment_schedule *schedule = &segment->schedule;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < survey->count; i++) {
        uint32_t task = schedule->candidates[i];
        const struct segment_turn *turn = turn_at(segment, task);
        if (turn->state == TURN_READY && sleeps(schedule, turn) &&
            turn->deadline_ns >= survey->limit_ns)
            continue;
        schedule->candidates[kept++] = task;
    }
    survey->count = kept;
}

/* Fill candidates[] with the tasks that may go on now. */
static struct survey look_around(struct segment *segment)
{
    struct segment_schedule *schedule = &segment->schedule;
    struct survey survey = {0, 0, UINT64_MAX, UINT64_MAX};
    bool sleepers = false;
    uint32_t alive = sched_alive_count(segment);
    for (uint32_t i = 0; i < alive; i++) {
        uint32_t task = sched_slot(schedule->alive[i]);
        const struct segment_turn *turn = &segment->tasks[task].turn;
        bool enabled = turn->state == TURN_READY;
        if (enabled && (turn->flags & TURN_SLEEPING))
            sleepers = true;
        if (turn->state == TURN_PARKED) {
            enabled = may_try(segment, turn);
            if (turn->deadline_ns && turn->deadline_ns < survey.limit_ns)
                survey.limit_ns = turn->deadline_ns;
        }
        if (schedule->alarms && turn->alarm_ns &&
            turn->alarm_ns < survey.alarm_ns) {
            survey.alarm_ns = turn->alarm_ns;
            survey.alarm_task = task;
        }
        if (enabled)
            schedule->candidates[survey.count++] = task;
    }
    if (survey.alarm_ns < survey.limit_ns)
        survey.limit_ns = survey.alarm_ns;
    if (sleepers && survey.limit_ns != UINT64_MAX)
        leave_out_sleepers(segment, &survey);
    return survey;
}

/* Let every vain try be made once more. Returns whether there is any. */
static bool retry_all(struct segment *segment)
{
    const struct segment_schedule *schedule = &segment->schedule;
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

/* Before a deadlock is believed, every vain try is made once more: something
 * outside the model may have changed what it found. Returns whether there is
 * anything to try that was not tried since the last progress. */
static bool last_round(struct segment *segment)
{
    struct segment_schedule *schedule = &segment->schedule;
    if (schedule->retried_at == schedule->completed + 1)
        return false;
    schedule->retried_at = schedule->completed + 1;
    return retry_all(segment);
}

static void pass_time(struct segment_schedule *schedule, uint64_t until_ns)
{
    if (until_ns != UINT64_MAX && until_ns > schedule->now_ns)
        schedule->now_ns = until_ns;
}

/* Tasks that yield in turns can go on for ever, and yet nothing can run but
 * time: one that spins may wait for what another does after its time limit, or
 * after a change that went past the model. Returns whether anything is
 * different now. */
static bool lose_patience(struct segment *segment, uint64_t limit_ns)
{
    struct segment_schedule *schedule = &segment->schedule;
    uint64_t patience = PATIENCE * (sched_alive_count(segment) + UINT64_C(1));
    if (schedule->idle_grants % patience)
        return false;
    if (schedule->idle_grants / patience % 2)
        return retry_all(segment);
    if (limit_ns == UINT64_MAX || limit_ns <= schedule->now_ns ||
        schedule->externals)
        return false;
    pass_time(schedule, limit_ns);
    return true;
}

/* Whether a task has come back from outside of control since the look around,
 * which saw it outside: it is ready then, but neither a candidate nor outside,
 * and perhaps not counted as a newcomer yet. Asked after the externals have
 * been counted: one that was not among them is seen here. */
static bool has_come_back(const struct segment *segment)
{
    const struct segment_schedule *schedule = &segment->schedule;
    uint32_t count = sched_alive_count(segment);
    for (uint32_t i = 0; i < count; i++) {
        const struct segment_turn *turn =
            &segment->tasks[sched_slot(schedule->alive[i])].turn;
        /* Acquire: what it said of itself before it came is seen. */
        if (__atomic_load_n(&turn->state, __ATOMIC_ACQUIRE) == TURN_READY &&
            !sleeps(schedule, turn))
            return true;
    }
    return false;
}

static bool root_lives(const struct segment *segment)
{
    uint32_t count = sched_alive_count(segment);
    for (uint32_t i = 0; i < count; i++)
        if (!segment_task_process(segment,
                                  sched_slot(segment->schedule.alive[i])))
            return true;
    return false;
}

/* VERDICT, if the root lives; those that it left behind are just that. */
static void give_verdict(struct segment *segment, enum schedule_verdict verdict)
{
    __atomic_store_n(&segment->schedule.verdict,
                     root_lives(segment) ? verdict : SCHEDULE_IDLE,
                     __ATOMIC_RELEASE);
}

/* Whether the iteration has gone on for too long; gives the verdict. */
static bool past_bound(struct segment *segment)
{
    const struct segment_schedule *schedule = &segment->schedule;
    uint64_t limit = schedule->step_limit;
    /* Alarms that nobody notices ring without a grant. */
    if (!limit || (schedule->grants < limit && schedule->idle_grants < limit))
        return false;
    bool idle = schedule->idle_grants >= limit / 2 && !schedule->externals_ever;
    give_verdict(segment, idle ? SCHEDULE_LIVELOCK : SCHEDULE_STEP_BOUND);
    return true;
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
    if (sleeps(schedule, turn))
        schedule->now_ns = turn->deadline_ns;
    if (turn->state == TURN_PARKED && turn->deadline_ns &&
        turn->deadline_ns <= schedule->now_ns)
        turn->flags |= TURN_TIMED_OUT;
    schedule->now_ns += GRANT_NS;
    turn->grants++;
    turn->flags &= ~(uint32_t)(TURN_RETRY | TURN_YIELDED | TURN_SLEEPING |
                               TURN_PREEMPTED | TURN_NUDGED);
    if (schedule->whole_count)
        sched_use_region(segment, task);
    const struct sched_strategy *strategy = strategy_of(schedule);
    if (strategy->granted)
        strategy->granted(segment, task);
    __atomic_store_n(&turn->state, TURN_RUNNING, __ATOMIC_RELEASE);
}

/* Choose among COUNT candidates. */
static uint32_t choose(struct segment *segment, uint32_t count)
{
    struct segment_schedule *schedule = &segment->schedule;
    uint32_t index = 0;
    if (count > 1) {
        schedule->decisions++;
        index = schedule->whole_count
                    ? sched_region_pick(segment, schedule->candidates, count)
                    : count;
        if (index >= count)
            index = strategy_of(schedule)->pick(segment, schedule->candidates,
                                                count);
    }
    return sched_slot(schedule->candidates[index < count ? index : 0]);
}

/* The plan that came first is used up: from here on, the strategy. */
static void begin_tail(struct segment *segment)
{
    struct segment_schedule *schedule = &segment->schedule;
    schedule->following = 0;
    const struct sched_strategy *strategy = strategy_of(schedule);
    if (strategy->begin)
        strategy->begin(segment);
    for (uint32_t i = 0;
         strategy->joined && i < schedule->alive_count && i < SCHEDULE_ALIVE;
         i++)
        strategy->joined(segment, sched_slot(schedule->alive[i]));
}

int sched_next(struct segment *segment)
{
    struct segment_schedule *schedule = &segment->schedule;
    if (schedule->following && schedule->plan_at >= schedule->plan_count)
        begin_tail(segment);
    if (schedule->verdict || past_bound(segment))
        return SCHED_NOBODY;
    sched_take_newcomers(segment);
    bool patient = schedule->idle_grants < PATIENCE;
    /* Each round but the last made somebody a candidate, or an alarm due: two
     * or three, and one more for each newcomer. */
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct survey survey = look_around(segment);
        if (survey.alarm_ns <= schedule->now_ns) {
            schedule->alarm_task = survey.alarm_task + 1;
            schedule->idle_grants++;
            return SCHED_ALARM;
        }
        if (!patient) {
            patient = true;
            if (lose_patience(segment, survey.limit_ns))
                continue;
        }
        if (survey.count) {
            uint32_t task = choose(segment, survey.count);
            grant(segment, task);
            return (int)task;
        }
        if (last_round(segment) || sched_take_newcomers(segment))
            continue;
        schedule->externals = sched_count_externals(segment);
        if (schedule->externals || schedule->real_time)
            return SCHED_NOBODY;
        if (has_come_back(segment))
            continue;
        if (survey.limit_ns == UINT64_MAX)
            break;
        pass_time(schedule, survey.limit_ns);
    }
    if (schedule->alive_count)
        give_verdict(segment, SCHEDULE_DEADLOCK);
    return SCHED_NOBODY;
}
