/* Adding another store to this one. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "base/str.h"
#include "internal.h"

/* Rows that go over, in this order. A run may have been merged while it was
 * still going on: what is known of it now replaces what was known then. */
static const struct {
    const char *read, *write;
    int since; /* the version of the tables that has them */
} copies[] = {
    {"SELECT id, command, \"commit\", seed, started_ns, ended_ns, exit_code"
     " FROM runs",
     "INSERT INTO runs VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id)"
     " DO UPDATE SET ended_ns = excluded.ended_ns,"
     " exit_code = excluded.exit_code WHERE runs.ended_ns IS NULL",
     1},
    {"SELECT run, scenario, verdict, iterations, failures, elapsed_ns"
     " FROM results",
     "INSERT INTO results VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(run, scenario)"
     " DO UPDATE SET verdict = excluded.verdict,"
     " iterations = excluded.iterations, failures = excluded.failures,"
     " elapsed_ns = excluded.elapsed_ns"
     " WHERE excluded.iterations > results.iterations",
     1},
    {"SELECT run, id, scenario, kind, what, fingerprint, first_iteration,"
     " seed, times, first_ns, last_ns FROM findings",
     "INSERT INTO findings VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
     " ON CONFLICT(run, id) DO UPDATE SET what = excluded.what,"
     " times = excluded.times, last_ns = excluded.last_ns"
     " WHERE excluded.times > findings.times",
     1},
    {"SELECT id, marked_ns FROM fixed",
     "INSERT INTO fixed VALUES(?, ?) ON CONFLICT(id) DO UPDATE"
     " SET marked_ns = excluded.marked_ns"
     " WHERE excluded.marked_ns > fixed.marked_ns",
     1},
    {"SELECT id, accepted, reason, author, changed_ns FROM known",
     "INSERT INTO known VALUES(?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE"
     " SET accepted = excluded.accepted, reason = excluded.reason,"
     " author = excluded.author, changed_ns = excluded.changed_ns"
     " WHERE excluded.changed_ns > known.changed_ns",
     2},
};

static int copy_row(struct store *into, sqlite3_stmt *read, sqlite3_stmt *write,
                    struct mps_diag *diag)
{
    for (int i = 0; i < sqlite3_column_count(read); i++)
        if (sqlite3_bind_value(write, i + 1, sqlite3_column_value(read, i)))
            return history_error(into, diag);
    int err = history_step(into, write, diag);
    sqlite3_reset(write);
    return err;
}

static int copy_table(struct store *into, struct store *from, size_t which,
                      struct mps_diag *diag)
{
    sqlite3_stmt *read, *write;
    int err = history_prepare(from, &read, diag, copies[which].read, "");
    if (err)
        return err;
    err = history_prepare(into, &write, diag, copies[which].write, "");
    if (err)
        goto finalize_read;
    while ((err = history_step(from, read, diag)) > 0) {
        err = copy_row(into, read, write, diag);
        if (err)
            break;
    }
    sqlite3_finalize(write);
finalize_read:
    sqlite3_finalize(read);
    return err;
}

static int count_rows(struct store *store, const char *sql, uint64_t *count,
                      struct mps_diag *diag)
{
    sqlite3_stmt *statement;
    int err = history_prepare(store, &statement, diag, sql, "");
    if (err)
        return err;
    err = history_step(store, statement, diag);
    *count = err > 0 ? history_number(statement, 0) : 0;
    sqlite3_finalize(statement);
    return err < 0 ? err : 0;
}

/* How much STORE knows. */
static int count_all(struct store *store, struct store_merged *out,
                     struct mps_diag *diag)
{
    int err = count_rows(store, "SELECT count(*) FROM runs", &out->runs, diag);
    if (err)
        return err;
    return count_rows(store, "SELECT count(DISTINCT id) FROM findings",
                      &out->failures, diag);
}

static int copy_bytes(int from, int to)
{
    enum { CHUNK = 1 << 16 };
    char *buffer = malloc(CHUNK);
    if (!buffer)
        return -ENOMEM;
    ssize_t n;
    int err = 0;
    while (!err && (n = io_read_all(from, buffer, CHUNK)))
        err = n < 0 ? (int)n : io_write_all(to, buffer, (size_t)n);
    free(buffer);
    return err;
}

/* Copy the file FROM to the name TO, which must not exist, at once. */
static int copy_file(const char *from, const char *to)
{
    /* Links and special files have no business in a store. */
    int in = open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (in < 0)
        return -errno;
    struct stat st;
    int err = 0;
    char *new = str_format("%s.%d.%llx.tmp", to, (int)gettid(),
                           (unsigned long long)clock_now_ns());
    if (!new)
        err = -ENOMEM;
    else if (fstat(in, &st) || !S_ISREG(st.st_mode))
        err = -EINVAL;
    if (err)
        goto close_in;
    int out = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (out < 0) {
        err = -errno;
        goto close_in;
    }
    err = copy_bytes(in, out);
    if (close(out) && !err)
        err = -errno;
    if (!err && rename(new, to))
        err = -errno;
    if (err)
        unlink(new);
close_in:
    free(new);
    close(in);
    return err;
}

static int copy_traces(struct store *into, struct store *from,
                       struct mps_diag *diag)
{
    char **ids;
    size_t count;
    int err = failures_list(from, &ids, &count, diag);
    for (size_t i = 0; i < count && !err; i++) {
        char source[PATH_MAX], target[PATH_MAX];
        if (store_failure_path(from, ids[i], source, sizeof(source)) ||
            store_failure_path(into, ids[i], target, sizeof(target)) ||
            !access(target, F_OK))
            continue;
        err = copy_file(source, target);
        /* What is not a plain file is not a trace. */
        if (err == -EINVAL || err == -ELOOP)
            err = 0;
        if (err)
            diag_set(diag, err, "%s: cannot copy it to %s: %s", source,
                     into->failures, error_text(err));
    }
    failures_list_free(ids, count);
    return err;
}

static int copy_all(struct store *into, struct store *from,
                    struct store_merged *out, struct mps_diag *diag)
{
    struct store_merged before, after;
    int err = history_upgrade(into, diag);
    if (!err)
        err = count_all(into, &before, diag);
    for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]) && !err; i++)
        if (copies[i].since <= from->version)
            err = copy_table(into, from, i, diag);
    if (!err)
        err = count_all(into, &after, diag);
    if (!err)
        err = copy_traces(into, from, diag);
    if (!err) {
        out->runs = after.runs - before.runs;
        out->failures = after.failures - before.failures;
    }
    return err;
}

static bool is_same_store(const struct store *a, const struct store *b)
{
    struct stat left, right;
    return !stat(a->history, &left) && !stat(b->history, &right) &&
           left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

int store_merge(struct store *into, const char *from, struct store_merged *out,
                struct mps_diag *diag)
{
    struct store_merged merged = {0};
    struct store *other;
    int err = store_check_writable(into, diag);
    if (!err)
        err = store_open(&other, from, false, diag);
    if (err)
        return err;
    if (!is_same_store(into, other)) {
        pthread_mutex_lock(&into->lock);
        err = history_begin(into, diag);
        if (!err)
            err = history_end(into, copy_all(into, other, &merged, diag), diag);
        pthread_mutex_unlock(&into->lock);
    }
    store_close(other);
    if (!err && out)
        *out = merged;
    return err;
}
