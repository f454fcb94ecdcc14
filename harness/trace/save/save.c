#include "save.h"

#include <errno.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "trace/schema.h"

static int run_sql(struct save *save, const char *sql)
{
    return sqlite3_exec(save->db, sql, NULL, NULL, NULL) ? -ENOMEM : 0;
}

static int create_tables(struct save *save)
{
    str_clear(&save->scratch);
    str_addf(&save->scratch,
             "PRAGMA journal_mode=OFF; PRAGMA page_size=4096;"
             "PRAGMA application_id=%d; PRAGMA user_version=%d; BEGIN;",
             TRACE_APPLICATION_ID, TRACE_FORMAT);
    size_t count;
    const struct schema_entry *entries = schema_tables(&count);
    for (size_t i = 0; i < count; i++)
        str_addf(&save->scratch, "%s;", entries[i].sql);
    entries = schema_views(&count);
    for (size_t i = 0; i < count; i++)
        str_addf(&save->scratch, "%s;", entries[i].sql);
    if (!str_ok(&save->scratch))
        return -ENOMEM;
    return run_sql(save, save->scratch.data);
}

static int save_params(struct save *save)
{
    const struct choice *choice = save->outcome->choice;
    struct insert row;
    int err = insert_open(&row, save, "params", 2);
    for (size_t i = 0; i < choice->scenario->parameter_count && !err; i++) {
        insert_text(&row, choice->scenario->parameters[i].name);
        insert_text(&row, choice->values[i]);
        err = insert_end(&row);
    }
    insert_close(&row);
    return err;
}

static int save_arguments(struct save *save)
{
    const struct choice *choice = save->outcome->choice;
    struct insert row;
    int err = insert_open(&row, save, "arguments", 2);
    if (!err) {
        insert_number(&row, 0);
        insert_text(&row, save->outcome->program);
        err = insert_end(&row);
    }
    const char *const *arguments = choice->scenario->arguments;
    for (size_t i = 0; arguments && arguments[i] && !err; i++) {
        char *text = choice_expand(choice, arguments[i]);
        if (!text) {
            err = -ENOMEM;
            break;
        }
        insert_null(&row);
        insert_text(&row, text);
        err = insert_end(&row);
        free(text);
    }
    insert_close(&row);
    return err;
}

static int save_all(struct save *save, const struct trace_info *info,
                    const struct finding_list *findings)
{
    static int (*const parts[])(struct save *) = {
        create_tables, save_params,  save_arguments, save_tasks, save_objects,
        save_ops,      save_mishaps, save_records,   save_files,
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        int err = parts[i](save);
        if (err)
            return err;
    }
    int err = save_meta(save, info);
    if (!err)
        err = save_findings(save, findings);
    return err ? err : run_sql(save, "COMMIT");
}

/* Built in memory and written in one go: a full disk then shows as the errno
 * of a plain write, and never as half a database. */
int trace_save(const char *path, const struct trace_info *info,
               const struct outcome *outcome,
               const struct finding_list *findings, struct mps_diag *diag)
{
    struct save save = {.outcome = outcome};
    str_init(&save.scratch);
    sqlite3_int64 size = 0;
    unsigned char *bytes = NULL;
    int err = -ENOMEM;
    if (!sqlite3_open(":memory:", &save.db))
        err = save_all(&save, info, findings);
    if (!err) {
        bytes = sqlite3_serialize(save.db, "main", &size, 0);
        if (!bytes)
            err = -ENOMEM;
    }
    sqlite3_close(save.db);
    free(save.sites);
    str_fini(&save.scratch);
    if (!err)
        err = io_replace_file(path, bytes, (size_t)size);
    sqlite3_free(bytes);
    if (err)
        diag_set(diag, err, "%s: cannot write the trace: %s", path,
                 error_text(err));
    return err;
}
