#include "save.h"

#include <errno.h>
#include <fcntl.h>
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

/* The text of the scenario file, "" when there is none or it is gone. */
static void read_scenario(const struct scenario *scenario, struct str *text)
{
    enum { SCENARIO_LIMIT = 1 << 20 };
    if (scenario->path &&
        io_read_file(AT_FDCWD, scenario->path, text, SCENARIO_LIMIT))
        str_clear(text);
}

static int save_meta(struct save *save, const struct trace_info *info)
{
    const struct outcome *o = save->outcome;
    const struct scenario *scenario = o->choice->scenario;
    const struct segment_config *config = &o->segment->config;
    struct str scenario_text;
    str_init(&scenario_text);
    read_scenario(scenario, &scenario_text);
    const struct {
        const char *key, *text;
        uint64_t number; /* where there is no text */
    } rows[] = {
        {"id", info->id, 0},
        {"scenario", scenario->name, 0},
        {"scenario_path", scenario->path ? scenario->path : "", 0},
        {"scenario_text", scenario_text.data, 0},
        {"command", info->command, 0},
        {"strategy", info->strategy, 0},
        {"program", o->program, 0},
        {"directory", scenario->directory, 0},
        {"version", MPS_VERSION, 0},
        {"base_seed", NULL, info->base_seed},
        {"seed", NULL, o->seed},
        {"iteration", NULL, o->iteration},
        {"wall_ns", NULL, info->wall_ns},
        {"elapsed_ns", NULL, o->elapsed_ns},
        {"delay_low_ns", NULL, config->delay_low_ns},
        {"delay_high_ns", NULL, config->delay_high_ns},
        {"time_limit_ns", NULL, o->time_limit_ns},
        {"status", NULL, (uint32_t)o->status},
        {"timed_out", NULL, o->timed_out},
        {"server_lost", NULL, o->server_lost},
        {"segment_damaged", NULL, o->segment_damaged},
        {"points", NULL, outcome_points(o)},
        {"ops_lost", NULL, segment_ops_lost(o->segment)},
        {"records_lost", NULL, o->segment->control.records_refused},
        {"output_lost", NULL, o->segment->control.output_dropped},
    };
    struct insert row;
    int err = insert_open(&row, save, "meta", 2);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) && !err; i++) {
        insert_text(&row, rows[i].key);
        if (rows[i].text)
            insert_text(&row, rows[i].text);
        else
            insert_decimal(&row, rows[i].number);
        err = insert_end(&row);
    }
    insert_close(&row);
    if (!str_ok(&scenario_text))
        err = -ENOMEM;
    str_fini(&scenario_text);
    return err;
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
        create_tables, save_params, save_arguments, save_tasks,
        save_objects,  save_ops,    save_records,   save_files,
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
