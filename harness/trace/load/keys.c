/* Tables of keys and values, which fill the fields of a struct. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "load.h"

enum { KEYS_LIMIT = 1000 };

struct key_row {
    const char *key, *value;
};

static void read_key(struct load *load, void *row)
{
    struct key_row *key = row;
    key->key = load_text(load, 0);
    key->value = load_text(load, 1);
}

/* Writes what VALUE says into the field; false when it says nothing. */
static bool set_field(void *to, enum load_field_type type, const char *value)
{
    uint64_t number = 0;
    if (type != LOAD_TEXT && parse_u64(value, &number, NULL))
        return false;
    switch (type) {
    case LOAD_TEXT:
        memcpy(to, &value, sizeof(value));
        return true;
    case LOAD_NUMBER:
        memcpy(to, &number, sizeof(number));
        return true;
    case LOAD_STATUS:
        if (number > UINT32_MAX)
            return false;
        memcpy(to, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
        return true;
    case LOAD_BOOL:
        *(bool *)to = number != 0;
        return number <= 1;
    }
    return false;
}

static int set_fields(struct load *load, const struct key_row *rows,
                      size_t row_count, const struct load_field *fields,
                      size_t count, void *into)
{
    uint64_t seen = 0;
    for (load->row = 0; load->row < row_count; load->row++) {
        const struct key_row *row = &rows[load->row];
        for (size_t i = 0; i < count; i++) {
            if (strcmp(row->key, fields[i].key))
                continue;
            if (seen & UINT64_C(1) << i)
                return load_damaged(load, "'%s' twice", row->key);
            seen |= UINT64_C(1) << i;
            if (!set_field((char *)into + fields[i].offset, fields[i].type,
                           row->value))
                return load_damaged(load, "'%s' cannot be '%.80s'", row->key,
                                    row->value);
        }
    }
    for (size_t i = 0; i < count; i++)
        if (!(seen & UINT64_C(1) << i) &&
            fields[i].format <= load->database.format)
            return load_damaged(load, "'%s' is missing", fields[i].key);
    return 0;
}

int load_keys(struct load *load, const char *table,
              const struct load_field *fields, size_t count, void *into)
{
    assert(count <= 64); /* one bit each in set_fields() */
    struct key_row *rows;
    size_t row_count;
    char sql[64];
    snprintf(sql, sizeof(sql), "SELECT key, value FROM %s", table);
    int err = load_table(load, table, sql, KEYS_LIMIT, sizeof(*rows), read_key,
                         &rows, &row_count);
    return err ? err : set_fields(load, rows, row_count, fields, count, into);
}
