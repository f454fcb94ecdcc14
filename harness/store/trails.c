/* What became of each failure over the runs of its scenario. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "report/rate.h"
#include "report/report.h"
#include "rows.h"

/* A row for each failure and each run of its scenario, seen or not; the runs
 * in their order. */
static const char trails_sql[] =
    "SELECT failures.id, results.scenario, seen.kind, seen.what,"
    " runs.\"commit\", runs.started_ns, results.iterations,"
    " seen.run IS NOT NULL, seen.times, seen.last_ns, fixed.marked_ns"
    " FROM (SELECT DISTINCT id, scenario FROM findings"
    "  WHERE ?1 IS NULL OR scenario = ?1) AS failures"
    " JOIN results ON results.scenario = failures.scenario"
    " JOIN runs ON runs.id = results.run"
    " LEFT JOIN findings AS seen"
    "  ON seen.run = results.run AND seen.id = failures.id"
    " LEFT JOIN fixed ON fixed.id = failures.id"
    " ORDER BY results.scenario, failures.id, runs.started_ns, runs.id";
enum {
    COLUMN_ID,
    COLUMN_SCENARIO,
    COLUMN_KIND,
    COLUMN_WHAT,
    COLUMN_COMMIT,
    COLUMN_STARTED,
    COLUMN_ITERATIONS,
    COLUMN_SEEN,
    COLUMN_TIMES,
    COLUMN_LAST,
    COLUMN_MARKED
};

/* A trail on its way. */
struct making {
    struct store_trails *list;
    struct report_trail *trail; /* the last of LIST */
    void *points;               /* of it */
    size_t point_count;
    uint64_t noted_ns, marked_ns;
};

static int replace(const char **text, sqlite3_stmt *row, int column)
{
    const char *old = *text;
    int err = rows_text(text, row, column);
    rows_free_text(old);
    return err;
}

/* The points that are shown belong to the trail. */
static void end_trail(struct making *making)
{
    struct report_trail *trail = making->trail;
    size_t count = making->point_count;
    struct report_point *points = making->points;
    if (!trail)
        return;
    if (count > STORE_POINTS) {
        memmove(points, points + count - STORE_POINTS,
                STORE_POINTS * sizeof(*points));
        count = STORE_POINTS;
    }
    trail->points = points;
    trail->point_count = count;
    making->trail = NULL;
    making->points = NULL;
    making->point_count = 0;
}

static int begin_trail(struct making *making, sqlite3_stmt *row)
{
    end_trail(making);
    void *items = making->list->items;
    making->trail =
        rows_append(&items, &making->list->count, sizeof(*making->trail));
    making->list->items = items;
    making->noted_ns = 0;
    making->marked_ns = history_number(row, COLUMN_MARKED);
    if (!making->trail)
        return -ENOMEM;
    static const struct {
        size_t at;
        const char *text;
    } empty[] = {
        {offsetof(struct report_trail, kind), ""},
        {offsetof(struct report_trail, what), ""},
        {offsetof(struct report_trail, first_commit), ""},
        {offsetof(struct report_trail, last_commit), ""},
        {offsetof(struct report_trail, gone_commit), ""},
    };
    int err = rows_text(&making->trail->id, row, COLUMN_ID);
    if (!err)
        err = rows_text(&making->trail->scenario, row, COLUMN_SCENARIO);
    for (size_t i = 0; i < sizeof(empty) / sizeof(*empty) && !err; i++) {
        char *text = strdup(empty[i].text);
        memcpy((char *)making->trail + empty[i].at, &text, sizeof(text));
        err = text ? 0 : -ENOMEM;
    }
    return err;
}

/* Replayed from an earlier run alone, it counts as seen once. */
static uint64_t needed(const struct report_trail *trail)
{
    uint64_t times = trail->times ? trail->times : 1;
    return rate_needed(times,
                       trail->iterations > times ? trail->iterations : times);
}

/* A run that saw it. */
static int add_sight(struct making *making, sqlite3_stmt *row,
                     const struct report_point *point)
{
    struct report_trail *trail = making->trail;
    int err = 0;
    if (!trail->runs++) {
        trail->first_ns = history_number(row, COLUMN_STARTED);
        err = replace(&trail->first_commit, row, COLUMN_COMMIT);
    }
    trail->last_ns = history_number(row, COLUMN_STARTED);
    making->noted_ns = history_number(row, COLUMN_LAST);
    trail->times += point->times;
    trail->iterations += point->iterations;
    trail->state = TRAIL_SEEN;
    trail->replayed = false;
    trail->clean = 0;
    trail->needed = needed(trail);
    if (!err)
        err = replace(&trail->last_commit, row, COLUMN_COMMIT);
    if (!err)
        err = replace(&trail->kind, row, COLUMN_KIND);
    return err ? err : replace(&trail->what, row, COLUMN_WHAT);
}

static int be_gone(struct report_trail *trail, sqlite3_stmt *row)
{
    trail->state = TRAIL_GONE;
    trail->gone_ns = history_number(row, COLUMN_STARTED);
    return replace(&trail->gone_commit, row, COLUMN_COMMIT);
}

/* One that did not. A mark is set while a run goes on: the last that started
 * before it. */
static int add_absence(struct making *making, sqlite3_stmt *row,
                       const struct report_point *point)
{
    struct report_trail *trail = making->trail;
    if (!trail->runs)
        return 0;
    trail->clean += point->iterations;
    if (making->marked_ns > making->noted_ns &&
        history_number(row, COLUMN_STARTED) <= making->marked_ns &&
        (trail->state != TRAIL_GONE || trail->replayed)) {
        trail->replayed = true;
        return be_gone(trail, row);
    }
    if (trail->state == TRAIL_GONE)
        return 0;
    trail->state = TRAIL_QUIET;
    return trail->clean >= trail->needed ? be_gone(trail, row) : 0;
}

static int add_row(struct making *making, sqlite3_stmt *row)
{
    const char *id = (const char *)sqlite3_column_text(row, COLUMN_ID);
    const char *scenario =
        (const char *)sqlite3_column_text(row, COLUMN_SCENARIO);
    if (!id || !scenario)
        return -ENOMEM;
    int err = 0;
    if (!making->trail || strcmp(making->trail->id, id) ||
        strcmp(making->trail->scenario, scenario))
        err = begin_trail(making, row);
    struct report_point *point =
        err ? NULL
            : rows_append(&making->points, &making->point_count,
                          sizeof(*point));
    if (!point)
        return -ENOMEM;
    point->iterations = history_number(row, COLUMN_ITERATIONS);
    point->times = history_number(row, COLUMN_TIMES);
    return history_number(row, COLUMN_SEEN) ? add_sight(making, row, point)
                                            : add_absence(making, row, point);
}

static int by_last_seen(const void *a, const void *b)
{
    const struct report_trail *left = a, *right = b;
    int order = strcmp(left->scenario, right->scenario);
    if (order)
        return order;
    if (left->last_ns != right->last_ns)
        return left->last_ns < right->last_ns ? 1 : -1;
    return strcmp(left->id, right->id);
}

static int read_trails(struct store *store, const char *scenario,
                       struct store_trails *list, struct mps_diag *diag)
{
    sqlite3_stmt *rows;
    struct making making = {.list = list};
    int err = history_prepare(store, &rows, diag, trails_sql, "t", scenario);
    if (err)
        return err;
    while ((err = history_step(store, rows, diag)) > 0)
        if (add_row(&making, rows)) {
            err = rows_no_memory(store, diag);
            break;
        }
    end_trail(&making);
    sqlite3_finalize(rows);
    if (list->count)
        qsort(list->items, list->count, sizeof(*list->items), by_last_seen);
    return err;
}

int store_trails(struct store *store, const char *scenario,
                 struct store_trails *out, struct mps_diag *diag)
{
    *out = (struct store_trails){0};
    pthread_mutex_lock(&store->lock);
    int err = read_trails(store, scenario, out, diag);
    pthread_mutex_unlock(&store->lock);
    if (err)
        store_trails_free(out);
    return err;
}

void store_trails_free(struct store_trails *trails)
{
    for (size_t i = 0; i < trails->count; i++) {
        struct report_trail *trail = &trails->items[i];
        rows_free_text(trail->id);
        rows_free_text(trail->scenario);
        rows_free_text(trail->kind);
        rows_free_text(trail->what);
        rows_free_text(trail->first_commit);
        rows_free_text(trail->last_commit);
        rows_free_text(trail->gone_commit);
        free((void *)(uintptr_t)trail->points);
    }
    free(trails->items);
    *trails = (struct store_trails){0};
}
