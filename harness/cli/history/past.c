#include "history/past.h"

#include <errno.h>
#include <stdlib.h>

#include "base/diag.h"

enum { RUNS = 100 /* the newest of each scenario */ };

static int add_rows(struct past *past, size_t i)
{
    const struct store_history *history = &past->histories[i];
    past->rows[i] = calloc(history->count + 1, sizeof(**past->rows));
    if (!past->rows[i])
        return -ENOMEM;
    for (size_t k = 0; k < history->count; k++) {
        const struct store_result *from = &history->items[k];
        past->rows[i][k] = (struct report_past){
            .started_wall_ns = from->started_ns,
            .commit = from->commit,
            .verdict = from->ended ? from->verdict : "interrupted",
            .iterations = from->iterations,
            .failures = from->failures,
        };
    }
    past->scenarios[i].past = past->rows[i];
    past->scenarios[i].past_count = history->count;
    past->scenarios[i].trails = past->trails[i].items;
    past->scenarios[i].trail_count = past->trails[i].count;
    return 0;
}

static int fill(struct past *past, struct store *store)
{
    size_t count = past->run.scenario_count;
    past->scenarios = calloc(count + 1, sizeof(*past->scenarios));
    past->histories = calloc(count + 1, sizeof(*past->histories));
    past->rows = calloc(count + 1, sizeof(*past->rows));
    past->trails = calloc(count + 1, sizeof(*past->trails));
    if (!past->scenarios || !past->histories || !past->rows || !past->trails)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        struct mps_diag diag;
        past->scenarios[i] = past->run.scenarios[i];
        if (store_history(store, past->scenarios[i].name, RUNS,
                          &past->histories[i], &diag) ||
            store_trails(store, past->scenarios[i].name, &past->trails[i],
                         &diag))
            continue;
        int err = add_rows(past, i);
        if (err)
            return err;
    }
    past->run.scenarios = past->scenarios;
    return 0;
}

int past_init(struct past *past, const struct report_run *report,
              struct store *store)
{
    *past = (struct past){.run = *report};
    if (!store)
        return 0;
    int err = fill(past, store);
    if (err) {
        past_fini(past);
        past->run = *report;
    }
    return err;
}

void past_fini(struct past *past)
{
    for (size_t i = 0; i < past->run.scenario_count; i++) {
        if (past->histories)
            store_history_free(&past->histories[i]);
        if (past->trails)
            store_trails_free(&past->trails[i]);
        if (past->rows)
            free(past->rows[i]);
    }
    free(past->rows);
    free(past->trails);
    free(past->histories);
    free(past->scenarios);
    *past = (struct past){.rows = NULL};
}
