#include "keep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "trace/plan.h"

/* The tables that an explanation refers to. */
struct tables {
    struct trace_explained_task *tasks;
    char (*paths)[TASK_PATH_BYTES];
    size_t task_count;
    struct trace_explained_op *ops;
};

static void tables_fini(struct tables *tables)
{
    free(tables->tasks);
    free(tables->paths);
    free(tables->ops);
}

static int tables_init(struct tables *tables,
                       const struct explain_result *result)
{
    const struct schedule_plan *plan = &result->plan;
    /* The tasks of the pair may be in other runs alone. */
    size_t room = plan->task_count + 2u;
    *tables = (struct tables){
        .tasks = calloc(room, sizeof(*tables->tasks)),
        .paths = calloc(room, sizeof(*tables->paths)),
        .ops = calloc(result->op_count + 1, sizeof(*tables->ops)),
        .task_count = plan->task_count,
    };
    if (!tables->tasks || !tables->paths || !tables->ops)
        return -ENOMEM;
    for (uint32_t i = 0; i < plan->task_count; i++)
        tables->tasks[i] = (struct trace_explained_task){
            trace_plan_path(plan, i, tables->paths[i]),
            result->names ? result->names[i] : ""};
    for (size_t i = 0; i < result->op_count; i++) {
        const struct explain_op *op = &result->ops[i];
        tables->ops[i] = (struct trace_explained_op){
            .task = op->task,
            .kind = op_kind_name(op->kind),
            .object = op->object,
            .place = op->place,
            .completed = op->completed,
            .begin = op->begin,
            .end = op->end,
            .result = op->result,
            .argument = op->argument,
        };
    }
    return 0;
}

static struct trace_critical_op critical(struct tables *tables,
                                         const struct explain_pair_op *op)
{
    size_t task = 0;
    while (task < tables->task_count &&
           strcmp(tables->tasks[task].path, op->path) != 0)
        task++;
    if (task == tables->task_count)
        tables->tasks[tables->task_count++] =
            (struct trace_explained_task){op->path, op->name};
    return (struct trace_critical_op){
        (uint32_t)task, op->nth,   op_kind_name(op->kind),
        op->object,     op->place, op->calls};
}

int explain_keep(const char *path, const struct explain_minimal *minimal,
                 const struct explain_pair *pair,
                 const struct trace_param *params, size_t count,
                 struct mps_diag *diag)
{
    const struct explain_result *result = &minimal->result;
    struct tables tables;
    struct trace_explanation explanation = {
        .seed = result->seed,
        .params = params,
        .param_count = count,
        .segments = result->plan.segments,
        .segment_count = result->plan.segment_count,
        .op_count = result->op_count,
        .messages = result->messages,
        .message_count = result->message_count,
        .cost = result->cost,
        .cost_before = minimal->before,
        .has_pair = pair != NULL,
        .dependent = pair && pair->dependent,
        .runs = minimal->runs + (pair ? pair->runs : 0),
        .elapsed_ns = minimal->elapsed_ns,
        .complete = minimal->complete,
    };
    int err = tables_init(&tables, result);
    if (!err) {
        for (size_t i = 0; pair && i < 2; i++)
            explanation.pair[i] = critical(&tables, &pair->ops[i]);
        explanation.tasks = tables.tasks;
        explanation.task_count = tables.task_count;
        explanation.ops = tables.ops;
        err = trace_add_explanation(path, &explanation, diag);
    } else {
        diag_set(diag, err, "%s: %s", path, error_text(err));
    }
    tables_fini(&tables);
    return err;
}
