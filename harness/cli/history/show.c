#include "history/show.h"

#include <errno.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/error.h"
#include "report/report.h"
#include "store/store.h"

enum { MOST = 10 /* runs of each of several scenarios */ };

static int write_json(const char *path, const struct report_history *history,
                      struct mps_diag *diag)
{
    struct report_draft draft;
    int err = report_draft_open(&draft);
    if (!err)
        err = report_history_json(draft.out, history);
    return report_draft_put(&draft, err, path, "the history", diag);
}

static int write_all(const struct store_history *rows,
                     const struct store_trails *trails, const char *scenario,
                     bool color, const char *json, struct mps_diag *diag)
{
    struct report_past *runs = calloc(rows->count + 1, sizeof(*runs));
    if (!runs)
        return diag_set(diag, -ENOMEM, "out of memory");
    for (size_t i = 0; i < rows->count; i++) {
        const struct store_result *row = &rows->items[i];
        runs[i] = (struct report_past){
            .started_wall_ns = row->started_ns,
            .commit = row->commit,
            .verdict = row->ended ? row->verdict : "interrupted",
            .iterations = row->iterations,
            .failures = row->failures,
            .scenario = row->scenario,
        };
    }
    const struct report_history history = {
        .runs = runs,
        .run_count = rows->count,
        .trails = trails->items,
        .trail_count = trails->count,
        .most = scenario ? 0 : MOST,
        .color = color,
    };
    int err = json ? write_json(json, &history, diag)
                   : report_history(stdout, &history);
    if (err && !json)
        diag_set(diag, err, "standard output: %s", error_text(err));
    free(runs);
    return err;
}

int history_show(struct store *store, const char *scenario, bool color,
                 const char *json, struct mps_diag *diag)
{
    struct store_history rows = {0};
    struct store_trails trails = {0};
    int err = store_history(store, scenario, 0, &rows, diag);
    if (!err)
        err = store_trails(store, scenario, &trails, diag);
    if (!err)
        err = write_all(&rows, &trails, scenario, color, json, diag);
    store_trails_free(&trails);
    store_history_free(&rows);
    return err;
}
