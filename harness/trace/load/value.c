#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "load.h"
#include "trace/utf8.h"

int load_damaged(struct load *load, const char *format, ...)
{
    if (load->err)
        return load->err;
    struct str why;
    str_init(&why);
    va_list args;
    va_start(args, format);
    str_vaddf(&why, format, args);
    va_end(args);
    load->err = database_damaged(&load->database, "table %s, row %zu: %s",
                                 load->table, load->row, why.data);
    str_fini(&why);
    return load->err;
}

bool load_is_null(struct load *load, int column)
{
    return sqlite3_column_type(load->statement, column) == SQLITE_NULL;
}

/* quick_check has looked at the types; here they are cheap to look at again. */
static bool has_type(struct load *load, int column, int type)
{
    if (sqlite3_column_type(load->statement, column) == type)
        return !load->err;
    load_damaged(load, "column %s has a value of another type",
                 sqlite3_column_name(load->statement, column));
    return false;
}

const char *load_optional_text(struct load *load, int column)
{
    if (load_is_null(load, column) || !has_type(load, column, SQLITE_TEXT))
        return NULL;
    const char *text =
        (const char *)sqlite3_column_text(load->statement, column);
    size_t size = (size_t)sqlite3_column_bytes(load->statement, column);
    if (text && !utf8_valid(text, size)) {
        load_damaged(load, "column %s is not valid UTF-8",
                     sqlite3_column_name(load->statement, column));
        return NULL;
    }
    char *copy = text ? arena_text_bytes(load->trace->arena, text, size) : NULL;
    if (!copy)
        load_no_memory(load);
    return copy;
}

const char *load_text(struct load *load, int column)
{
    const char *text = load_optional_text(load, column);
    if (!text)
        has_type(load, column, SQLITE_TEXT);
    return text ? text : "";
}

int64_t load_number(struct load *load, int column)
{
    if (!has_type(load, column, SQLITE_INTEGER))
        return 0;
    return sqlite3_column_int64(load->statement, column);
}

uint64_t load_bits(struct load *load, int column)
{
    return (uint64_t)load_number(load, column);
}

uint64_t load_count(struct load *load, int column, uint64_t max)
{
    int64_t number = load_number(load, column);
    if (number >= 0 && (uint64_t)number <= max)
        return (uint64_t)number;
    load_damaged(load, "column %s has %lld, which is not 0 to %llu",
                 sqlite3_column_name(load->statement, column),
                 (long long)number, (unsigned long long)max);
    return 0;
}

const void *load_blob(struct load *load, int column, size_t *size)
{
    *size = 0;
    if (!has_type(load, column, SQLITE_BLOB))
        return "";
    const void *data = sqlite3_column_blob(load->statement, column);
    size_t length = (size_t)sqlite3_column_bytes(load->statement, column);
    if (!data || !length)
        return "";
    void *copy = arena_alloc(load->trace->arena, length);
    if (!copy) {
        load_no_memory(load);
        return "";
    }
    *size = length;
    return memcpy(copy, data, length);
}

struct rows {
    char *items;
    size_t count, room;
};

/* Room for one more row, zeroed; NULL when out of memory. */
static void *next_row(struct rows *rows, size_t row_size)
{
    if (rows->count == rows->room) {
        size_t room = rows->room ? 2 * rows->room : 16;
        char *items = realloc(rows->items, room * row_size);
        if (!items)
            return NULL;
        rows->items = items;
        rows->room = room;
    }
    char *row = rows->items + rows->count++ * row_size;
    memset(row, 0, row_size);
    return row;
}

static void read_rows(struct load *load, struct rows *rows, size_t limit,
                      size_t row_size,
                      void (*read)(struct load *load, void *row))
{
    for (load->row = 0; !load->err; load->row++) {
        int code = sqlite3_step(load->statement);
        if (code == SQLITE_DONE)
            return;
        if (code != SQLITE_ROW) {
            load->err = database_failed(&load->database);
            return;
        }
        if (load->row == limit) {
            load_damaged(load, "more rows than there can be");
            return;
        }
        void *row = next_row(rows, row_size);
        if (row)
            read(load, row);
        else
            load_no_memory(load);
    }
}

int load_table(struct load *load, const char *name, const char *sql,
               size_t limit, size_t row_size,
               void (*read)(struct load *load, void *row), void *out_items,
               size_t *out_count)
{
    load->table = name;
    if (sqlite3_prepare_v2(load->database.db, sql, -1, &load->statement, NULL))
        return load->err = database_failed(&load->database);
    struct rows rows = {NULL, 0, 0};
    read_rows(load, &rows, limit, row_size, read);
    sqlite3_finalize(load->statement);
    if (rows.items && arena_defer(load->trace->arena, free, rows.items))
        load_no_memory(load);
    if (load->err)
        return load->err;
    memcpy(out_items, &rows.items, sizeof(rows.items));
    *out_count = rows.count;
    return 0;
}
