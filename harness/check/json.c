#include "json.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <mpstress/mpstress.h>
#include <stdlib.h>
#include <string.h>

#include "show.h"

/* A text of the target: valid UTF-8 whatever it is. */
static json_t *as_text(const void *bytes, size_t size)
{
    struct str s;
    str_init(&s);
    show_bytes(&s, bytes, size, SIZE_MAX);
    json_t *value = str_ok(&s) ? json_stringn(s.data, s.len) : NULL;
    str_fini(&s);
    return value;
}

static json_t *int_value(const struct observation *o)
{
    int64_t value;
    if (o->size != sizeof(value))
        return json_null();
    memcpy(&value, o->data, sizeof(value));
    return json_integer(value);
}

static json_t *real_value(const struct observation *o)
{
    double value;
    if (o->size != sizeof(value))
        return json_null();
    memcpy(&value, o->data, sizeof(value));
    if (isnan(value))
        return json_string("nan");
    if (isinf(value))
        return json_string(value < 0 ? "-inf" : "inf");
    return json_real(value);
}

static json_t *text_value(const struct observation *o)
{
    return as_text(o->data, o->size);
}

static json_t *bytes_value(const struct observation *o)
{
    struct str s;
    str_init(&s);
    static const char digits[] = "0123456789abcdef";
    const unsigned char *p = o->data;
    char *to = str_reserve(&s, 2 * o->size);
    for (size_t i = 0; to && i < o->size; i++) {
        to[2 * i] = digits[p[i] >> 4];
        to[2 * i + 1] = digits[p[i] & 15];
    }
    json_t *value = to ? json_stringn(to, 2 * o->size) : NULL;
    str_fini(&s);
    return value;
}

static json_t *truth_value(const struct observation *o)
{
    return o->size == 1 ? json_boolean(*(const unsigned char *)o->data)
                        : json_null();
}

static const struct row {
    const char *name;
    json_t *(*value)(const struct observation *o); /* NULL: it has none */
} rows[] = {
    [MPS_RECORD_INT] = {"int", int_value},
    [MPS_RECORD_REAL] = {"real", real_value},
    [MPS_RECORD_TEXT] = {"text", text_value},
    [MPS_RECORD_EMIT] = {"emit", bytes_value},
    [MPS_RECORD_PUT] = {"put", bytes_value},
    [MPS_RECORD_GOT] = {"got", bytes_value},
    [MPS_RECORD_ENTER] = {"enter", NULL},
    [MPS_RECORD_LEAVE] = {"leave", NULL},
    [MPS_RECORD_CHECK] = {"check", truth_value},
    [MPS_RECORD_SOMETIMES] = {"sometimes", truth_value},
};

static bool add_line(struct str *out, const struct segment *segment,
                     const struct observation *o, const struct row *row)
{
    char path[TASK_PATH_BYTES];
    segment_task_path(segment, o->task, path);
    json_t *line = json_object();
    /* The setters take NULL, from a failed maker, as a failure. */
    int failed = json_object_set_new(line, "kind", json_string(row->name));
    failed |=
        json_object_set_new(line, "name", as_text(o->name, strlen(o->name)));
    failed |= json_object_set_new(line, "task", json_string(path));
    failed |= json_object_set_new(line, "ticket",
                                  json_integer((json_int_t)o->ticket));
    if (row->value)
        failed |= json_object_set_new(line, "value", row->value(o));
    char *text = failed ? NULL : json_dumps(line, JSON_COMPACT);
    json_decref(line);
    if (!text)
        return false;
    str_add(out, text);
    str_add_char(out, '\n');
    free(text);
    return str_ok(out);
}

int json_observations(struct str *out, const struct segment *segment)
{
    size_t at = 0;
    struct observation o;
    while (segment_observation_next(segment, &at, &o)) {
        if (o.kind >= sizeof(rows) / sizeof(rows[0]) || !rows[o.kind].name)
            continue;
        if (!add_line(out, segment, &o, &rows[o.kind]))
            return -ENOMEM;
    }
    return 0;
}
