/* The failures that the history knows, and the traces that only lie there. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "internal.h"
#include "rows.h"
#include "trace/trace.h"

/* The newest word on each failure beside its sums. SQLite takes the other
 * columns of a max() from the row that has the maximum. */
static const char failures_sql[] =
    "SELECT newest.id, newest.scenario, newest.kind, newest.what,"
    " coalesce(runs.\"commit\", ''), newest.fingerprint, sums.first,"
    " newest.last, sums.times, sums.runs,"
    " fixed.marked_ns > newest.last"
    " FROM (SELECT id, scenario, kind, what, fingerprint, run,"
    "  max(last_ns) AS last FROM findings GROUP BY id) AS newest"
    " JOIN (SELECT id, min(first_ns) AS first, sum(times) AS times,"
    "  count(*) AS runs FROM findings GROUP BY id) AS sums"
    "  ON sums.id = newest.id"
    " LEFT JOIN runs ON runs.id = newest.run"
    " LEFT JOIN fixed ON fixed.id = newest.id"
    " WHERE ?1 IS NULL OR newest.scenario = ?1"
    " ORDER BY newest.last DESC, newest.id";

static int take_failure(struct store_failure *failure, sqlite3_stmt *row)
{
    const char **const texts[] = {&failure->id, &failure->scenario,
                                  &failure->kind, &failure->what,
                                  &failure->commit};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int err = rows_text(texts[i], row, (int)i);
        if (err)
            return err;
    }
    failure->fingerprint = history_hex(row, 5);
    failure->first_seen_ns = history_number(row, 6);
    failure->last_seen_ns = history_number(row, 7);
    failure->times = history_number(row, 8);
    failure->runs = history_number(row, 9);
    failure->fixed = history_number(row, 10);
    return 0;
}

static struct store_failure *add_failure(struct store_failures *list)
{
    void *items = list->items;
    struct store_failure *new = rows_append(&items, &list->count, sizeof(*new));
    list->items = items;
    return new;
}

static int read_failures(struct store *store, const char *scenario,
                         struct store_failures *list, struct mps_diag *diag)
{
    sqlite3_stmt *rows;
    int err = history_prepare(store, &rows, diag, failures_sql, "t", scenario);
    if (err)
        return err;
    while ((err = history_step(store, rows, diag)) > 0) {
        struct store_failure *failure = add_failure(list);
        if (!failure || take_failure(failure, rows)) {
            err = rows_no_memory(store, diag);
            break;
        }
    }
    sqlite3_finalize(rows);
    return err;
}

static bool is_listed(const struct store_failures *list, size_t count,
                      const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(list->items[i].id, id))
            return true;
    return false;
}

/* Whether the history knows ID, under whatever scenario. */
static int is_known(struct store *store, const char *id, struct mps_diag *diag)
{
    sqlite3_stmt *rows;
    int err =
        history_prepare(store, &rows, diag,
                        "SELECT 1 FROM findings WHERE id = ? LIMIT 1", "t", id);
    if (err)
        return err;
    err = history_step(store, rows, diag);
    sqlite3_finalize(rows);
    return err;
}

static bool was_fixed(struct store *store, const char *id, uint64_t last_ns)
{
    sqlite3_stmt *rows;
    if (history_prepare(store, &rows, NULL,
                        "SELECT marked_ns FROM fixed WHERE id = ?", "t", id))
        return false;
    bool fixed = history_step(store, rows, NULL) > 0 &&
                 history_number(rows, 0) > last_ns;
    sqlite3_finalize(rows);
    return fixed;
}

/* What the trace says of itself. */
static int describe(struct store_failure *failure, const struct trace *trace)
{
    const struct trace_meta *meta = trace_meta(trace);
    const struct finding_list *findings = trace_findings(trace);
    const struct finding *first = findings->count ? findings->items : NULL;
    failure->scenario = strdup(meta->scenario_name);
    failure->kind = strdup(first ? finding_kind_name(first->kind) : "");
    failure->what = strdup(first && first->what ? first->what : "");
    failure->fingerprint = first ? first->fingerprint : 0;
    failure->first_seen_ns = failure->last_seen_ns = meta->wall_ns;
    failure->times = failure->runs = 1;
    bool ok = failure->scenario && failure->kind && failure->what;
    return ok ? 0 : -ENOMEM;
}

/* A trace of which the history knows nothing: copied here by hand, or older
 * than a history that had to be thrown away. It describes itself; one that
 * cannot be read is left out. */
static int add_stray(struct store *store, const char *scenario, const char *id,
                     struct store_failures *list)
{
    char path[PATH_MAX];
    struct trace *trace;
    if (store_failure_path(store, id, path, sizeof(path)) ||
        trace_open(&trace, path, NULL))
        return 0;
    int err = 0;
    if (!scenario || !strcmp(scenario, trace_meta(trace)->scenario_name)) {
        struct store_failure *failure = add_failure(list);
        err = failure ? describe(failure, trace) : -ENOMEM;
        if (failure) {
            failure->id = strdup(id);
            failure->commit = strdup("");
            failure->trace = true;
            failure->fixed = was_fixed(store, id, failure->last_seen_ns);
        }
        if (!err && (!failure->id || !failure->commit))
            err = -ENOMEM;
    }
    trace_close(trace);
    return err;
}

static int by_last_seen(const void *a, const void *b)
{
    const struct store_failure *left = a, *right = b;
    if (left->last_seen_ns != right->last_seen_ns)
        return left->last_seen_ns < right->last_seen_ns ? 1 : -1;
    return strcmp(left->id, right->id);
}

static int match_traces(struct store *store, const char *scenario,
                        struct store_failures *list, struct mps_diag *diag)
{
    for (size_t i = 0; i < list->count; i++) {
        char path[PATH_MAX];
        list->items[i].trace =
            !store_failure_path(store, list->items[i].id, path, sizeof(path)) &&
            !access(path, F_OK);
    }
    char **ids;
    size_t count;
    int err = failures_list(store, &ids, &count, diag);
    if (err)
        return err;
    size_t listed = list->count;
    for (size_t i = 0; i < count && !err; i++) {
        if (is_listed(list, listed, ids[i]))
            continue;
        err = is_known(store, ids[i], diag);
        if (!err && add_stray(store, scenario, ids[i], list))
            err = rows_no_memory(store, diag);
        err = err < 0 ? err : 0;
    }
    failures_list_free(ids, count);
    if (!err && list->count)
        qsort(list->items, list->count, sizeof(*list->items), by_last_seen);
    return err;
}

int store_failures(struct store *store, const char *scenario,
                   struct store_failures *out, struct mps_diag *diag)
{
    *out = (struct store_failures){0};
    pthread_mutex_lock(&store->lock);
    int err = read_failures(store, scenario, out, diag);
    if (!err)
        err = match_traces(store, scenario, out, diag);
    pthread_mutex_unlock(&store->lock);
    if (err)
        store_failures_free(out);
    return err;
}

void store_failures_free(struct store_failures *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct store_failure *failure = &list->items[i];
        rows_free_text(failure->id);
        rows_free_text(failure->scenario);
        rows_free_text(failure->kind);
        rows_free_text(failure->what);
        rows_free_text(failure->commit);
    }
    free(list->items);
    *list = (struct store_failures){0};
}

/* In one transaction; the clock may have gone back since the failure was
 * seen, hence the max(). */
static int mark(struct store *store, const char *id, struct mps_diag *diag)
{
    char path[PATH_MAX];
    int known = is_known(store, id, diag);
    if (!known && !store_failure_path(store, id, path, sizeof(path)))
        known = failures_id_valid(id) && !access(path, F_OK);
    if (known < 0)
        return known;
    if (!known)
        return diag_set(diag, -MPS_ENOMATCH, "'%s': no such failure in %s", id,
                        store->directory);
    return history_run(
        store, diag,
        "INSERT OR REPLACE INTO fixed(id, marked_ns) VALUES(?1,"
        " max(?2, coalesce((SELECT max(last_ns) + 1 FROM findings"
        " WHERE id = ?1), 0)))",
        "ti", id, (int64_t)clock_wall_ns());
}

int store_mark_fixed(struct store *store, const char *id, struct mps_diag *diag)
{
    int err = store_check_writable(store, diag);
    if (err)
        return err;
    pthread_mutex_lock(&store->lock);
    err = history_begin(store, diag);
    if (!err)
        err = history_end(store, mark(store, id, diag), diag);
    pthread_mutex_unlock(&store->lock);
    return err;
}
