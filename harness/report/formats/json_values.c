#include "formats/json_values.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "words.h"

json_t *value_text(const char *text)
{
    struct str s;
    str_init(&s);
    words_utf8(&s, text);
    json_t *string = str_ok(&s) ? json_stringn(s.data, s.len) : NULL;
    str_fini(&s);
    return string;
}

json_t *value_take(struct str *s)
{
    json_t *string = str_ok(s) ? value_text(s->data) : NULL;
    str_fini(s);
    return string;
}

json_t *value_text_or_null(const char *text)
{
    return text ? value_text(text) : json_null();
}

json_t *value_texts(const char *const *list, size_t count)
{
    bool failed = false;
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        value_append(array, value_text(list[i]), &failed);
    return value_finish(array, failed);
}

json_t *value_hex(uint64_t number)
{
    return json_sprintf("0x%" PRIx64, number);
}

json_t *value_number(uint64_t number)
{
    return json_integer(number > INT64_MAX ? INT64_MAX : (json_int_t)number);
}

json_t *value_number_or_null(bool known, uint64_t number)
{
    return known ? value_number(number) : json_null();
}

json_t *value_milliseconds(uint64_t ns)
{
    return value_number((ns + 500000) / 1000000);
}

json_t *value_date(uint64_t wall_ns)
{
    char buf[64] = "";
    time_t seconds = (time_t)(wall_ns / 1000000000);
    struct tm utc;
    if (gmtime_r(&seconds, &utc))
        strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return json_string(buf);
}

void value_put(json_t *object, const char *key, json_t *value, bool *failed)
{
    *failed |= json_object_set_new(object, key, value) != 0;
}

void value_append(json_t *array, json_t *value, bool *failed)
{
    *failed |= json_array_append_new(array, value) != 0;
}

json_t *value_finish(json_t *value, bool failed)
{
    if (!failed)
        return value;
    json_decref(value);
    return NULL;
}

int value_write(FILE *out, json_t *document)
{
    if (!document)
        return -ENOMEM;
    errno = 0;
    /* 12 digits: more than any rate has, without the noise of the rest. */
    int bad =
        json_dumpf(document, out, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    json_decref(document);
    if (!bad && fputc('\n', out) != EOF)
        return 0;
    return errno ? -errno : -EIO;
}
