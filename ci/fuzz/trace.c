/* Traces from strangers (trace/trace.h): a sound one, changed as the input
 * says. Most changes are made with SQL, so that the file stays a sound database
 * with absurd contents; others are to its bytes. */
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/str.h"
#include "fixture_test.h"
#include "trace/plan.h"
#include "trace/schema.h"
#include "trace/timeline.h"
#include "trace/trace_print.h"

enum { CHANGES = 32, COLUMNS = 12, TABLES = 32 };

static struct table {
    const char *name;
    char *columns[COLUMNS];
    size_t column_count;
} tables[TABLES];
static size_t table_count;
static struct str sound; /* the bytes of the trace that is changed */
static int file;
static char path[32];

static sqlite3 *open_sound(void)
{
    sqlite3 *db = NULL;
    unsigned char *bytes = sqlite3_malloc64(sound.len);
    must(bytes && !sqlite3_open(":memory:", &db));
    memcpy(bytes, sound.data, sound.len);
    sqlite3_int64 size = (sqlite3_int64)sound.len;
    must(!sqlite3_deserialize(db, "main", bytes, size, size,
                              SQLITE_DESERIALIZE_FREEONCLOSE |
                                  SQLITE_DESERIALIZE_RESIZEABLE));
    return db;
}

static void learn_columns(sqlite3 *db, struct table *table)
{
    sqlite3_stmt *row = NULL;
    char *sql =
        str_format("SELECT name FROM pragma_table_info('%s')", table->name);
    must(sql && !sqlite3_prepare_v2(db, sql, -1, &row, NULL));
    free(sql);
    while (sqlite3_step(row) == SQLITE_ROW) {
        must(table->column_count < COLUMNS);
        table->columns[table->column_count++] =
            strdup((const char *)sqlite3_column_text(row, 0));
    }
    sqlite3_finalize(row);
    must(table->column_count);
}

/* Run SQL with VALUE from IN for ?1 and ROW for ?2, should it have these; a
 * constraint may be against it. */
static void run(sqlite3 *db, char *sql, struct input *in, size_t row)
{
    sqlite3_stmt *statement = NULL;
    must(sql && !sqlite3_prepare_v2(db, sql, -1, &statement, NULL));
    free(sql);
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
static void change_rows(sqlite3 *db, struct input *in, unsigned how)
{
    const struct table *table = &tables[input_number(in, 1) % table_count];
    size_t row = input_number(in, 1);
    if (how == 0) {
        run(db,
            str_format("DELETE FROM %s WHERE rowid ="
                       " (SELECT rowid FROM %s LIMIT 1 OFFSET ?2)",
                       table->name, table->name),
            NULL, row);
        return;
    }
    if (how == 1) {
        run(db, sql_copy(table), NULL, row);
        return;
    }
    size_t column = input_number(in, 1) % table->column_count;
    run(db,
        str_format("UPDATE %s SET \"%s\" = ?1 WHERE rowid ="
                   " (SELECT rowid FROM %s LIMIT 1 OFFSET ?2)",
                   table->name, table->columns[column], table->name),
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

static void write_changed(struct input *in)
{
    sqlite3 *db = open_sound();
    must(!sqlite3_exec(db, "BEGIN", NULL, NULL, NULL));
    for (size_t i = 0; i < CHANGES && in->left; i++) {
        unsigned how = (unsigned)input_number(in, 1) % 8;
        if (how == 7)
            break;
        change_rows(db, in, how);
    }
    must(!sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
    sqlite3_int64 length;
    unsigned char *bytes = sqlite3_serialize(db, "main", &length, 0);
    must(bytes);
    size_t size = (size_t)length;
    change_bytes(in, bytes, &size);
    must(!ftruncate(file, 0) && pwrite(file, bytes, size, 0) == (ssize_t)size);
    sqlite3_free(bytes);
    sqlite3_close(db);
}

static void draw(const struct trace *trace)
{
    struct timeline timeline;
    must(!timeline_init(&timeline, trace));
    struct timeline_row *rows = calloc(timeline.step_count + 1, sizeof(*rows));
    must(rows);
    must(timeline_rows(&timeline, false, rows) <= timeline.step_count);
    struct str s;
    str_init(&s);
    for (size_t i = 0; i < timeline.step_count; i++) {
        const struct timeline_step *step = &timeline.steps[i];
        must(step->task < timeline.task_count);
        timeline_add_op(&s, step->kind, step->object);
        timeline_add_value(&s, step);
    }
    str_fini(&s);
    free(rows);
    timeline_fini(&timeline);
}

static void plan(const struct trace *trace)
{
    struct schedule_plan plan;
    int err = trace_plan(trace, &plan);
    must(!err || err == -MPS_EFULL || err == -MPS_ECORRUPT);
    plan_fini(&plan);
    const struct trace_explanation *why = trace_explanation(trace);
    if (!why)
        return;
    err = trace_minimal_plan(why, &plan);
    must(!err || err == -MPS_EFULL || err == -MPS_ECORRUPT);
    plan_fini(&plan);
}

/* Open what is in the file, and do with it what can be done. Returns what
 * trace_open() does. */
static int use(void)
{
    struct trace *trace;
    struct mps_diag diag = {.text = ""};
    int err = trace_open(&trace, path, &diag);
    if (err) {
        must(err == -MPS_ECORRUPT || err == -MPS_EINPUT ||
             err == -MPS_EVERSION);
        must(!trace && *diag.text);
        return err;
    }
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    const struct trace_print_options options = {.width = 100};
    must(out && !trace_print(out, trace, &options) && !fclose(out));
    /* No control characters but ends of lines. */
    for (size_t i = 0; i < length; i++)
        must(text[i] == '\n' || (unsigned char)text[i] >= ' ');
    free(text);
    plan(trace);
    draw(trace);
    trace_close(trace);
    return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    struct fixture *f = fixture_new();
    fixture_control(f);
    fixture_save(f);
    fixture_explain(f);
    fixture_read(f, &sound);
    fixture_free(f);
    sqlite3 *db = open_sound();
    const struct schema_entry *entries = schema_tables(&table_count);
    must(table_count <= TABLES);
    for (size_t i = 0; i < table_count; i++) {
        tables[i].name = entries[i].name;
        learn_columns(db, &tables[i]);
    }
    sqlite3_close(db);
    file = memfd_create("trace", MFD_CLOEXEC);
    must(file >= 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    /* Or else no input would get far. */
    write_changed(&(struct input){NULL, 0});
    must(use() == 0);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    write_changed(&(struct input){bytes, size});
    use();
    return 0;
}
