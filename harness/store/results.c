/* The results of all runs, read back. */
#include <limits.h>
#include <stdlib.h>

#include "internal.h"
#include "rows.h"

static const char history_sql[] =
    "SELECT runs.id, runs.command, runs.\"commit\", results.scenario,"
    " results.verdict, runs.started_ns, runs.seed, results.iterations,"
    " results.failures, results.elapsed_ns, runs.ended_ns IS NOT NULL,"
    " runs.exit_code"
    " FROM results JOIN runs ON runs.id = results.run"
    " WHERE ?1 IS NULL OR results.scenario = ?1"
    " ORDER BY runs.started_ns DESC, runs.id, results.scenario"
    " LIMIT ?2";

static int take_result(struct store_result *result, sqlite3_stmt *row)
{
    const char **const texts[] = {&result->run, &result->command,
                                  &result->commit, &result->scenario,
                                  &result->verdict};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int err = rows_text(texts[i], row, (int)i);
        if (err)
            return err;
    }
    result->started_ns = history_number(row, 5);
    result->seed = history_hex(row, 6);
    result->iterations = history_number(row, 7);
    result->failures = history_number(row, 8);
    result->elapsed_ns = history_number(row, 9);
    result->ended = history_number(row, 10);
    result->exit_code = sqlite3_column_int(row, 11);
    return 0;
}

static int read_results(struct store *store, const char *scenario, size_t limit,
                        struct store_history *out, struct mps_diag *diag)
{
    sqlite3_stmt *rows;
    int64_t most = limit && limit < INT64_MAX ? (int64_t)limit : -1;
    int err =
        history_prepare(store, &rows, diag, history_sql, "ti", scenario, most);
    if (err)
        return err;
    while ((err = history_step(store, rows, diag)) > 0) {
        void *items = out->items;
        struct store_result *result =
            rows_append(&items, &out->count, sizeof(*result));
        out->items = items;
        if (!result || take_result(result, rows)) {
            err = rows_no_memory(store, diag);
            break;
        }
    }
    sqlite3_finalize(rows);
    return err;
}

int store_history(struct store *store, const char *scenario, size_t limit,
                  struct store_history *out, struct mps_diag *diag)
{
    *out = (struct store_history){0};
    pthread_mutex_lock(&store->lock);
    int err = read_results(store, scenario, limit, out, diag);
    pthread_mutex_unlock(&store->lock);
    if (err)
        store_history_free(out);
    return err;
}

void store_history_free(struct store_history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        struct store_result *result = &history->items[i];
        rows_free_text(result->run);
        rows_free_text(result->command);
        rows_free_text(result->commit);
        rows_free_text(result->scenario);
        rows_free_text(result->verdict);
    }
    free(history->items);
    *history = (struct store_history){0};
}
