#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "control.h"
#include "outcome.h"

void plan_fini(struct schedule_plan *plan)
{
    free(plan->tasks);
    free(plan->segments);
    memset(plan, 0, sizeof(*plan));
}

int plan_copy(struct schedule_plan *to, const struct schedule_plan *from)
{
    *to = *from;
    to->tasks = calloc(from->task_count + 1u, sizeof(*to->tasks));
    to->segments = calloc(from->segment_count + 1u, sizeof(*to->segments));
    if (!to->tasks || !to->segments) {
        plan_fini(to);
        return -ENOMEM;
    }
    memcpy(to->tasks, from->tasks, from->task_count * sizeof(*to->tasks));
    memcpy(to->segments, from->segments,
           from->segment_count * sizeof(*to->segments));
    return 0;
}

/* Every task of SEGMENT up to the first SCHEDULE_TASKS, numbered as there:
 * parents come before their children. */
static int take_tasks(struct schedule_plan *plan, const struct segment *segment)
{
    size_t count = segment_task_count(segment);
    if (count > SCHEDULE_TASKS)
        count = SCHEDULE_TASKS;
    plan->tasks = calloc(count + 1, sizeof(*plan->tasks));
    if (!plan->tasks)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        uint32_t parent = segment->tasks[i].parent;
        plan->tasks[i].parent = parent <= i ? parent : 0;
        plan->tasks[i].ordinal = segment->tasks[i].ordinal;
    }
    plan->task_count = (uint32_t)count;
    return 0;
}

int plan_from_outcome(struct schedule_plan *plan, const struct outcome *outcome)
{
    const struct segment *segment = outcome->segment;
    const struct segment_schedule *schedule = &segment->schedule;
    *plan = (struct schedule_plan){.unit = SCHEDULE_GRANTS};
    uint32_t count = schedule->segment_count;
    if (count > SCHEDULE_SEGMENTS)
        return -MPS_EFULL;
    int err = take_tasks(plan, segment);
    if (err)
        return err;
    plan->segments = calloc(count + 1u, sizeof(*plan->segments));
    if (!plan->segments) {
        plan_fini(plan);
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < count; i++)
        if (schedule->segments[i].task < plan->task_count)
            plan->segments[plan->segment_count++] = schedule->segments[i];
    return 0;
}

/* An op with the ticket at which it took effect, as far as that is known: a
 * lock is had when the call comes back, a release when it begins. */
struct effect {
    uint64_t ticket;
    uint32_t task;
};

static int compare(const void *a, const void *b)
{
    uint64_t left = ((const struct effect *)a)->ticket;
    uint64_t right = ((const struct effect *)b)->ticket;
    return (left > right) - (left < right);
}

int plan_from_ops(struct schedule_plan *plan, const struct segment *segment)
{
    *plan = (struct schedule_plan){.unit = SCHEDULE_OPS};
    struct effect *effects = calloc(SEGMENT_OPS + 1, sizeof(*effects));
    int err = effects ? take_tasks(plan, segment) : -ENOMEM;
    if (err) {
        free(effects);
        return err;
    }
    size_t count = 0;
    uint64_t at = 0;
    const struct segment_op *op;
    while ((op = segment_op_next(segment, &at)) && count < SEGMENT_OPS) {
        enum op_class class = op_kind_class(op->kind);
        bool late = class == OP_ACQUIRE || class == OP_INPUT ||
                    class == OP_BOTH || class == OP_TASK;
        /* What never came back had no effect. */
        if (!op->end || op->task >= plan->task_count)
            continue;
        effects[count++] =
            (struct effect){late ? op->end : op->begin, op->task};
    }
    qsort(effects, count, sizeof(*effects), compare);
    plan->segments = calloc(count + 1, sizeof(*plan->segments));
    for (size_t i = 0; plan->segments && i < count; i++) {
        uint32_t n = plan->segment_count;
        if (n && plan->segments[n - 1].task == effects[i].task)
            plan->segments[n - 1].count++;
        else
            plan->segments[plan->segment_count++] =
                (struct schedule_segment){effects[i].task, 1};
    }
    free(effects);
    if (plan->segments)
        return 0;
    plan_fini(plan);
    return -ENOMEM;
}
