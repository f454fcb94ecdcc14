#include <string.h>

#include "load.h"
#include "segment/schedule.h"

enum {
    PARAMS_LIMIT = 10000,
    TASKS_LIMIT = SCHEDULE_TASKS + 2, /* those of the pair may be others */
    MESSAGES_LIMIT = SEGMENT_RECORD_BYTES / sizeof(struct segment_record)
};

#define FIELD(key, type, field)                                        \
    {                                                                  \
        2, key, LOAD_##type, offsetof(struct trace_explanation, field) \
    }

static const struct load_field fields[] = {
    FIELD("seed", NUMBER, seed),
    FIELD("preemptions", NUMBER, cost.preemptions),
    FIELD("switches", NUMBER, cost.switches),
    FIELD("steps", NUMBER, cost.steps),
    FIELD("preemptions_before", NUMBER, cost_before.preemptions),
    FIELD("switches_before", NUMBER, cost_before.switches),
    FIELD("steps_before", NUMBER, cost_before.steps),
    FIELD("dependent", BOOL, dependent),
    FIELD("runs", NUMBER, runs),
    FIELD("elapsed_ns", NUMBER, elapsed_ns),
    FIELD("complete", BOOL, complete),
};

static void read_param(struct load *load, void *row)
{
    struct trace_param *param = row;
    param->name = load_text(load, 0);
    param->value = load_text(load, 1);
}

static void read_task(struct load *load, void *row)
{
    struct trace_explained_task *task = row;
    if (load_count(load, 0, TASKS_LIMIT) != load->row)
        load_damaged(load, "tasks are numbered from 0");
    task->path = load_text(load, 1);
    task->name = load_text(load, 2);
}

static uint32_t refer_task(struct load *load, int column)
{
    size_t count = load->explanation_tasks;
    if (!count)
        load_damaged(load, "there are no tasks");
    return (uint32_t)load_count(load, column, count ? count - 1 : 0);
}

static void read_segment(struct load *load, void *row)
{
    struct schedule_segment *segment = row;
    segment->task = refer_task(load, 0);
    segment->count = (uint32_t)load_count(load, 1, UINT32_MAX);
}

static void read_op(struct load *load, void *row)
{
    struct trace_explained_op *op = row;
    op->task = refer_task(load, 0);
    op->kind = load_text(load, 1);
    op->object = load_text(load, 2);
    op->place = load_text(load, 3);
    op->completed = load_count(load, 4, 1);
}

static void read_values(struct load *load, void *row)
{
    struct trace_explained_op *op = row;
    op->begin = load_bits(load, 0);
    op->end = load_bits(load, 1);
    op->result = load_number(load, 2);
    op->argument = load_bits(load, 3);
}

static void read_message(struct load *load, void *row)
{
    struct trace_explained_message *message = row;
    message->ticket = load_bits(load, 0);
    message->queue = load_text(load, 1);
    message->task = refer_task(load, 2);
    message->got = load_count(load, 3, 1);
    message->data = load_blob(load, 4, &message->size);
}

static void read_critical(struct load *load, void *row)
{
    struct trace_critical_op *op = row;
    op->task = refer_task(load, 0);
    op->nth = load_count(load, 1, INT64_MAX);
    op->kind = load_text(load, 2);
    op->object = load_text(load, 3);
    op->place = load_text(load, 4);
    op->calls = "";
}

static void read_calls(struct load *load, void *row)
{
    struct trace_critical_op *op = row;
    op->calls = load_text(load, 0);
}

static int load_calls(struct load *load, struct trace_explanation *to)
{
    struct trace_critical_op *rows;
    size_t count;
    int err = load_table(load, "pair_calls",
                         "SELECT calls FROM pair_calls ORDER BY position", 2,
                         sizeof(*rows), read_calls, &rows, &count);
    if (!err && count != (to->has_pair ? 2 : 0))
        err = load_damaged(load, "it does not fit the pair");
    for (size_t i = 0; i < 2 && to->has_pair && !err; i++)
        to->pair[i].calls = rows[i].calls;
    return err;
}

static int load_pair(struct load *load, struct trace_explanation *to)
{
    struct trace_critical_op *rows;
    size_t count;
    int err = load_table(load, "pair",
                         "SELECT task, nth, kind, object, place FROM pair"
                         " ORDER BY position",
                         2, sizeof(*rows), read_critical, &rows, &count);
    if (err || !count)
        return err;
    if (count != 2)
        return load_damaged(load, "one op is no pair");
    memcpy(to->pair, rows, sizeof(to->pair));
    to->has_pair = true;
    return 0;
}

/* Of the ops, which have been loaded. */
static int load_values(struct load *load, struct trace_explained_op *ops,
                       size_t op_count)
{
    struct trace_explained_op *rows;
    size_t count;
    int err =
        load_table(load, "minimal_values",
                   "SELECT begin, \"end\", result, argument"
                   " FROM minimal_values ORDER BY position",
                   SEGMENT_OPS, sizeof(*rows), read_values, &rows, &count);
    if (!err && count != op_count)
        err = load_damaged(load, "there are %zu ops", op_count);
    for (size_t i = 0; i < op_count && !err; i++) {
        ops[i].begin = rows[i].begin;
        ops[i].end = rows[i].end;
        ops[i].result = rows[i].result;
        ops[i].argument = rows[i].argument;
    }
    return err;
}

static int load_tables(struct load *load, struct trace_explanation *to)
{
    struct trace_explained_op *ops = NULL;
    int err = load_table(load, "minimal_params",
                         "SELECT name, value FROM minimal_params", PARAMS_LIMIT,
                         sizeof(*to->params), read_param, &to->params,
                         &to->param_count);
    if (!err)
        err = load_table(load, "minimal_tasks",
                         "SELECT number, path, name FROM minimal_tasks"
                         " ORDER BY number",
                         TASKS_LIMIT, sizeof(*to->tasks), read_task, &to->tasks,
                         &to->task_count);
    load->explanation_tasks = to->task_count;
    if (!err)
        err = load_table(load, "minimal",
                         "SELECT task, points FROM minimal ORDER BY position",
                         SCHEDULE_SEGMENTS, sizeof(*to->segments), read_segment,
                         &to->segments, &to->segment_count);
    if (!err)
        err = load_table(load, "minimal_ops",
                         "SELECT task, kind, object, place, completed"
                         " FROM minimal_ops ORDER BY position",
                         SEGMENT_OPS, sizeof(*to->ops), read_op, &ops,
                         &to->op_count);
    to->ops = ops;
    if (!err && load->database.format >= 4)
        err = load_values(load, ops, to->op_count);
    if (!err && load->database.format >= 4)
        err = load_table(load, "minimal_messages",
                         "SELECT ticket, queue, task, got, data"
                         " FROM minimal_messages ORDER BY ticket, position",
                         MESSAGES_LIMIT, sizeof(*to->messages), read_message,
                         &to->messages, &to->message_count);
    if (!err)
        err = load_pair(load, to);
    return err || load->database.format < 5 ? err : load_calls(load, to);
}

int load_explanation(struct load *load)
{
    if (load->database.format < 2)
        return 0;
    struct trace_explanation *to = arena_alloc(load->trace->arena, sizeof(*to));
    if (!to)
        return load_no_memory(load);
    int err = load_tables(load, to);
    /* Without a schedule nothing was explained. */
    if (err || !to->segment_count)
        return err;
    err = load_keys(load, "explanation", fields,
                    sizeof(fields) / sizeof(*fields), to);
    load->trace->explanation = to;
    return err;
}
