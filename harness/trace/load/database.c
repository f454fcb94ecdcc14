#include "database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/io.h"
#include "trace/schema.h"
#include "trace/trace.h"
#include "trace/utf8.h"

enum {
    FILE_LIMIT = 256 << 20, /* what we write stays below 100 MiB */
    VALUE_LIMIT = 9 << 20,  /* one record fills the arena at most */
    HEADER_BYTES = 100,
    PATIENCE_S = 20
};

int database_damaged(const struct database *database, const char *format, ...)
{
    struct str raw, text;
    str_init(&raw);
    str_init(&text);
    va_list args;
    va_start(args, format);
    str_vaddf(&raw, format, args);
    va_end(args);
    utf8_printable(&text, raw.data, raw.len);
    diag_set(database->diag, -MPS_ECORRUPT, "%s: damaged: %s", database->path,
             text.data);
    str_fini(&raw);
    str_fini(&text);
    return -MPS_ECORRUPT;
}

int database_failed(const struct database *database)
{
    switch (sqlite3_errcode(database->db)) {
    case SQLITE_NOMEM:
        return diag_set(database->diag, -ENOMEM, "%s: out of memory",
                        database->path);
    case SQLITE_INTERRUPT:
        return database_damaged(database, "it takes too long to read");
    default:
        return database_damaged(database, "%s", sqlite3_errmsg(database->db));
    }
}

static int not_a_trace(const struct database *database, const char *reason)
{
    return diag_set(database->diag, -MPS_EINPUT,
                    "%s: not an mpstress trace (%s)", database->path, reason);
}

static int read_file(struct database *database)
{
    /* O_NONBLOCK: a FIFO would wait for a writer. */
    int fd = open(database->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    int err = fd < 0 || fstat(fd, &st) ? -errno : 0;
    if (err) {
        diag_set(database->diag, err, "%s: %s", database->path,
                 error_text(err));
    } else if (S_ISDIR(st.st_mode)) {
        err = not_a_trace(database, "it is a directory");
    } else if (!S_ISREG(st.st_mode)) {
        err = not_a_trace(database, "it is no regular file");
    } else {
        err = io_read_fd(fd, &database->bytes, FILE_LIMIT);
        if (err == -MPS_EFULL)
            err = database_damaged(database, "larger than any trace");
        else if (err)
            diag_set(database->diag, err, "%s: %s", database->path,
                     error_text(err));
    }
    if (fd >= 0)
        close(fd);
    return err;
}

/* Big-endian, as the file format has it (https://sqlite.org/fileformat2.html,
 * section 1.3). */
static uint32_t header_number(const struct database *database, size_t at)
{
    unsigned char b[4];
    memcpy(b, database->bytes.data + at, sizeof(b));
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 |
           b[3];
}

static int check_header(struct database *database)
{
    enum { USER_VERSION = 60, APPLICATION_ID = 68, WRITE_VERSION = 18 };
    static const char magic[16] = "SQLite format 3";
    struct str *bytes = &database->bytes;
    if (!bytes->len)
        return not_a_trace(database, "it is empty");
    if (bytes->len < HEADER_BYTES || memcmp(bytes->data, magic, sizeof(magic)))
        return not_a_trace(database, "it is no SQLite database");
    if (header_number(database, APPLICATION_ID) != TRACE_APPLICATION_ID)
        return not_a_trace(database, "it is an SQLite database of something "
                                     "else");
    uint32_t format = header_number(database, USER_VERSION);
    if (format > TRACE_FORMAT)
        return diag_set(database->diag, -MPS_EVERSION,
                        "%s: written by a newer mpstress (format %u); this "
                        "one reads format %d",
                        database->path, format, TRACE_FORMAT);
    if (!format)
        return database_damaged(database, "there is no format 0");
    database->format = format;
    /* Somebody may have looked at it in WAL mode, which a database in memory
     * cannot have: say that it is an ordinary one. */
    bytes->data[WRITE_VERSION] = bytes->data[WRITE_VERSION + 1] = 1;
    return 0;
}

static int only_reading(void *unused, int action, const char *what,
                        const char *argument, const char *database,
                        const char *trigger)
{
    (void)unused, (void)argument, (void)database, (void)trigger;
    if (action == SQLITE_SELECT || action == SQLITE_READ)
        return SQLITE_OK;
    if (action == SQLITE_PRAGMA && !strcmp(what, "quick_check"))
        return SQLITE_OK;
    return SQLITE_DENY;
}

static int is_too_late(void *context)
{
    const struct database *database = context;
    return clock_now_ns() > database->deadline_ns;
}

/* Nothing that a stranger put into a schema may run. */
static void distrust(sqlite3 *db)
{
    static const struct {
        int option, value;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    };
    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
        sqlite3_db_config(db, options[i].option, options[i].value, NULL);
}

static void lock_down(struct database *database)
{
    distrust(database->db);
    sqlite3_limit(database->db, SQLITE_LIMIT_LENGTH, VALUE_LIMIT);
    sqlite3_limit(database->db, SQLITE_LIMIT_SQL_LENGTH, 65536);
    sqlite3_limit(database->db, SQLITE_LIMIT_COLUMN, 100);
    sqlite3_limit(database->db, SQLITE_LIMIT_EXPR_DEPTH, 50);
    sqlite3_limit(database->db, SQLITE_LIMIT_COMPOUND_SELECT, 3);
    sqlite3_limit(database->db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(database->db, SQLITE_LIMIT_WORKER_THREADS, 0);
    sqlite3_set_authorizer(database->db, only_reading, NULL);
    sqlite3_progress_handler(database->db, 10000, is_too_late, database);
}

static int check_table(struct database *database, sqlite3_stmt *statement,
                       const struct schema_entry *table)
{
    sqlite3_bind_text(statement, 1, table->name, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    int err = 0;
    if (code == SQLITE_DONE)
        err = database_damaged(database, "table %s is missing", table->name);
    else if (code != SQLITE_ROW)
        err = database_failed(database);
    else {
        const char *sql = (const char *)sqlite3_column_text(statement, 0);
        if (!sql || strcmp(sql, table->sql))
            err = database_damaged(database, "table %s is not as it was made",
                                   table->name);
    }
    sqlite3_reset(statement);
    return err;
}

/* Whether there are COUNT tables and indexes and no more: the constraints and
 * expressions of others would run in quick_check, and a planner may prefer a
 * stranger's index. Views and triggers are switched off, and may stay. */
static int check_no_others(struct database *database, size_t count)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database->db,
                           "SELECT name FROM sqlite_schema"
                           " WHERE type IN ('table', 'index')",
                           -1, &statement, NULL))
        return database_failed(database);
    size_t has = 0;
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW && has <= count)
        has++;
    int err = 0;
    if (has > count)
        err = database_damaged(database, "it holds a table or an index that "
                                         "mpstress did not make");
    else if (code != SQLITE_DONE)
        err = database_failed(database);
    sqlite3_finalize(statement);
    return err;
}

/* A table could be a virtual one, have columns that compute, or others than
 * we think: it has to be exactly what we make. */
static int check_tables(struct database *database)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database->db,
                           "SELECT sql FROM sqlite_schema"
                           " WHERE type = 'table' AND name = ?",
                           -1, &statement, NULL))
        return database_failed(database);
    size_t count;
    const struct schema_entry *tables = schema_tables(&count);
    size_t known = 0;
    int err = 0;
    for (size_t i = 0; i < count && !err; i++) {
        if (tables[i].format > database->format)
            continue;
        err = check_table(database, statement, &tables[i]);
        known++;
    }
    sqlite3_finalize(statement);
    return err ? err : check_no_others(database, known);
}

static int check_pages(struct database *database)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database->db, "PRAGMA quick_check(1)", -1,
                           &statement, NULL))
        return database_failed(database);
    int err = 0;
    if (sqlite3_step(statement) != SQLITE_ROW) {
        err = database_failed(database);
    } else {
        const char *said = (const char *)sqlite3_column_text(statement, 0);
        if (!said)
            err = database_failed(database);
        else if (strcmp(said, "ok"))
            err = database_damaged(database, "%s", said);
    }
    sqlite3_finalize(statement);
    return err;
}

int database_open(struct database *database, const char *path,
                  struct mps_diag *diag)
{
    *database = (struct database){
        .path = path,
        .diag = diag,
        .deadline_ns = clock_now_ns() + PATIENCE_S * UINT64_C(1000000000),
    };
    str_init(&database->bytes);
    int err = read_file(database);
    if (!err)
        err = check_header(database);
    if (err)
        return err;
    if (sqlite3_open(":memory:", &database->db))
        return diag_set(diag, -ENOMEM, "%s: out of memory", path);
    sqlite3_int64 size = (sqlite3_int64)database->bytes.len;
    if (sqlite3_deserialize(database->db, "main",
                            (unsigned char *)database->bytes.data, size, size,
                            SQLITE_DESERIALIZE_READONLY))
        return database_failed(database);
    lock_down(database);
    err = check_tables(database);
    return err ? err : check_pages(database);
}

void database_close(struct database *database)
{
    sqlite3_close(database->db);
    str_fini(&database->bytes);
}

int database_copy(const struct database *database, sqlite3 **out)
{
    size_t size = database->bytes.len;
    unsigned char *bytes = sqlite3_malloc64(size);
    *out = NULL;
    if (!bytes)
        return -ENOMEM;
    memcpy(bytes, database->bytes.data, size);
    if (sqlite3_open(":memory:", out)) {
        sqlite3_free(bytes);
        return -ENOMEM;
    }
    distrust(*out);
    /* Takes BYTES, also when it fails. */
    return sqlite3_deserialize(
               *out, "main", bytes, (sqlite3_int64)size, (sqlite3_int64)size,
               SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE)
               ? -ENOMEM
               : 0;
}
