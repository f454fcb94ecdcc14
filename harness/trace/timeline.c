#include "timeline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "explanation.h"
#include "segment/ops.h"

/* -- Words -----------------------------------------------------------------*/

bool timeline_returns(const char *kind)
{
    static const char *const endings[] = {"exit", "thread exit", "exec"};
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (!strcmp(kind, endings[i]))
            return false;
    return true;
}

void timeline_add_op(struct str *s, const char *kind, const char *object)
{
    size_t word = strcspn(kind, " ");
    const char *name = strchr(object, ' ');
    if (name && word && !strncmp(kind, object, word))
        object = name + 1;
    str_addf(s, "%s%s%s", kind, *object ? " " : "", object);
}

/* What stands in SIZE bytes of memory. Of 8 of them, a pointer is as likely as
 * a number. */
static void add_word(struct str *s, int64_t value, uint64_t size)
{
    const int64_t large = INT64_C(1) << 40;
    if (size < sizeof(value)) {
        unsigned unused = 64 - 8 * (unsigned)size;
        value = (int64_t)((uint64_t)value << unused) >> unused;
    }
    if (value < large && value > -large)
        str_addf(s, "%" PRId64, value);
    else
        str_addf(s, "0x%" PRIx64, (uint64_t)value);
}

void timeline_add_value(struct str *s, const struct timeline_step *step)
{
    if (!step->completed)
        return;
    enum op_class class = op_kind_class(op_kind_find(step->kind));
    bool word = class == OP_MEMORY && step->argument && step->argument <= 8;
    if (word && strcmp(step->kind, op_kind_name(OP_KIND_STORE)) != 0) {
        str_add(s, !strcmp(step->kind, op_kind_name(OP_KIND_LOAD)) ? "read "
                                                                   : "was ");
        add_word(s, step->result, step->argument);
        return;
    }
    if (class == OP_MEMORY)
        return;
    const char *error = step->result < 0 && step->result > -4096
                            ? strerrorname_np((int)-step->result)
                            : NULL;
    if (error)
        str_add(s, error);
    else if ((class == OP_INPUT || class == OP_OUTPUT) && step->result > 0)
        str_addf(s, "%" PRId64 " byte%s", step->result,
                 step->result == 1 ? "" : "s");
}

/* -- Rows ------------------------------------------------------------------*/

size_t timeline_rows(const struct timeline *timeline, bool all,
                     struct timeline_row *rows)
{
    enum { CONTEXT = 2 /* steps shown before and after a switch */ };
    size_t steps = timeline->step_count, count = 0;
    for (size_t i = 0; i < steps; i++)
        rows[i] = (struct timeline_row){i, 1, all};
    for (size_t i = 0; i < steps && !all; i++) {
        const struct timeline_step *step = &timeline->steps[i];
        if (!step->pair && !step->switched && !step->stuck && i + 1 < steps)
            continue;
        for (size_t k = i < CONTEXT ? 0 : i - CONTEXT;
             k < i + CONTEXT && k < steps; k++)
            rows[k].wanted = true;
    }
    for (size_t i = 0; i < steps; i++) {
        struct timeline_row *last = count ? &rows[count - 1] : NULL;
        if (last && !last->wanted && !rows[i].wanted &&
            !timeline->steps[i].switched)
            last->count++;
        else
            rows[count++] = rows[i];
    }
    return count;
}

/* -- The shortest run ------------------------------------------------------*/

static int take_tasks(struct timeline *timeline,
                      const struct trace_explanation *why)
{
    timeline->tasks = calloc(why->task_count + 1, sizeof(*timeline->tasks));
    if (!timeline->tasks)
        return -ENOMEM;
    timeline->task_count = why->task_count;
    for (size_t i = 0; i < why->task_count; i++)
        timeline->tasks[i] =
            (struct timeline_task){why->tasks[i].path, why->tasks[i].name};
    return 0;
}

/* Which of the pair OP is, the NTH completed one of its task. */
static enum timeline_pair find_pair(const struct trace_explanation *why,
                                    const struct trace_explained_op *op,
                                    uint64_t nth)
{
    for (size_t k = 0; k < 2 && why->has_pair; k++) {
        const struct trace_critical_op *pair = &why->pair[k];
        if (pair->task == op->task && pair->nth == nth &&
            !strcmp(pair->kind, op->kind))
            return k ? TIMELINE_THEN : TIMELINE_FIRST;
    }
    return TIMELINE_NEITHER;
}

static int take_minimal_messages(struct timeline *timeline,
                                 const struct trace_explanation *why)
{
    timeline->messages =
        calloc(why->message_count + 1, sizeof(*timeline->messages));
    if (!timeline->messages)
        return -ENOMEM;
    timeline->message_count = why->message_count;
    for (size_t i = 0; i < why->message_count; i++) {
        const struct trace_explained_message *from = &why->messages[i];
        timeline->messages[i] = (struct timeline_message){
            .ticket = from->ticket,
            .task = from->task,
            .got = from->got,
            .queue = from->queue,
            .data = from->data,
            .size = from->size,
        };
    }
    return 0;
}

static int take_minimal(struct timeline *timeline,
                        const struct trace_explanation *why)
{
    uint64_t *done = calloc(why->task_count + 1, sizeof(*done));
    timeline->steps = calloc(why->op_count + 1, sizeof(*timeline->steps));
    int err = done && timeline->steps ? take_tasks(timeline, why) : -ENOMEM;
    for (size_t i = 0; i < why->op_count && !err; i++) {
        const struct trace_explained_op *op = &why->ops[i];
        timeline->steps[timeline->step_count++] = (struct timeline_step){
            .task = op->task,
            .kind = op->kind,
            .object = op->object,
            .place = op->place,
            .begin = op->begin,
            .end = op->end,
            .result = op->result,
            .argument = op->argument,
            .pair = find_pair(why, op, done[op->task]),
            .completed = op->completed,
        };
        done[op->task] += op->completed;
    }
    free(done);
    timeline->minimal = true;
    return err ? err : take_minimal_messages(timeline, why);
}

/* -- The recorded run ------------------------------------------------------*/

static int by_end(const void *a, const void *b)
{
    const struct timeline_step *x = a, *y = b;
    if (x->stuck != y->stuck)
        return x->stuck ? 1 : -1;
    uint64_t left = x->end ? x->end : x->begin;
    uint64_t right = y->end ? y->end : y->begin;
    return (left > right) - (left < right);
}

static void take_ops(struct timeline *timeline, const struct trace_op *ops,
                     size_t count)
{
    for (size_t i = 0; i < count; i++)
        timeline->steps[timeline->step_count++] = (struct timeline_step){
            .task = ops[i].number,
            .kind = ops[i].kind,
            .object = ops[i].object,
            .place = ops[i].place,
            .begin = ops[i].begin,
            .end = ops[i].end,
            .result = ops[i].result,
            .argument = ops[i].argument,
            .completed = ops[i].completed,
            .stuck = !ops[i].completed && timeline_returns(ops[i].kind),
        };
    qsort(timeline->steps, timeline->step_count, sizeof(*timeline->steps),
          by_end);
}

static uint32_t number_of(const struct timeline *timeline, const char *path)
{
    uint32_t number = 0;
    while (number + 1 < timeline->task_count &&
           strcmp(timeline->tasks[number].path, path) != 0)
        number++;
    return number;
}

static void take_messages(struct timeline *timeline,
                          const struct trace_message *messages, size_t count)
{
    for (size_t i = 0; i < count && timeline->task_count; i++)
        timeline->messages[timeline->message_count++] =
            (struct timeline_message){
                .ticket = messages[i].ticket,
                .task = number_of(timeline, messages[i].task),
                .got = messages[i].got,
                .queue = messages[i].queue,
                .data = messages[i].data,
                .size = messages[i].size,
            };
}

static int take_recorded(struct timeline *timeline, const struct trace *trace)
{
    const struct trace_task *tasks;
    const struct trace_op *ops;
    const struct trace_message *messages;
    size_t task_count = trace_tasks(trace, &tasks);
    size_t op_count = trace_ops(trace, &ops);
    size_t message_count = trace_messages(trace, &messages);
    timeline->ops_before = trace_meta(trace)->ops_lost;
    timeline->tasks = calloc(task_count + 1, sizeof(*timeline->tasks));
    timeline->steps = calloc(op_count + 1, sizeof(*timeline->steps));
    timeline->messages = calloc(message_count + 1, sizeof(*timeline->messages));
    if (!timeline->tasks || !timeline->steps || !timeline->messages)
        return -ENOMEM;
    for (; timeline->task_count < task_count; timeline->task_count++)
        timeline->tasks[timeline->task_count] = (struct timeline_task){
            tasks[timeline->task_count].path, tasks[timeline->task_count].name};
    take_ops(timeline, ops, op_count);
    take_messages(timeline, messages, message_count);
    return 0;
}

/* -- Both ------------------------------------------------------------------*/

/* What does not depend on where they come from. ERR is passed on. */
static int finish(struct timeline *timeline, int err)
{
    if (err) {
        timeline_fini(timeline);
        return err;
    }
    for (size_t i = 0; i < timeline->step_count; i++) {
        struct timeline_step *step = &timeline->steps[i];
        step->stuck = !step->completed && timeline_returns(step->kind);
        step->switched = i && step->task != step[-1].task;
    }
    return 0;
}

int timeline_init(struct timeline *timeline, const struct trace *trace)
{
    const struct trace_explanation *why = trace_explanation(trace);
    if (!why || !why->op_count)
        return timeline_init_recorded(timeline, trace);
    *timeline = (struct timeline){0};
    return finish(timeline, take_minimal(timeline, why));
}

int timeline_init_recorded(struct timeline *timeline, const struct trace *trace)
{
    *timeline = (struct timeline){0};
    return finish(timeline, take_recorded(timeline, trace));
}

void timeline_fini(struct timeline *timeline)
{
    free(timeline->tasks);
    free(timeline->steps);
    free(timeline->messages);
    *timeline = (struct timeline){0};
}
