#include "changes.h"

#include <stdio.h>

#include <sqlite3.h>

#include "base/str.h"
#include "fuzz.h"

enum { CHANGES = 32, COLUMNS = 16, TABLES = 32 };

struct table {
    char *name;
    char *columns[COLUMNS];
    size_t column_count;
    char *key; /* what tells its rows apart: "rowid", "run, id" */
};

struct changes {
    struct str sound;
    struct table tables[TABLES];
    size_t table_count;
};

static sqlite3 *open_sound(const struct changes *changes)
{
    sqlite3 *db = NULL;
    unsigned char *bytes = sqlite3_malloc64(changes->sound.len);
    must(bytes && !sqlite3_open(":memory:", &db));
    memcpy(bytes, changes->sound.data, changes->sound.len);
    sqlite3_int64 size = (sqlite3_int64)changes->sound.len;
    must(!sqlite3_deserialize(db, "main", bytes, size, size,
                              SQLITE_DESERIALIZE_FREEONCLOSE |
                                  SQLITE_DESERIALIZE_RESIZEABLE));
    return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, char *sql)
{
    sqlite3_stmt *statement = NULL;
    must(sql && !sqlite3_prepare_v2(db, sql, -1, &statement, NULL));
    free(sql);
    return statement;
}

static void learn_table(sqlite3 *db, struct table *table)
{
    sqlite3_stmt *row =
        prepare(db, str_format("SELECT name, pk FROM pragma_table_info('%s')",
                               table->name));
    struct str key;
    str_init(&key);
    while (sqlite3_step(row) == SQLITE_ROW) {
        must(table->column_count < COLUMNS);
        char *name = strdup((const char *)sqlite3_column_text(row, 0));
        table->columns[table->column_count++] = name;
        if (sqlite3_column_int(row, 1))
            str_addf(&key, "%s\"%s\"", key.len ? ", " : "", name);
    }
    sqlite3_finalize(row);
    must(table->column_count);
    table->key = key.len ? str_take(&key) : strdup("rowid");
}

struct changes *changes_new(const void *bytes, size_t size)
{
    struct changes *changes = calloc(1, sizeof(*changes));
    must(changes);
    str_init(&changes->sound);
    str_add_bytes(&changes->sound, bytes, size);
    sqlite3 *db = open_sound(changes);
    sqlite3_stmt *row =
        prepare(db, strdup("SELECT name FROM sqlite_schema"
                           " WHERE type = 'table' ORDER BY rowid"));
    while (sqlite3_step(row) == SQLITE_ROW) {
        must(changes->table_count < TABLES);
        struct table *table = &changes->tables[changes->table_count++];
        table->name = strdup((const char *)sqlite3_column_text(row, 0));
        learn_table(db, table);
    }
    sqlite3_finalize(row);
    sqlite3_close(db);
    must(changes->table_count);
    return changes;
}

/* Run SQL with VALUE from IN for ?1 and ROW for ?2, should it have these; a
 * constraint may be against it. */
static void run(sqlite3 *db, char *sql, struct input *in, size_t row)
{
    sqlite3_stmt *statement = prepare(db, sql);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)row);
    size_t size;
    const uint8_t *bytes;
    uint64_t bits;
    double real;
    switch (in ? input_number(in, 1) % 6 : 5) {
    case 0:
        sqlite3_bind_int64(statement, 1, (int8_t)input_number(in, 1));
        break;
    case 1:
        sqlite3_bind_int64(statement, 1, (int64_t)input_number(in, 8));
        break;
    case 2:
        size = input_number(in, 1);
        bytes = input_bytes(in, &size);
        sqlite3_bind_text(statement, 1, (const char *)bytes, (int)size,
                          SQLITE_TRANSIENT);
        break;
    case 3:
        size = input_number(in, 1);
        bytes = input_bytes(in, &size);
        sqlite3_bind_blob(statement, 1, bytes, (int)size, SQLITE_TRANSIENT);
        break;
    case 4:
        bits = input_number(in, 8);
        memcpy(&real, &bits, sizeof(real));
        sqlite3_bind_double(statement, 1, real);
        break;
    default:
        break; /* NULL */
    }
    sqlite3_step(statement);
    sqlite3_finalize(statement);
}

static char *sql_copy(const struct table *table)
{
    /* Without its number, which gets a new one. */
    struct str s;
    str_init(&s);
    for (size_t i = table->column_count > 2; i < table->column_count; i++)
        str_addf(&s, "%s\"%s\"", s.len ? ", " : "", table->columns[i]);
    char *sql = str_format("INSERT INTO %s(%s) SELECT %s FROM %s"
                           " LIMIT 1 OFFSET ?2",
                           table->name, s.data, s.data, table->name);
    str_fini(&s);
    return sql;
}

/* Change the contents. */
static void change_rows(const struct changes *changes, sqlite3 *db,
                        struct input *in, unsigned how)
{
    const struct table *table =
        &changes->tables[input_number(in, 1) % changes->table_count];
    size_t row = input_number(in, 1);
    if (how == 0) {
        run(db,
            str_format("DELETE FROM %s WHERE (%s) IN"
                       " (SELECT %s FROM %s LIMIT 1 OFFSET ?2)",
                       table->name, table->key, table->key, table->name),
            NULL, row);
        return;
    }
    if (how == 1) {
        run(db, sql_copy(table), NULL, row);
        return;
    }
    size_t column = input_number(in, 1) % table->column_count;
    run(db,
        str_format("UPDATE %s SET \"%s\" = ?1 WHERE (%s) IN"
                   " (SELECT %s FROM %s LIMIT 1 OFFSET ?2)",
                   table->name, table->columns[column], table->key, table->key,
                   table->name),
        in, row);
}

/* Change the bytes; these come after all changes to rows. */
static void change_bytes(struct input *in, unsigned char *bytes, size_t *size)
{
    while (in->left && *size) {
        size_t at = input_number(in, 3) % *size;
        size_t count = input_number(in, 1);
        if (!count) {
            *size = at;
            continue;
        }
        const uint8_t *new = input_bytes(in, &count);
        memcpy(bytes + at, new, count < *size - at ? count : *size - at);
    }
}

unsigned char *changes_make(const struct changes *changes, const uint8_t *input,
                            size_t input_size, size_t *size)
{
    struct input in = {input, input_size};
    sqlite3 *db = open_sound(changes);
    must(!sqlite3_exec(db, "BEGIN", NULL, NULL, NULL));
    for (size_t i = 0; i < CHANGES && in.left; i++) {
        unsigned how = (unsigned)input_number(&in, 1) % 8;
        if (how == 7)
            break;
        change_rows(changes, db, &in, how);
    }
    must(!sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
    sqlite3_int64 length;
    unsigned char *bytes = sqlite3_serialize(db, "main", &length, 0);
    must(bytes);
    *size = (size_t)length;
    change_bytes(&in, bytes, size);
    sqlite3_close(db);
    return bytes;
}
