/* The database file: opened, made, and looked at before it is believed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "internal.h"

/* What is in a history, to the letter of sqlite_schema: a table that was made
 * in any other way might have columns that compute, or none of ours. */
static const struct {
    const char *name, *sql;
    int since; /* the version of the tables that brought it */
} schema[] = {
    {"runs",
     "CREATE TABLE runs(\n"
     "  id TEXT NOT NULL PRIMARY KEY, -- random\n"
     "  command TEXT NOT NULL,\n"
     "  \"commit\" TEXT NOT NULL, -- of the program under test, or ''\n"
     "  seed TEXT NOT NULL,\n"
     "  started_ns INTEGER NOT NULL, -- since 1970\n"
     "  ended_ns INTEGER, -- NULL: killed, or still running\n"
     "  exit_code INTEGER) STRICT, WITHOUT ROWID",
     1},
    {"results",
     "CREATE TABLE results(\n"
     "  run TEXT NOT NULL REFERENCES runs,\n"
     "  scenario TEXT NOT NULL,\n"
     "  verdict TEXT NOT NULL,\n"
     "  iterations INTEGER NOT NULL,\n"
     "  failures INTEGER NOT NULL,\n"
     "  elapsed_ns INTEGER NOT NULL,\n"
     "  PRIMARY KEY(run, scenario)) STRICT, WITHOUT ROWID",
     1},
    {"results_by_scenario",
     "CREATE INDEX results_by_scenario ON results(scenario)", 1},
    {"findings",
     "CREATE TABLE findings(\n"
     "  run TEXT NOT NULL REFERENCES runs,\n"
     "  id TEXT NOT NULL, -- of the failure: failures/ID.mpt\n"
     "  scenario TEXT NOT NULL,\n"
     "  kind TEXT NOT NULL,\n"
     "  what TEXT NOT NULL,\n"
     "  fingerprint TEXT NOT NULL,\n"
     "  first_iteration INTEGER NOT NULL,\n"
     "  seed TEXT NOT NULL, -- of that iteration\n"
     "  times INTEGER NOT NULL,\n"
     "  first_ns INTEGER NOT NULL, -- when noted, since 1970\n"
     "  last_ns INTEGER NOT NULL,\n"
     "  PRIMARY KEY(run, id)) STRICT, WITHOUT ROWID",
     1},
    {"findings_by_id", "CREATE INDEX findings_by_id ON findings(id)", 1},
    {"fixed",
     "CREATE TABLE fixed(\n"
     "  id TEXT NOT NULL PRIMARY KEY, -- of a failure\n"
     "  marked_ns INTEGER NOT NULL) STRICT, WITHOUT ROWID",
     1},
    {"known",
     "CREATE TABLE known(\n"
     "  id TEXT NOT NULL PRIMARY KEY, -- of a failure\n"
     "  accepted INTEGER NOT NULL, -- 0: withdrawn\n"
     "  reason TEXT NOT NULL,\n"
     "  author TEXT NOT NULL,\n"
     "  changed_ns INTEGER NOT NULL) STRICT, WITHOUT ROWID",
     2},
};
enum { SCHEMA_COUNT = sizeof(schema) / sizeof(schema[0]) };

static int damaged(const struct store *store, const char *how,
                   struct mps_diag *diag)
{
    return diag_set(diag, -MPS_ECORRUPT,
                    "%s: the history is damaged (%s); move this file away: "
                    "the next run begins a new one, and the traces in "
                    "failures/ stay usable",
                    store->history, how);
}

/* One number out of a pragma or a count. */
static int read_number(struct store *store, const char *sql, int64_t *out,
                       struct mps_diag *diag)
{
    sqlite3_stmt *statement;
    int err = history_prepare(store, &statement, diag, sql, "");
    if (err)
        return err;
    err = history_step(store, statement, diag);
    *out = err > 0 ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return err < 0 ? err : 0;
}

struct identity {
    int64_t application, version, entries;
};

static int read_identity(struct store *store, struct identity *id,
                         struct mps_diag *diag)
{
    int err =
        read_number(store, "PRAGMA application_id", &id->application, diag);
    if (!err)
        err = read_number(store, "PRAGMA user_version", &id->version, diag);
    if (!err)
        err = read_number(store, "SELECT count(*) FROM sqlite_schema",
                          &id->entries, diag);
    return err;
}

static bool is_empty(const struct identity *id)
{
    return !id->application && !id->version && !id->entries;
}

/* What the tables of version FROM (0: there are none) lack. */
static int create_tables(struct store *store, int from, struct mps_diag *diag)
{
    char sql[128];
    snprintf(sql, sizeof(sql),
             "PRAGMA application_id = %d; PRAGMA user_version = %d",
             STORE_APPLICATION_ID, STORE_FORMAT);
    for (size_t i = 0; i < SCHEMA_COUNT; i++) {
        if (schema[i].since <= from)
            continue;
        int err = history_run(store, diag, schema[i].sql, "");
        if (err)
            return err;
    }
    errno = 0;
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL))
        return history_error(store, diag);
    store->version = STORE_FORMAT;
    return 0;
}

/* Several runs may come here at once: the first to take the write lock makes
 * the tables, the others find them. */
static int create_if_empty(struct store *store, struct mps_diag *diag)
{
    struct identity id;
    int err = read_identity(store, &id, diag);
    if (err || !is_empty(&id))
        return err;
    err = history_begin(store, diag);
    if (err)
        return err;
    err = read_identity(store, &id, diag);
    if (!err && is_empty(&id))
        err = create_tables(store, 0, diag);
    return history_end(store, err, diag);
}

static int check_identity(struct store *store, struct mps_diag *diag)
{
    struct identity id;
    int err = read_identity(store, &id, diag);
    if (err)
        return err;
    if (is_empty(&id))
        return diag_set(diag, -MPS_ENOMATCH,
                        "%s: the history is empty (mpstress run fills it)",
                        store->history);
    if (id.application != STORE_APPLICATION_ID)
        return diag_set(diag, -MPS_EINPUT,
                        "%s: a database, but not one that mpstress made (move "
                        "it away, or name another place with --store DIR)",
                        store->history);
    if (id.version > STORE_FORMAT)
        return diag_set(diag, -MPS_EVERSION,
                        "%s: written by a newer mpstress (format %lld, this "
                        "one knows %d): use that, or another --store DIR",
                        store->history, (long long)id.version, STORE_FORMAT);
    if (id.version < 1)
        return damaged(store, "it has no version", diag);
    store->version = (int)id.version;
    return 0;
}

static int check_pages(struct store *store, struct mps_diag *diag)
{
    sqlite3_stmt *statement;
    int err =
        history_prepare(store, &statement, diag, "PRAGMA quick_check(1)", "");
    if (err)
        return err;
    err = history_step(store, statement, diag);
    if (err > 0) {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        if (!text)
            text = "it cannot be checked";
        char said[200];
        err = strcmp(text, "ok")
                  ? damaged(store, history_said(said, sizeof(said), text), diag)
                  : 0;
    }
    sqlite3_finalize(statement);
    return err;
}

static int check_entry(struct store *store, const char *name, const char *sql,
                       struct mps_diag *diag)
{
    sqlite3_stmt *statement;
    int err = history_prepare(store, &statement, diag,
                              "SELECT 1 FROM sqlite_schema"
                              " WHERE name = ? AND sql = ?",
                              "tt", name, sql);
    if (err)
        return err;
    err = history_step(store, statement, diag);
    sqlite3_finalize(statement);
    if (err)
        return err < 0 ? err : 0;
    char how[80];
    snprintf(how, sizeof(how), "%s is missing or changed", name);
    return damaged(store, how, diag);
}

static int check_schema(struct store *store, struct mps_diag *diag)
{
    int err = 0;
    for (size_t i = 0; i < SCHEMA_COUNT && !err; i++)
        if (schema[i].since <= store->version)
            err = check_entry(store, schema[i].name, schema[i].sql, diag);
    return err;
}

int history_upgrade(struct store *store, struct mps_diag *diag)
{
    struct identity id;
    if (store->version == STORE_FORMAT)
        return 0;
    /* Another process may have done it meanwhile. */
    int err = read_identity(store, &id, diag);
    if (err)
        return err;
    store->version = (int)id.version;
    return id.version < STORE_FORMAT
               ? create_tables(store, (int)id.version, diag)
               : 0;
}

/* A store may come from a stranger: what its schema says must not run. */
static void harden(sqlite3 *db)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 16 << 20);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_busy_timeout(db, STORE_WAIT_MS);
}

/* Readers and a writer at once. Where the file system cannot do that (shared
 * memory over a network), the slower default goes on working. */
static void use_wal(sqlite3 *db)
{
    /* The switch needs the database to itself and does not wait for it. */
    for (int i = 0; i < 100; i++) {
        if (sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) !=
            SQLITE_BUSY)
            break;
        sqlite3_sleep(10);
    }
    sqlite3_exec(db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
}

static int open_file(struct store *store, const char *name, int flags,
                     struct mps_diag *diag)
{
    errno = 0;
    int code =
        sqlite3_open_v2(name, &store->db, flags | SQLITE_OPEN_FULLMUTEX, NULL);
    if (!store->db)
        return diag_set(diag, -ENOMEM, "%s", error_text(-ENOMEM));
    if (code)
        return history_error(store, diag);
    harden(store->db);
    return 0;
}

/* The name of the file as a URI that says it will not change. */
static char *immutable_uri(const char *path)
{
    struct str uri;
    str_init(&uri);
    /* Two slashes at the start would begin a host name. */
    while (path[0] == '/' && path[1] == '/')
        path++;
    str_add(&uri, "file:");
    for (; *path; path++) {
        if (strchr("%?#", *path))
            str_addf(&uri, "%%%02x", (unsigned)(unsigned char)*path);
        else
            str_add_char(&uri, *path);
    }
    str_add(&uri, "?immutable=1");
    return str_take(&uri);
}

/* Reading a database in WAL mode wants to write its index beside it. Where
 * that is forbidden and no writer has left a log, the file alone is the whole
 * truth. */
static int open_immutable(struct store *store, struct mps_diag *diag)
{
    char *log = str_format("%s-wal", store->history);
    char *uri = immutable_uri(store->history);
    struct stat st;
    int err = -ENOMEM;
    if (!log || !uri)
        diag_set(diag, err, "%s", error_text(err));
    else if (!stat(log, &st) && st.st_size)
        err = diag_set(diag, -EACCES,
                       "%s: another user's run is being written; it can be "
                       "read when that has ended",
                       store->history);
    else
        err =
            open_file(store, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, diag);
    free(log);
    free(uri);
    return err;
}

static int open_to_read(struct store *store, struct mps_diag *diag)
{
    int err = open_file(store, store->history, SQLITE_OPEN_READONLY, diag);
    if (err)
        return err;
    int64_t entries;
    err = read_number(store, "SELECT count(*) FROM sqlite_schema", &entries,
                      diag);
    int code = sqlite3_errcode(store->db) & 0xff;
    if (!err || (code != SQLITE_CANTOPEN && code != SQLITE_READONLY))
        return err;
    history_close(store);
    return open_immutable(store, diag);
}

static int open_to_write(struct store *store, bool create,
                         struct mps_diag *diag)
{
    int err = open_file(
        store, store->history,
        SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0), diag);
    if (!err && sqlite3_db_readonly(store->db, "main") == 1)
        err = diag_set(diag, -EACCES,
                       "%s: cannot write to this file (--store DIR names "
                       "another place)",
                       store->history);
    if (!err && create)
        err = create_if_empty(store, diag);
    return err;
}

/* Stands for a history that is not there, where none may be made. */
static int open_nothing(struct store *store, struct mps_diag *diag)
{
    int err = open_file(
        store, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, diag);
    return err ? err : create_tables(store, 0, diag);
}

/* Whether what is open is a history that this version can use. */
static int check_opened(struct store *store, struct mps_diag *diag)
{
    int err = check_identity(store, diag);
    if (!err)
        err = check_schema(store, diag);
    if (!err)
        err = check_pages(store, diag);
    return err;
}

/* On a full disk there is no room for what SQLite puts beside the file, but
 * what is stored can be looked at. Otherwise what was FOUND. */
static int open_without_room(struct store *store, int found)
{
    struct mps_diag unused;
    history_close(store);
    store->writable = false;
    int err = open_immutable(store, &unused);
    if (!err)
        err = check_opened(store, &unused);
    return err ? found : 0;
}

int history_open(struct store *store, bool create, struct mps_diag *diag)
{
    struct stat st;
    if (!create && stat(store->history, &st) && errno == ENOENT)
        return open_nothing(store, diag);
    store->writable = create || (!access(store->history, W_OK) &&
                                 !access(store->directory, W_OK));
    int err = store->writable ? open_to_write(store, create, diag)
                              : open_to_read(store, diag);
    if (!err)
        err = check_opened(store, diag);
    if (!create && (err == -ENOSPC || err == -EDQUOT))
        err = open_without_room(store, err);
    if (!err && create)
        use_wal(store->db);
    if (!err && create && store->version < STORE_FORMAT) {
        err = history_begin(store, diag);
        if (!err)
            err = history_end(store, history_upgrade(store, diag), diag);
    }
    return err;
}

void history_close(struct store *store)
{
    sqlite3_close(store->db);
    store->db = NULL;
}
