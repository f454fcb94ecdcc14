#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/parse.h"
#include "load.h"

enum { PARAMS_LIMIT = 10000, ARGUMENTS_LIMIT = 100000, META_LIMIT = 1000 };

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

enum meta_type { META_TEXT, META_NUMBER, META_STATUS, META_BOOL };

struct meta_field {
    uint32_t format; /* the first that has it; before, all is 0 and "" */
    const char *key;
    enum meta_type type;
    size_t offset; /* in struct trace_meta */
};

#define FIELD(key, type, field) FIELD_SINCE(1, key, type, field)
#define FIELD_SINCE(format, key, type, field)                        \
    {                                                                \
        format, key, META_##type, offsetof(struct trace_meta, field) \
    }

static const struct meta_field fields[] = {
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
};

enum { FIELD_COUNT = sizeof(fields) / sizeof(*fields) };
static_assert(FIELD_COUNT <= 64, "one bit each in set_meta()");

struct meta_row {
    const char *key, *value;
};

static void read_meta(struct load *load, void *row)
{
    struct meta_row *meta = row;
    meta->key = load_text(load, 0);
    meta->value = load_text(load, 1);
}

/* Writes what VALUE says into the field; false when it says nothing. */
static bool set_field(struct trace_meta *meta, const struct meta_field *field,
                      const char *value)
{
    void *to = (char *)meta + field->offset;
    uint64_t number = 0;
    if (field->type != META_TEXT && parse_u64(value, &number, NULL))
        return false;
    switch (field->type) {
    case META_TEXT:
        memcpy(to, &value, sizeof(value));
        return true;
    case META_NUMBER:
        memcpy(to, &number, sizeof(number));
        return true;
    case META_STATUS:
        if (number > UINT32_MAX)
            return false;
        memcpy(to, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
        return true;
    case META_BOOL:
        *(bool *)to = number != 0;
        return number <= 1;
    }
    return false;
}

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
}

static int set_meta(struct load *load, const struct meta_row *rows,
                    size_t count)
{
    uint64_t seen = 0;
    set_defaults(&load->trace->meta);
    for (load->row = 0; load->row < count; load->row++) {
        const struct meta_row *row = &rows[load->row];
        for (size_t i = 0; i < FIELD_COUNT; i++) {
            if (strcmp(row->key, fields[i].key))
                continue;
            if (seen & UINT64_C(1) << i)
                return load_damaged(load, "'%s' twice", row->key);
            seen |= UINT64_C(1) << i;
            if (!set_field(&load->trace->meta, &fields[i], row->value))
                return load_damaged(load, "'%s' cannot be '%.80s'", row->key,
                                    row->value);
        }
    }
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (!(seen & UINT64_C(1) << i) &&
            fields[i].format <= load->database.format)
            return load_damaged(load, "'%s' is missing", fields[i].key);
    struct trace_meta *meta = &load->trace->meta;
    meta->controlled = !strcmp(meta->mode, "control");
    if (!meta->controlled && strcmp(meta->mode, "stress"))
        return load_damaged(load, "there is no mode '%.80s'", meta->mode);
    if (strcmp(meta->unit, meta->controlled ? "grants" : "ops"))
        return load_damaged(load, "a %s schedule is not made of '%.80s'",
                            meta->mode, meta->unit);
    if (!fits_id(load->trace->meta.id))
        return load_damaged(load, "the id '%.80s' is no id",
                            load->trace->meta.id);
    return 0;
}

int load_context(struct load *load)
{
    struct trace *trace = load->trace;
    struct meta_row *rows;
    size_t count;
    int err = load_table(load, "meta", "SELECT key, value FROM meta",
                         META_LIMIT, sizeof(*rows), read_meta, &rows, &count);
    if (!err)
        err = set_meta(load, rows, count);
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
