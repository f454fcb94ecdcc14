#include "plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "explanation.h"

/* -- Tasks by path --------------------------------------------------------- */

/* The child with ORDINAL of task PARENT, made should it be new. */
static int find_or_add(struct schedule_plan *plan, uint32_t parent,
                       uint32_t ordinal, uint32_t *number)
{
    for (uint32_t i = 1; i < plan->task_count; i++)
        if (plan->tasks[i].parent == parent + 1 &&
            plan->tasks[i].ordinal == ordinal) {
            *number = i;
            return 0;
        }
    if (plan->task_count >= SCHEDULE_TASKS)
        return -MPS_EFULL;
    *number = plan->task_count++;
    plan->tasks[*number] = (struct schedule_task){parent + 1, ordinal};
    return 0;
}

/* Read ".17" at *AT and move on. */
static int next_ordinal(const char **at, uint32_t *ordinal)
{
    uint64_t value = 0;
    const char *digit = *at + 1;
    if (**at != '.' || *digit < '0' || *digit > '9')
        return -MPS_ECORRUPT;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        value = 10 * value + (uint64_t)(*digit - '0');
        if (value > UINT32_MAX)
            return -MPS_ECORRUPT;
    }
    *ordinal = (uint32_t)value;
    *at = digit;
    return 0;
}

int trace_plan_add(struct schedule_plan *plan, const char *path,
                   uint32_t *number)
{
    if (*path == '?')
        return -MPS_EFULL; /* its ancestors were too many to be told */
    if (*path != '0')
        return -MPS_ECORRUPT;
    const char *at = path + 1;
    uint32_t task = 0;
    while (*at) {
        uint32_t ordinal;
        int err = next_ordinal(&at, &ordinal);
        if (!err)
            err = find_or_add(plan, task, ordinal, &task);
        if (err)
            return err;
    }
    *number = task;
    return 0;
}

const char *trace_plan_path(const struct schedule_plan *plan, uint32_t number,
                            char path[static TASK_PATH_BYTES])
{
    /* Built from the leaf up, at the end of a scratch buffer. */
    char scratch[TASK_PATH_BYTES];
    size_t at = sizeof(scratch) - 1;
    scratch[at] = '\0';
    for (;;) {
        if (number >= plan->task_count || at < 12) {
            scratch[--at] = '?';
            break;
        }
        const struct schedule_task *task = &plan->tasks[number];
        if (!task->parent) {
            scratch[--at] = '0';
            break;
        }
        char text[12];
        int n = snprintf(text, sizeof(text), ".%" PRIu32, task->ordinal);
        at -= (size_t)n;
        memcpy(scratch + at, text, (size_t)n);
        number = task->parent - 1;
    }
    memcpy(path, scratch + at, sizeof(scratch) - at);
    return path;
}

/* -- Segments -------------------------------------------------------------- */

/* The recorded schedule. */
static void take_grants(const struct trace *trace, const uint32_t *numbers,
                        struct schedule_plan *plan)
{
    const struct trace_segment *segments;
    size_t count = trace_segments(trace, &segments);
    for (size_t i = 0; i < count; i++)
        plan->segments[plan->segment_count++] = (struct schedule_segment){
            numbers[segments[i].number], (uint32_t)segments[i].points};
}

/* An op with the ticket at which it took effect, as far as that is known: a
 * lock is had when the call comes back, a release when it begins. */
struct effect {
    uint64_t ticket;
    size_t position; /* among those of the same ticket */
    uint32_t task;
};

static int compare(const void *a, const void *b)
{
    const struct effect *left = a, *right = b;
    if (left->ticket != right->ticket)
        return left->ticket < right->ticket ? -1 : 1;
    return left->position < right->position ? -1 : 1;
}

static bool takes_effect_late(const char *kind)
{
    for (unsigned i = 0; i < OP_KIND_COUNT; i++) {
        if (strcmp(op_kind_name(i), kind))
            continue;
        enum op_class class = op_kind_class(i);
        return class == OP_ACQUIRE || class == OP_INPUT || class == OP_BOTH ||
               class == OP_TASK;
    }
    return false;
}

static int take_ops(const struct trace *trace, const uint32_t *numbers,
                    struct schedule_plan *plan)
{
    const struct trace_op *ops;
    size_t op_count = trace_ops(trace, &ops), count = 0;
    struct effect *effects = calloc(op_count + 1, sizeof(*effects));
    if (!effects)
        return -ENOMEM;
    for (size_t i = 0; i < op_count; i++) {
        /* What never came back had no effect. */
        if (!ops[i].completed)
            continue;
        bool late = takes_effect_late(ops[i].kind);
        effects[count++] = (struct effect){late ? ops[i].end : ops[i].begin, i,
                                           numbers[ops[i].number]};
    }
    qsort(effects, count, sizeof(*effects), compare);
    for (size_t i = 0; i < count; i++) {
        uint32_t n = plan->segment_count;
        if (n && plan->segments[n - 1].task == effects[i].task)
            plan->segments[n - 1].count++;
        else
            plan->segments[plan->segment_count++] =
                (struct schedule_segment){effects[i].task, 1};
    }
    free(effects);
    return 0;
}

/* The numbers in PLAN of the tasks of TRACE. One that PLAN cannot name is no
 * harm unless it is in the schedule. */
static int take_tasks(const struct trace *trace, uint32_t *numbers,
                      struct schedule_plan *plan)
{
    const struct trace_task *tasks;
    size_t count = trace_tasks(trace, &tasks);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = UINT32_MAX;
        int err = trace_plan_add(plan, tasks[i].path, &numbers[i]);
        if (err && err != -MPS_EFULL)
            return err;
    }
    return 0;
}

static int check_tasks(const struct schedule_plan *plan)
{
    for (uint32_t i = 0; i < plan->segment_count; i++)
        if (plan->segments[i].task >= plan->task_count)
            return -MPS_EFULL;
    return 0;
}

int trace_plan(const struct trace *trace, struct schedule_plan *plan)
{
    const struct trace_meta *meta = trace_meta(trace);
    const struct trace_task *tasks;
    *plan = (struct schedule_plan){
        .unit = meta->controlled ? SCHEDULE_GRANTS : SCHEDULE_OPS,
    };
    if (meta->controlled ? meta->schedule_cut : meta->ops_lost != 0)
        return -MPS_EFULL;
    size_t task_count = trace_tasks(trace, &tasks);
    uint32_t *numbers = calloc(task_count + 1, sizeof(*numbers));
    plan->tasks = calloc(SCHEDULE_TASKS, sizeof(*plan->tasks));
    /* No table that is read is longer than this. */
    plan->segments = calloc(SCHEDULE_SEGMENTS, sizeof(*plan->segments));
    int err = -ENOMEM;
    if (numbers && plan->tasks && plan->segments) {
        plan->task_count = 1;
        err = take_tasks(trace, numbers, plan);
    }
    if (!err && meta->controlled)
        take_grants(trace, numbers, plan);
    else if (!err)
        err = take_ops(trace, numbers, plan);
    if (!err)
        err = check_tasks(plan);
    free(numbers);
    if (err)
        plan_fini(plan);
    return err;
}

int trace_minimal_plan(const struct trace_explanation *explanation,
                       struct schedule_plan *plan)
{
    size_t count = explanation->segment_count;
    *plan = (struct schedule_plan){.unit = SCHEDULE_GRANTS};
    if (count > SCHEDULE_SEGMENTS)
        return -MPS_EFULL;
    uint32_t *numbers = calloc(explanation->task_count + 1, sizeof(*numbers));
    plan->tasks = calloc(SCHEDULE_TASKS, sizeof(*plan->tasks));
    plan->segments = calloc(count + 1, sizeof(*plan->segments));
    int err = numbers && plan->tasks && plan->segments ? 0 : -ENOMEM;
    plan->task_count = 1;
    for (size_t i = 0; i < explanation->task_count && !err; i++)
        err = trace_plan_add(plan, explanation->tasks[i].path, &numbers[i]);
    for (size_t i = 0; i < count && !err; i++)
        plan->segments[plan->segment_count++] =
            (struct schedule_segment){numbers[explanation->segments[i].task],
                                      explanation->segments[i].count};
    free(numbers);
    if (err)
        plan_fini(plan);
    return err;
}
