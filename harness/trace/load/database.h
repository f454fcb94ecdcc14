/* A stranger's SQLite file, opened so that it can do no harm. Private to
 * trace/.
 *
 * The file is read into memory first: no lock, journal or later change of it
 * matters. Nothing in it is trusted: views, triggers and functions are off,
 * only SELECT works, and only for a while. */
#ifndef MPS_TRACE_DATABASE_H
#define MPS_TRACE_DATABASE_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/str.h"

struct database {
    sqlite3 *db;
    const char *path;     /* for messages; the caller's */
    struct str bytes;     /* the file */
    uint32_t format;      /* 1 .. TRACE_FORMAT */
    uint64_t deadline_ns; /* when patience ends */
    struct mps_diag *diag;
};

/* Open PATH and check that it is a whole trace of a known format: header,
 * tables made by our own statements, quick_check. On failure
 * database_close() still wants to be called. */
int database_open(struct database *database, const char *path,
                  struct mps_diag *diag);
void database_close(struct database *database);

/* A copy of the open database to change and serialize, in memory, in which
 * the triggers and views of a stranger do nothing. Close it with
 * sqlite3_close(). -ENOMEM. */
int database_copy(const struct database *database, sqlite3 **out);

/* Say "PATH: damaged: ..." and return -MPS_ECORRUPT. What stands in the file
 * itself becomes printable on its way. */
int database_damaged(const struct database *database, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same with what SQLite has to say about its last error; -ENOMEM for that
 * one. */
int database_failed(const struct database *database);

#endif
