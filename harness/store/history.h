/* history.db: opening it, asking it, and saying what it refused. Private to
 * store/. */
#ifndef MPS_STORE_HISTORY_H
#define MPS_STORE_HISTORY_H

#include <pthread.h>
#include <sqlite3.h>

#include "base/diag.h"
#include "store.h"

struct store {
    char *directory;    /* as given */
    char *failures;     /* DIRECTORY/failures */
    char *path;         /* DIRECTORY/history.db */
    bool writable;
    sqlite3 *db;
    pthread_mutex_t lock; /* around the functions of store.h */
};

enum history_mode {
    HISTORY_CREATE, /* make what is missing */
    HISTORY_USE,    /* write if possible, else read */
    HISTORY_READ    /* change nothing */
};

/* Open the database of STORE, whose paths are set. */
int history_open(struct store *store, enum history_mode mode,
                 struct mps_diag *diag);

/* Explain the last error of the database in DIAG and return its code. */
int history_failed(const struct store *store, struct mps_diag *diag);

/* -- Statements ------------------------------------------------------------ */

/* Prepare SQL and bind the values that TYPES names: 's' const char * (NULL
 * allowed), 'i' int64_t, 'n' uint64_t as a number, 'x' uint64_t as a text of
 * 16 hexadecimal digits. Texts must outlive the statement. NULL with DIAG
 * set. */
sqlite3_stmt *history_prepare(const struct store *store, struct mps_diag *diag,
                              const char *sql, const char *types, ...);

/* 1: there is a row; 0: no more; negative with DIAG set. */
int history_step(const struct store *store, sqlite3_stmt *statement,
                 struct mps_diag *diag);

/* Run a statement of history_prepare() (NULL: it failed) that gives no rows,
 * and finalize it. Refuses when the store is read only. */
int history_run(const struct store *store, sqlite3_stmt *statement,
                struct mps_diag *diag);

/* BEGIN, COMMIT and the like. */
int history_exec(const struct store *store, const char *sql,
                 struct mps_diag *diag);

#endif
