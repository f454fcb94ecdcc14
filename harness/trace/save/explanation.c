#include <errno.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "save.h"
#include "trace/explanation.h"
#include "trace/load/database.h"

static int save_costs(struct save *save, const struct trace_explanation *from)
{
    const struct save_key rows[] = {
        {"seed", NULL, from->seed},
        {"preemptions", NULL, from->cost.preemptions},
        {"switches", NULL, from->cost.switches},
        {"steps", NULL, from->cost.steps},
        {"preemptions_before", NULL, from->cost_before.preemptions},
        {"switches_before", NULL, from->cost_before.switches},
        {"steps_before", NULL, from->cost_before.steps},
        {"dependent", NULL, from->dependent},
        {"runs", NULL, from->runs},
        {"elapsed_ns", NULL, from->elapsed_ns},
        {"complete", NULL, from->complete},
    };
    return save_keys(save, "explanation", rows, sizeof(rows) / sizeof(*rows));
}

static int save_minimal_params(struct save *save,
                               const struct trace_explanation *from)
{
    struct insert row;
    int err = insert_open(&row, save, "minimal_params", 2);
    for (size_t i = 0; i < from->param_count && !err; i++) {
        insert_text(&row, from->params[i].name);
        insert_text(&row, from->params[i].value);
        err = insert_end(&row);
    }
    insert_close(&row);
    return err;
}

static int save_minimal_tasks(struct save *save,
                              const struct trace_explanation *from)
{
    struct insert row;
    int err = insert_open(&row, save, "minimal_tasks", 3);
    for (size_t i = 0; i < from->task_count && !err; i++) {
        insert_number(&row, (int64_t)i);
        insert_text(&row, from->tasks[i].path);
        insert_text(&row, from->tasks[i].name);
        err = insert_end(&row);
    }
    insert_close(&row);
    return err;
}

static int save_minimal(struct save *save, const struct trace_explanation *from)
{
    struct insert row;
    int err = insert_open(&row, save, "minimal", 3);
    for (size_t i = 0; i < from->segment_count && !err; i++) {
        insert_null(&row);
        insert_number(&row, from->segments[i].task);
        insert_number(&row, from->segments[i].count);
        err = insert_end(&row);
    }
    insert_close(&row);
    return err;
}

static int save_minimal_ops(struct save *save,
                            const struct trace_explanation *from)
{
    struct insert row;
    int err = insert_open(&row, save, "minimal_ops", 6);
    for (size_t i = 0; i < from->op_count && !err; i++) {
        const struct trace_explained_op *op = &from->ops[i];
        insert_null(&row);
        insert_number(&row, op->task);
        insert_text(&row, op->kind);
        insert_text(&row, op->object);
        insert_text(&row, op->place);
        insert_number(&row, op->completed);
        err = insert_end(&row);
    }
    insert_close(&row);
    return err;
}

static int save_minimal_values(struct save *save,
                               const struct trace_explanation *from)
{
    struct insert row;
    int err = insert_open(&row, save, "minimal_values", 5);
    for (size_t i = 0; i < from->op_count && !err; i++) {
        const struct trace_explained_op *op = &from->ops[i];
        insert_null(&row);
        insert_bits(&row, op->begin);
        insert_bits(&row, op->end);
        insert_number(&row, op->result);
        insert_bits(&row, op->argument);
        err = insert_end(&row);
    }
    insert_close(&row);
    return err;
}

static int save_minimal_messages(struct save *save,
                                 const struct trace_explanation *from)
{
    struct insert row;
    int err = insert_open(&row, save, "minimal_messages", 6);
    for (size_t i = 0; i < from->message_count && !err; i++) {
        const struct trace_explained_message *message = &from->messages[i];
        insert_null(&row);
        insert_bits(&row, message->ticket);
        insert_text(&row, message->queue);
        insert_number(&row, message->task);
        insert_number(&row, message->got);
        insert_blob(&row, message->data, message->size);
        err = insert_end(&row);
    }
    insert_close(&row);
    return err;
}

static int save_pair(struct save *save, const struct trace_explanation *from)
{
    struct insert row;
    int err = insert_open(&row, save, "pair", 6);
    for (size_t i = 0; i < 2 && from->has_pair && !err; i++) {
        const struct trace_critical_op *op = &from->pair[i];
        insert_null(&row);
        insert_number(&row, op->task);
        insert_bits(&row, op->nth);
        insert_text(&row, op->kind);
        insert_text(&row, op->object);
        insert_text(&row, op->place);
        err = insert_end(&row);
    }
    insert_close(&row);
    return err;
}

static int save_pair_calls(struct save *save,
                           const struct trace_explanation *from)
{
    struct insert row;
    int err = insert_open(&row, save, "pair_calls", 2);
    for (size_t i = 0; i < 2 && from->has_pair && !err; i++) {
        insert_null(&row);
        insert_text(&row, from->pair[i].calls ? from->pair[i].calls : "");
        err = insert_end(&row);
    }
    insert_close(&row);
    return err;
}

static int replace(struct save *save, uint32_t format,
                   const struct trace_explanation *from)
{
    static const struct {
        uint32_t format; /* the first that has the table */
        int (*save)(struct save *, const struct trace_explanation *);
    } parts[] = {
        {2, save_costs},          {2, save_minimal_params},
        {2, save_minimal_tasks},  {2, save_minimal},
        {2, save_minimal_ops},    {2, save_pair},
        {4, save_minimal_values}, {4, save_minimal_messages},
        {5, save_pair_calls},
    };
    static const char clear_values[] = "DELETE FROM minimal_values;"
                                       "DELETE FROM minimal_messages";
    static const char clear[] = "BEGIN; DELETE FROM explanation;"
                                "DELETE FROM minimal_params;"
                                "DELETE FROM minimal_tasks;"
                                "DELETE FROM minimal;"
                                "DELETE FROM minimal_ops; DELETE FROM pair";
    if (sqlite3_exec(save->db, clear, NULL, NULL, NULL))
        return -ENOMEM;
    if (format >= 4 && sqlite3_exec(save->db, clear_values, NULL, NULL, NULL))
        return -ENOMEM;
    if (format >= 5 &&
        sqlite3_exec(save->db, "DELETE FROM pair_calls", NULL, NULL, NULL))
        return -ENOMEM;
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        int err = format < parts[i].format ? 0 : parts[i].save(save, from);
        if (err)
            return err;
    }
    return sqlite3_exec(save->db, "COMMIT", NULL, NULL, NULL) ? -ENOMEM : 0;
}

/* The database with what is new, as bytes to be freed with sqlite3_free(). */
static int change(const struct database *database,
                  const struct trace_explanation *explanation,
                  unsigned char **bytes, sqlite3_int64 *size)
{
    struct save save = {.db = NULL};
    str_init(&save.scratch);
    int err = database_copy(database, &save.db);
    if (!err)
        err = replace(&save, database->format, explanation);
    if (!err) {
        *bytes = sqlite3_serialize(save.db, "main", size, 0);
        if (!*bytes)
            err = -ENOMEM;
    }
    sqlite3_close(save.db);
    str_fini(&save.scratch);
    return err;
}

int trace_add_explanation(const char *path,
                          const struct trace_explanation *explanation,
                          struct mps_diag *diag)
{
    struct database database;
    unsigned char *bytes = NULL;
    sqlite3_int64 size = 0;
    int err = database_open(&database, path, diag);
    if (!err && database.format < 2)
        err = diag_set(diag, -MPS_EVERSION,
                       "%s: made by an older mpstress (format %u): it has no "
                       "room for an explanation",
                       path, database.format);
    if (err) {
        database_close(&database);
        return err;
    }
    err = change(&database, explanation, &bytes, &size);
    database_close(&database);
    if (!err)
        err = io_replace_file(path, bytes, (size_t)size);
    sqlite3_free(bytes);
    if (err)
        diag_set(diag, err, "%s: cannot write the trace: %s", path,
                 error_text(err));
    return err;
}
