#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "save.h"
#include "trace/utf8.h"

int insert_open(struct insert *insert, struct save *save, const char *table,
                unsigned columns)
{
    char sql[160];
    int n = snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES(?", table);
    for (unsigned i = 1; i < columns; i++)
        n += snprintf(sql + n, sizeof(sql) - (size_t)n, ",?");
    snprintf(sql + n, sizeof(sql) - (size_t)n, ")");
    *insert = (struct insert){.save = save};
    if (sqlite3_prepare_v2(save->db, sql, -1, &insert->statement, NULL))
        return insert->err = -ENOMEM;
    return 0;
}

void insert_close(struct insert *insert)
{
    sqlite3_finalize(insert->statement);
}

static void note(struct insert *insert, int code)
{
    if (code && !insert->err)
        insert->err = -ENOMEM;
}

void insert_null(struct insert *insert)
{
    note(insert, sqlite3_bind_null(insert->statement, ++insert->column));
}

void insert_number(struct insert *insert, int64_t number)
{
    note(insert,
         sqlite3_bind_int64(insert->statement, ++insert->column, number));
}

void insert_bits(struct insert *insert, uint64_t number)
{
    insert_number(insert, (int64_t)number);
}

void insert_decimal(struct insert *insert, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRIu64, number);
    insert_text(insert, text);
}

void insert_text(struct insert *insert, const char *text)
{
    if (!text) {
        insert_null(insert);
        return;
    }
    /* The reader takes no value above 9 MiB; cleaning makes four bytes of
     * one at worst. */
    enum { TEXT_LIMIT = 2 << 20 };
    size_t size = strnlen(text, TEXT_LIMIT);
    struct str *clean = &insert->save->scratch;
    str_clear(clean);
    utf8_clean(clean, text, size);
    if (text[size])
        str_add(clean, "...");
    note(insert, !str_ok(clean));
    note(insert,
         sqlite3_bind_text64(insert->statement, ++insert->column, clean->data,
                             clean->len, SQLITE_TRANSIENT, SQLITE_UTF8));
}

void insert_blob(struct insert *insert, const void *data, size_t size)
{
    /* NULL would bind the value NULL. */
    note(insert, sqlite3_bind_blob64(insert->statement, ++insert->column,
                                     size ? data : "", size, SQLITE_STATIC));
}

void insert_place(struct insert *insert, int64_t id)
{
    if (id)
        insert_number(insert, id);
    else
        insert_null(insert);
}

int insert_end(struct insert *insert)
{
    if (!insert->err && sqlite3_step(insert->statement) != SQLITE_DONE)
        insert->err = -ENOMEM;
    sqlite3_reset(insert->statement);
    insert->column = 0;
    return insert->err;
}

int save_keys(struct save *save, const char *table, const struct save_key *rows,
              size_t count)
{
    struct insert row;
    int err = insert_open(&row, save, table, 2);
    for (size_t i = 0; i < count && !err; i++) {
        insert_text(&row, rows[i].key);
        if (rows[i].text)
            insert_text(&row, rows[i].text);
        else
            insert_decimal(&row, rows[i].number);
        err = insert_end(&row);
    }
    insert_close(&row);
    return err;
}
