#include <string.h>

#include "load.h"

enum { PARAMS_LIMIT = 10000, ARGUMENTS_LIMIT = 100000 };

static void read_param(struct load *load, void *row)
{
    struct trace_param *param = row;
    param->name = load_text(load, 0);
    param->value = load_text(load, 1);
}

static void read_argument(struct load *load, void *row)
{
    const char **argument = row;
    *argument = load_text(load, 0);
}

/* -- meta ------------------------------------------------------------------*/

#define FIELD(key, type, field) FIELD_SINCE(1, key, type, field)
#define FIELD_SINCE(format, key, type, field)                        \
    {                                                                \
        format, key, LOAD_##type, offsetof(struct trace_meta, field) \
    }

static const struct load_field fields[] = {
    FIELD("id", TEXT, id),
    FIELD("scenario", TEXT, scenario_name),
    FIELD("scenario_path", TEXT, scenario_path),
    FIELD("scenario_text", TEXT, scenario_text),
    FIELD("command", TEXT, command),
    FIELD("strategy", TEXT, strategy),
    FIELD("program", TEXT, program),
    FIELD("directory", TEXT, directory),
    FIELD("version", TEXT, version),
    FIELD("base_seed", NUMBER, base_seed),
    FIELD("seed", NUMBER, seed),
    FIELD("iteration", NUMBER, iteration),
    FIELD("wall_ns", NUMBER, wall_ns),
    FIELD("elapsed_ns", NUMBER, elapsed_ns),
    FIELD("delay_low_ns", NUMBER, delay_low_ns),
    FIELD("delay_high_ns", NUMBER, delay_high_ns),
    FIELD("time_limit_ns", NUMBER, time_limit_ns),
    FIELD("points", NUMBER, points),
    FIELD("ops_lost", NUMBER, ops_lost),
    FIELD("records_lost", NUMBER, records_lost),
    FIELD("output_lost", NUMBER, output_lost),
    FIELD("status", STATUS, status),
    FIELD("timed_out", BOOL, timed_out),
    FIELD("server_lost", BOOL, server_lost),
    FIELD("segment_damaged", BOOL, segment_damaged),
    FIELD_SINCE(2, "mode", TEXT, mode),
    FIELD_SINCE(2, "unit", TEXT, unit),
    FIELD_SINCE(2, "depth", NUMBER, depth),
    FIELD_SINCE(2, "expected_decisions", NUMBER, expected_decisions),
    FIELD_SINCE(2, "expected_tasks", NUMBER, expected_tasks),
    FIELD_SINCE(2, "spurious_chance", NUMBER, spurious_chance),
    FIELD_SINCE(2, "step_limit", NUMBER, step_limit),
    FIELD_SINCE(2, "verdict", TEXT, verdict),
    FIELD_SINCE(2, "grants", NUMBER, grants),
    FIELD_SINCE(2, "decisions", NUMBER, decisions),
    FIELD_SINCE(2, "switches", NUMBER, switches),
    FIELD_SINCE(2, "preemptions", NUMBER, preemptions),
    FIELD_SINCE(2, "op_hash", NUMBER, op_hash),
    FIELD_SINCE(2, "schedule_cut", BOOL, schedule_cut),
    FIELD_SINCE(2, "externals", NUMBER, externals),
    FIELD_SINCE(2, "external_call", TEXT, external_call),
    FIELD_SINCE(2, "external_place", TEXT, external_place),
    FIELD_SINCE(2, "origin", TEXT, origin),
    FIELD_SINCE(3, "races", BOOL, races),
    FIELD_SINCE(3, "guard", BOOL, guard),
};

/* The id goes into a command that the user is told to run. */
static bool fits_id(const char *id)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return *id && *id != '-' && *id != '.' && !id[strspn(id, allowed)];
}

/* What a trace says of itself that is older than these words. */
static void set_defaults(struct trace_meta *meta)
{
    meta->mode = "stress";
    meta->unit = "ops";
    meta->verdict = meta->external_call = meta->external_place = "";
    meta->origin = "";
}

static int load_meta(struct load *load)
{
    struct trace_meta *meta = &load->trace->meta;
    set_defaults(meta);
    int err =
        load_keys(load, "meta", fields, sizeof(fields) / sizeof(*fields), meta);
    if (err)
        return err;
    meta->controlled = !strcmp(meta->mode, "control");
    if (!meta->controlled && strcmp(meta->mode, "stress"))
        return load_damaged(load, "there is no mode '%.80s'", meta->mode);
    if (strcmp(meta->unit, meta->controlled ? "grants" : "ops"))
        return load_damaged(load, "a %s schedule is not made of '%.80s'",
                            meta->mode, meta->unit);
    if (!fits_id(meta->id))
        return load_damaged(load, "the id '%.80s' is no id", meta->id);
    return 0;
}

int load_context(struct load *load)
{
    struct trace *trace = load->trace;
    int err = load_meta(load);
    if (!err)
        err = load_table(load, "params", "SELECT name, value FROM params",
                         PARAMS_LIMIT, sizeof(*trace->params), read_param,
                         &trace->params, &trace->param_count);
    if (!err)
        err = load_table(
            load, "arguments", "SELECT text FROM arguments ORDER BY position",
            ARGUMENTS_LIMIT, sizeof(*trace->arguments), read_argument,
            &trace->arguments, &trace->argument_count);
    if (!err && !trace->argument_count)
        err = database_damaged(&load->database, "no command line");
    return err;
}
