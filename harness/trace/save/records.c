#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <mpstress/mpstress.h>

#include "save.h"
#include "trace/utf8.h"

static const char *const kind_names[] = {
    [MPS_RECORD_INT] = "int",     [MPS_RECORD_REAL] = "real",
    [MPS_RECORD_TEXT] = "text",   [MPS_RECORD_EMIT] = "emit",
    [MPS_RECORD_ENTER] = "enter", [MPS_RECORD_LEAVE] = "leave",
    [MPS_RECORD_CHECK] = "check", [MPS_RECORD_SOMETIMES] = "sometimes",
};

static void add_hexadecimal(struct str *s, const void *data, size_t size)
{
    enum { LIMIT = 4096 };
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size && i < LIMIT; i++)
        str_addf(s, "%02x", bytes[i]);
    if (size > LIMIT)
        str_addf(s, "... (%zu bytes)", size);
}

/* The value of an observation as text. What a wild target may have written
 * with the wrong size is shown as bytes. */
static void add_value(struct str *s, const struct observation *record)
{
    int64_t number;
    double real;
    switch (record->kind) {
    case MPS_RECORD_INT:
        if (record->size != sizeof(number))
            break;
        memcpy(&number, record->data, sizeof(number));
        str_addf(s, "%" PRId64, number);
        return;
    case MPS_RECORD_REAL:
        if (record->size != sizeof(real))
            break;
        memcpy(&real, record->data, sizeof(real));
        str_addf(s, "%.17g", real);
        return;
    case MPS_RECORD_TEXT:
        utf8_clean(s, record->data, record->size);
        return;
    case MPS_RECORD_CHECK:
    case MPS_RECORD_SOMETIMES:
        if (record->size != 1)
            break;
        str_add(s, *(const unsigned char *)record->data ? "true" : "false");
        return;
    case MPS_RECORD_EMIT:
        if (record->size != sizeof(number))
            break;
        memcpy(&number, record->data, sizeof(number));
        str_addf(s, "%" PRIu64, (uint64_t)number);
        return;
    default:
        break;
    }
    add_hexadecimal(s, record->data, record->size);
}

struct inserts {
    struct insert messages, observations;
    struct str value;
};

static int save_record(struct save *save, struct inserts *into,
                       const struct observation *record)
{
    int64_t place;
    int err = save_site(save, record->site, &place);
    if (err)
        return err;
    if (record->kind == MPS_RECORD_PUT || record->kind == MPS_RECORD_GOT) {
        struct insert *row = &into->messages;
        insert_null(row);
        insert_bits(row, record->ticket);
        insert_text(row, record->name);
        insert_number(row, record->task);
        insert_number(row, record->kind == MPS_RECORD_GOT);
        insert_place(row, place);
        insert_blob(row, record->data, record->size);
        return insert_end(row);
    }
    size_t kinds = sizeof(kind_names) / sizeof(*kind_names);
    if (record->kind >= kinds || !kind_names[record->kind])
        return 0; /* a kind that this version does not know */
    str_clear(&into->value);
    add_value(&into->value, record);
    struct insert *row = &into->observations;
    insert_null(row);
    insert_bits(row, record->ticket);
    insert_text(row, kind_names[record->kind]);
    insert_text(row, record->name);
    insert_number(row, record->task);
    insert_place(row, place);
    insert_text(row, into->value.data);
    return insert_end(row);
}

int save_records(struct save *save)
{
    const struct segment *segment = save->outcome->segment;
    struct inserts into;
    str_init(&into.value);
    int err = insert_open(&into.messages, save, "messages", 7);
    int second = insert_open(&into.observations, save, "observations", 7);
    if (!err)
        err = second;
    size_t at = 0, tasks = segment_task_count(segment);
    struct observation record;
    while (!err && segment_observation_next(segment, &at, &record))
        if (record.task < tasks)
            err = save_record(save, &into, &record);
    insert_close(&into.messages);
    insert_close(&into.observations);
    str_fini(&into.value);
    return err;
}
