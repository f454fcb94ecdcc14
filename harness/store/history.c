#include "history.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/str.h"
#include "tables.h"

enum { PATIENCE_MS = 10000 };

/* -- Errors ----------------------------------------------------------------*/

int history_failed(const struct store *store, struct mps_diag *diag)
{
    const char *path = store->path;
    int system = sqlite3_system_errno(store->db);
    switch (sqlite3_errcode(store->db)) {
    case SQLITE_NOMEM:
        return diag_set(diag, -ENOMEM, "%s: out of memory", path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return diag_set(diag, -MPS_ESTORE,
                        "%s: another process has kept it locked for %d "
                        "seconds; try again",
                        path, PATIENCE_MS / 1000);
    case SQLITE_FULL:
        return diag_set(diag, -ENOSPC, "%s: %s", path, error_text(-ENOSPC));
    case SQLITE_READONLY:
        return diag_set(diag, -MPS_ESTORE,
                        "%s: cannot be written (read only); choose another "
                        "store with --store",
                        path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        if (system)
            return diag_set(diag, -system, "%s: %s", path,
                            error_text(-system));
        return diag_set(diag, -MPS_ESTORE, "%s: %s", path,
                        sqlite3_errmsg(store->db));
    case SQLITE_NOTADB:
        return diag_set(diag, -MPS_EINPUT,
                        "%s: not an mpstress history; move it away, or choose "
                        "another store with --store",
                        path);
    case SQLITE_CORRUPT:
    case SQLITE_ERROR: /* a table or column that is not there */
    case SQLITE_SCHEMA:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return diag_set(diag, -MPS_ECORRUPT,
                        "%s: damaged (%s); move it away to start a new "
                        "history, the traces in %s stay usable",
                        path, sqlite3_errmsg(store->db), store->failures);
    default:
        return diag_set(diag, -MPS_ESTORE, "%s: %s", path,
                        sqlite3_errmsg(store->db));
    }
}

/* -- Statements ------------------------------------------------------------ */

static int bind(sqlite3_stmt *statement, const char *types, va_list args)
{
    int code = SQLITE_OK;
    for (int i = 0; types[i] && code == SQLITE_OK; i++) {
        char hexadecimal[24];
        switch (types[i]) {
        case 's':
            code = sqlite3_bind_text(statement, i + 1,
                                     va_arg(args, const char *), -1,
                                     SQLITE_STATIC);
            break;
        case 'i':
            code = sqlite3_bind_int64(statement, i + 1, va_arg(args, int64_t));
            break;
        case 'n':
            code = sqlite3_bind_int64(statement, i + 1,
                                      (int64_t)va_arg(args, uint64_t));
            break;
        default:
            snprintf(hexadecimal, sizeof(hexadecimal), "%016" PRIx64,
                     va_arg(args, uint64_t));
            code = sqlite3_bind_text(statement, i + 1, hexadecimal, -1,
                                     SQLITE_TRANSIENT);
        }
    }
    return code;
}

sqlite3_stmt *history_prepare(const struct store *store, struct mps_diag *diag,
                              const char *sql, const char *types, ...)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        va_list args;
        va_start(args, types);
        code = bind(statement, types, args);
        va_end(args);
    }
    if (code == SQLITE_OK)
        return statement;
    history_failed(store, diag);
    sqlite3_finalize(statement);
    return NULL;
}

int history_step(const struct store *store, sqlite3_stmt *statement,
                 struct mps_diag *diag)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return 1;
    return code == SQLITE_DONE ? 0 : history_failed(store, diag);
}

int history_run(const struct store *store, sqlite3_stmt *statement,
                struct mps_diag *diag)
{
    /* history_prepare() has already said what was wrong. */
    if (!statement)
        return sqlite3_errcode(store->db) == SQLITE_NOMEM ? -ENOMEM
                                                          : -MPS_ESTORE;
    int err = history_step(store, statement, diag);
    sqlite3_finalize(statement);
    return err < 0 ? err : 0;
}

int history_exec(const struct store *store, const char *sql,
                 struct mps_diag *diag)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL))
        return history_failed(store, diag);
    return 0;
}

/* -- Opening --------------------------------------------------------------- */

/* "file:PATH?QUERY" with what a URI would misread escaped. */
static char *file_uri(const char *path, const char *query)
{
    struct str s;
    str_init(&s);
    str_add(&s, "file:");
    for (; *path; path++) {
        if (strchr("%?#", *path))
            str_addf(&s, "%%%02x", (unsigned char)*path);
        else
            str_add_char(&s, *path);
    }
    str_addf(&s, "?%s", query);
    char *uri = str_take(&s);
    str_fini(&s);
    return uri;
}

static int connect_to(struct store *store, const char *query,
                      struct mps_diag *diag)
{
    char *uri = file_uri(store->path, query);
    if (!uri)
        return diag_set(diag, -ENOMEM, "%s: out of memory", store->path);
    sqlite3_close(store->db);
    int code = sqlite3_open_v2(uri, &store->db,
                               SQLITE_OPEN_URI | SQLITE_OPEN_READWRITE |
                                   SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX,
                               NULL);
    sqlite3_free(NULL);
    str_free(uri);
    if (!store->db)
        return diag_set(diag, -ENOMEM, "%s: out of memory", store->path);
    if (code)
        return history_failed(store, diag);
    sqlite3_busy_timeout(store->db, PATIENCE_MS);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    return 0;
}
