/* Statements on the history, and what their errors mean. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/parse.h"
#include "internal.h"

/* What SQLite's codes mean for the user. A code of 0 stands for the errno that
 * the system gave. */
static const struct {
    int sqlite, code;
    const char *advice;
} errors[] = {
    {SQLITE_FULL, -ENOSPC, ""},
    {SQLITE_IOERR, 0, ""},
    {SQLITE_CANTOPEN, 0, ""},
    {SQLITE_PERM, -EACCES, ""},
    {SQLITE_AUTH, -EACCES, ""},
    {SQLITE_READONLY, -EACCES, ""},
    {SQLITE_NOMEM, -ENOMEM, ""},
    {SQLITE_BUSY, -EBUSY,
     " (another mpstress has been writing for 10 s; try again)"},
    {SQLITE_LOCKED, -EBUSY, ""},
    {SQLITE_CORRUPT, -MPS_ECORRUPT,
     " (move this file away: the next run begins a new history, and the "
     "traces in failures/ stay usable)"},
    {SQLITE_NOTADB, -MPS_ECORRUPT,
     " (move this file away: the next run begins a new history, and the "
     "traces in failures/ stay usable)"},
};

const char *history_said(char *buf, size_t size, const char *text)
{
    /* A check begins its list with a title. */
    const char *line = strncmp(text, "***", 3) ? NULL : strchr(text, '\n');
    snprintf(buf, size, "%s", line ? line + 1 : text);
    for (char *c = buf; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = *c == '\n' ? ' ' : '?';
    return buf;
}

int history_error(const struct store *store, struct mps_diag *diag)
{
    /* What went wrong at the end of a transaction is only here. */
    int last = errno;
    int sqlite = sqlite3_errcode(store->db) & 0xff;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (errors[i].sqlite != sqlite)
            continue;
        int code = errors[i].code;
        if (!code) {
            int error = sqlite3_system_errno(store->db);
            error = error ? error : last;
            code = error ? -error : -EIO;
        }
        return diag_set(diag, code, "%s: %s%s", store->history,
                        error_text(code), errors[i].advice);
    }
    char said[200];
    return diag_set(
        diag, -MPS_ESTORE, "%s: %s", store->history,
        history_said(said, sizeof(said), sqlite3_errmsg(store->db)));
}

static int bind_all(sqlite3_stmt *statement, const char *format, va_list args)
{
    int code = SQLITE_OK;
    for (int i = 1; format[i - 1] && !code; i++) {
        if (format[i - 1] == 'i') {
            code = sqlite3_bind_int64(statement, i, va_arg(args, int64_t));
        } else if (format[i - 1] == 'x') {
            char hex[24];
            snprintf(hex, sizeof(hex), "0x%016llx",
                     (unsigned long long)va_arg(args, uint64_t));
            code = sqlite3_bind_text(statement, i, hex, -1, SQLITE_TRANSIENT);
        } else {
            code = sqlite3_bind_text(statement, i, va_arg(args, const char *),
                                     -1, SQLITE_STATIC);
        }
    }
    return code;
}

static int prepare(struct store *store, sqlite3_stmt **out,
                   struct mps_diag *diag, const char *sql, const char *format,
                   va_list args)
{
    *out = NULL;
    errno = 0;
    if (!sqlite3_prepare_v2(store->db, sql, -1, out, NULL) &&
        !bind_all(*out, format, args))
        return 0;
    int err = history_error(store, diag);
    sqlite3_finalize(*out);
    *out = NULL;
    return err;
}

int history_prepare(struct store *store, sqlite3_stmt **out,
                    struct mps_diag *diag, const char *sql, const char *format,
                    ...)
{
    va_list args;
    va_start(args, format);
    int err = prepare(store, out, diag, sql, format, args);
    va_end(args);
    return err;
}

int history_step(struct store *store, sqlite3_stmt *statement,
                 struct mps_diag *diag)
{
    errno = 0;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return 1;
    return code == SQLITE_DONE ? 0 : history_error(store, diag);
}

static int run(struct store *store, struct mps_diag *diag, const char *sql,
               const char *format, va_list args)
{
    sqlite3_stmt *statement;
    int err = prepare(store, &statement, diag, sql, format, args);
    if (err)
        return err;
    while ((err = history_step(store, statement, diag)) > 0)
        continue;
    sqlite3_finalize(statement);
    return err;
}

int history_run(struct store *store, struct mps_diag *diag, const char *sql,
                const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int err = run(store, diag, sql, format, args);
    va_end(args);
    return err;
}

int history_write(struct store *store, struct mps_diag *diag, const char *sql,
                  const char *format, ...)
{
    int err = store_check_writable(store, diag);
    if (err)
        return err;
    va_list args;
    va_start(args, format);
    pthread_mutex_lock(&store->lock);
    err = run(store, diag, sql, format, args);
    pthread_mutex_unlock(&store->lock);
    va_end(args);
    return err;
}

char *history_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    bool is_null = sqlite3_column_type(statement, column) == SQLITE_NULL;
    return text ? strdup(text) : is_null ? strdup("") : NULL;
}

uint64_t history_number(sqlite3_stmt *statement, int column)
{
    int64_t number = sqlite3_column_int64(statement, column);
    return number > 0 ? (uint64_t)number : 0;
}

uint64_t history_hex(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    uint64_t number = 0;
    return text && !parse_u64(text, &number, NULL) ? number : 0;
}

int history_begin(struct store *store, struct mps_diag *diag)
{
    return history_run(store, diag, "BEGIN IMMEDIATE", "");
}

int history_end(struct store *store, int err, struct mps_diag *diag)
{
    if (!err)
        err = history_run(store, diag, "COMMIT", "");
    /* Some errors have rolled back already; then this fails, rightly. */
    if (err)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return err;
}
