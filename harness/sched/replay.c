/* Follow a plan: segments of a recorded schedule, exactly when the program
 * does what it did then, and as near as possible when it does not (another
 * build, a plan with segments left out): a segment whose task is gone is
 * skipped; while its task cannot go on, or when the plan is used up, the
 * running task goes on, else the next one. */
#include "strategy.h"

/* The task that plays the plan's task NUMBER, or -1; GONE: it has ended. */
static int find(const struct segment *segment, uint32_t number, bool *gone)
{
    const struct segment_schedule *schedule = &segment->schedule;
    *gone = false;
    for (uint32_t i = 0; i < schedule->alive_count; i++)
        if (segment->turns[schedule->alive[i]].plan_task == number + 1)
            return (int)schedule->alive[i];
    uint32_t tasks = segment->task_count;
    for (uint32_t i = 0; i < tasks && i < SEGMENT_TASKS; i++)
        if (segment->turns[i].plan_task == number + 1 &&
            segment->turns[i].state == TURN_DEAD)
            *gone = true;
    return -1;
}

/* Move on to the segment that counts now; NULL when the plan is used up. */
static const struct schedule_segment *current(struct segment *segment,
                                              int *task)
{
    struct segment_schedule *schedule = &segment->schedule;
    while (schedule->plan_at < schedule->plan_count &&
           schedule->plan_at < SCHEDULE_SEGMENTS) {
        const struct schedule_segment *part =
            &schedule->plan[schedule->plan_at];
        bool gone;
        *task = find(segment, part->task, &gone);
        if (schedule->plan_done < part->count && !gone)
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

static void granted(struct segment *segment, uint32_t task)
{
    struct segment_schedule *schedule = &segment->schedule;
    int wanted = -1;
    const struct schedule_segment *part = current(segment, &wanted);
    if (schedule->plan_unit == SCHEDULE_OPS)
        return;
    if (part && wanted == (int)task)
        schedule->plan_done++;
    else if (!schedule->plan_misses++)
        schedule->plan_miss_at = schedule->grants;
}

static void completed(struct segment *segment, uint32_t task)
{
    int wanted = -1;
    if (segment->schedule.plan_unit == SCHEDULE_OPS &&
        current(segment, &wanted) && wanted == (int)task)
        segment->schedule.plan_done++;
}

const struct sched_strategy sched_replay = {
    .name = "replay",
    .about = "a recorded schedule again",
    .pick = pick,
    .granted = granted,
    .completed = completed,
};
