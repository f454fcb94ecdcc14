/* What the parts of the store share. Private to store/. */
#ifndef MPS_STORE_INTERNAL_H
#define MPS_STORE_INTERNAL_H

#include <pthread.h>
#include <sqlite3.h>

#include "store.h"

/* How long a write waits for other processes. */
enum { STORE_WAIT_MS = 10000 };

struct store {
    char *directory;
    char *failures; /* DIRECTORY/failures */
    char *history;  /* DIRECTORY/history.db */
    sqlite3 *db;
    bool writable;
    int version; /* of the tables: an older store is only read as it is */
    pthread_mutex_t lock; /* one transaction at a time on `db` */
};

/* Open store->history and make sure it is ours, whole and of this version.
 * CREATE: make it if missing; otherwise a missing one is as good as an empty
 * one that cannot be written. Sets store->db and store->writable. */
int history_open(struct store *store, bool create, struct mps_diag *diag);
/* Closes store->db, if any. */
void history_close(struct store *store);

/* Give STORE, which is written, the tables that its version lacks. Within a
 * transaction of the caller. */
int history_upgrade(struct store *store, struct mps_diag *diag);

/* What the last call on store->db complained about: the code for it, with
 * DIAG saying what it means and what to do. */
int history_error(const struct store *store, struct mps_diag *diag);

/* What SQLite says, TEXT, as a message may show it: one line of plain ASCII. It
 * may quote names from a stranger's schema. Returns BUF. */
const char *history_said(char *buf, size_t size, const char *text);

/* A statement of SQL. FORMAT has one letter for each `?` in it, which says
 * what follows it in the arguments: t text (NULL: the value NULL), i int64_t,
 * x uint64_t that is kept as hexadecimal text. The texts must live until the
 * statement is finalized. */
int history_prepare(struct store *store, sqlite3_stmt **out,
                    struct mps_diag *diag, const char *sql, const char *format,
                    ...);

/* The same, run to its end; its rows, if any, are dropped. The caller holds
 * the lock. */
int history_run(struct store *store, struct mps_diag *diag, const char *sql,
                const char *format, ...);

/* The same as a transaction of its own: takes the lock, and refuses when the
 * store cannot be written. */
int history_write(struct store *store, struct mps_diag *diag, const char *sql,
                  const char *format, ...);

/* 1 when STATEMENT gave a row, 0 at its end, else a negative code. */
int history_step(struct store *store, sqlite3_stmt *statement,
                 struct mps_diag *diag);

/* Columns of the current row. The text is the caller's to free ("" for the
 * value NULL; NULL when out of memory). */
char *history_text(sqlite3_stmt *statement, int column);
uint64_t history_number(sqlite3_stmt *statement, int column);
/* Of a hexadecimal text; 0 when it is none. */
uint64_t history_hex(sqlite3_stmt *statement, int column);

/* Around several statements; the caller holds the lock. history_end() commits
 * when ERR is 0, else goes back to the beginning; it returns ERR, or what
 * kept it from committing. */
int history_begin(struct store *store, struct mps_diag *diag);
int history_end(struct store *store, int err, struct mps_diag *diag);

/* Whether STORE takes writes; if not, -MPS_ESTORE. */
int store_check_writable(const struct store *store, struct mps_diag *diag);

/* The ids whose traces are in the failures directory, sorted. Release with
 * failures_list_free(). A missing directory has none. */
int failures_list(const struct store *store, char ***ids, size_t *count,
                  struct mps_diag *diag);
void failures_list_free(char **ids, size_t count);

/* Whether ID may be the name of a failure: a plain file name. */
bool failures_id_valid(const char *id);

/* Remove what killed processes left half-written in the failures directory;
 * what is younger than ten minutes may belong to a living one. */
void failures_sweep(const struct store *store);

#endif
