#include <errno.h>

#include "load.h"

int load_no_memory(struct load *load)
{
    if (!load->err)
        load->err = diag_set(load->database.diag, -ENOMEM, "%s: out of memory",
                             load->database.path);
    return load->err;
}

int trace_open(struct trace **out, const char *path, struct mps_diag *diag)
{
    *out = NULL;
    struct load load = {.trace = NULL};
    int err = database_open(&load.database, path, diag);
    if (err)
        goto close_database;
    struct arena *arena = arena_new();
    load.trace = arena ? arena_alloc(arena, sizeof(*load.trace)) : NULL;
    if (!load.trace) {
        arena_free(arena);
        err = load_no_memory(&load);
        goto close_database;
    }
    load.trace->arena = arena;
    err = load_context(&load);
    if (!err)
        err = load_rows(&load);
    if (!err)
        err = load_findings(&load);
    if (!err)
        err = load_explanation(&load);
    if (err)
        trace_close(load.trace);
    else
        *out = load.trace;
close_database:
    database_close(&load.database);
    return err;
}

void trace_close(struct trace *trace)
{
    if (trace)
        arena_free(trace->arena); /* TRACE is in it */
}

const struct trace_meta *trace_meta(const struct trace *trace)
{
    return &trace->meta;
}

const struct finding_list *trace_findings(const struct trace *trace)
{
    return &trace->findings;
}

const struct trace_explanation *trace_explanation(const struct trace *trace)
{
    return trace->explanation;
}

size_t trace_params(const struct trace *trace, const struct trace_param **out)
{
    *out = trace->params;
    return trace->param_count;
}

size_t trace_arguments(const struct trace *trace, const char *const **out)
{
    *out = trace->arguments;
    return trace->argument_count;
}

size_t trace_tasks(const struct trace *trace, const struct trace_task **out)
{
    *out = trace->tasks;
    return trace->task_count;
}

size_t trace_ops(const struct trace *trace, const struct trace_op **out)
{
    *out = trace->ops;
    return trace->op_count;
}

size_t trace_segments(const struct trace *trace,
                      const struct trace_segment **out)
{
    *out = trace->segments;
    return trace->segment_count;
}

size_t trace_mishaps(const struct trace *trace, const struct trace_mishap **out)
{
    *out = trace->mishaps;
    return trace->mishap_count;
}

size_t trace_messages(const struct trace *trace,
                      const struct trace_message **out)
{
    *out = trace->messages;
    return trace->message_count;
}

size_t trace_observations(const struct trace *trace,
                          const struct trace_observation **out)
{
    *out = trace->observations;
    return trace->observation_count;
}

size_t trace_files(const struct trace *trace, const struct trace_file **out)
{
    *out = trace->files;
    return trace->file_count;
}
