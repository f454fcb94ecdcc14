/* Follow a plan: segments of a recorded schedule, exactly when the program
 * does what it did then, and as near as possible when it does not (another
 * build, a plan with segments left out): a segment whose task is gone is
 * skipped; while its task cannot go on, or when the plan is used up, the
 * running task goes on, else the next one. */
#include "strategy.h"

static bool plays(const struct segment *segment, uint32_t task, uint32_t number)
{
    return task < SEGMENT_TASKS &&
           segment->tasks[task].turn.plan_task == number + 1 &&
           segment->tasks[task].turn.state != TURN_NONE;
}

/* The task that plays the plan's task NUMBER, or -1 when none has come yet. */
static int find(const struct segment *segment, uint32_t number)
{
    const struct segment_schedule *schedule = &segment->schedule;
    /* Most often the one that ran last, or one with the same number in this run
     * as in the recorded one. */
    if (schedule->current && plays(segment, schedule->current - 1, number))
        return (int)schedule->current - 1;
    if (plays(segment, number, number))
        return (int)number;
    uint32_t tasks = __atomic_load_n(&segment->task_count, __ATOMIC_RELAXED);
    for (uint32_t task = 0; task < tasks && task < SEGMENT_TASKS; task++)
        if (plays(segment, task, number))
            return (int)task;
    return -1;
}

/* Whether TASK, which plays the plan's task NUMBER (-1: nobody does), will
 * never run again. */
static bool gone(const struct segment *segment, uint32_t number, int task)
{
    const struct segment_schedule *schedule = &segment->schedule;
    /* A child is there as soon as its parent has made it. */
    while (task < 0) {
        if (number >= schedule->plan_task_count || number >= SCHEDULE_TASKS)
            return true;
        uint32_t parent = segment->plan.tasks[number].parent;
        if (!parent || parent > number)
            return true;
        number = parent - 1;
        task = find(segment, number);
    }
    return segment->tasks[task].turn.state == TURN_DEAD;
}

/* Ops that TASK completed ahead of the plan, because the one that was its turn
 * could not go on, count for its later segments: otherwise every one of these
 * would come too late. Kept as its priority, which nothing else needs here. */
static void use_credit(struct segment *segment, uint32_t task, uint32_t count)
{
    struct segment_schedule *schedule = &segment->schedule;
    uint64_t *credit = &segment->tasks[task].turn.priority;
    uint64_t used = count - schedule->plan_done;
    if (schedule->plan_unit != SCHEDULE_OPS || !*credit)
        return;
    if (used > *credit)
        used = *credit;
    *credit -= used;
    schedule->plan_done += (uint32_t)used;
}

/* Move on to the segment that counts now; NULL when the plan is used up. */
static const struct schedule_segment *current(struct segment *segment,
                                              int *task)
{
    struct segment_schedule *schedule = &segment->schedule;
    while (schedule->plan_at < schedule->plan_count &&
           schedule->plan_at < SCHEDULE_SEGMENTS) {
        const struct schedule_segment *part =
            &segment->plan.segments[schedule->plan_at];
        *task = find(segment, part->task);
        if (*task >= 0 && schedule->plan_done < part->count)
            use_credit(segment, (uint32_t)*task, part->count);
        if (schedule->plan_done < part->count &&
            !gone(segment, part->task, *task))
            return part;
        schedule->plan_at++;
        schedule->plan_done = 0;
    }
    return NULL;
}

static uint32_t pick(struct segment *segment, const uint32_t *enabled,
                     uint32_t count)
{
    int task = -1;
    if (current(segment, &task) && task >= 0)
        for (uint32_t i = 0; i < count; i++)
            if (enabled[i] == (uint32_t)task)
                return i;
    return sched_keep_running(segment, enabled, count);
}

static void miss(struct segment_schedule *schedule)
{
    if (!schedule->plan_misses++)
        schedule->plan_miss_at = schedule->grants;
}

static void granted(struct segment *segment, uint32_t task)
{
    struct segment_schedule *schedule = &segment->schedule;
    if (schedule->plan_unit == SCHEDULE_OPS)
        return;
    int wanted = -1;
    if (current(segment, &wanted) && wanted == (int)task)
        schedule->plan_done++;
    else
        miss(schedule);
}

static void completed(struct segment *segment, uint32_t task)
{
    struct segment_schedule *schedule = &segment->schedule;
    if (schedule->plan_unit != SCHEDULE_OPS)
        return;
    int wanted = -1;
    if (current(segment, &wanted) && wanted == (int)task) {
        schedule->plan_done++;
        return;
    }
    segment->tasks[sched_slot(task)].turn.priority++;
    miss(schedule);
}

const struct sched_strategy sched_replay = {
    .name = "replay",
    .about = "a recorded schedule again",
    .pick = pick,
    .granted = granted,
    .completed = completed,
};
