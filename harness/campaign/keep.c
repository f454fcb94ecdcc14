#include "keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "store/store.h"
#include "trace/trace.h"

/* The finding as the only one of a list: what reporters and traces take. */
static void write_trace(const struct campaign_options *options,
                        const struct tally *tally,
                        const struct outcome *outcome,
                        const struct finding_list *findings,
                        struct report_finding *entry)
{
    char id[STORE_ID_BYTES];
    store_failure_id(id, sizeof(id), tally->scenario->name,
                     entry->finding->fingerprint);
    entry->id = strdup(id);
    entry->trace = NULL;
    if (options->store) {
        struct trace_info info = {
            .id = id,
            .command = options->command,
            .strategy = NULL,
            .base_seed = options->base_seed,
            .wall_ns = clock_wall_ns(),
        };
        struct mps_diag diag = {""};
        char path[4096];
        int err = store_failure_path(options->store, id, path, sizeof(path));
        if (err)
            diag_set(&diag, err, "%s: %s", store_directory(options->store),
                     error_text(err));
        else
            err = trace_save(path, &info, outcome, findings, &diag);
        if (!err) {
            entry->trace = strdup(path);
            store_set_latest(options->store, id, &diag);
        } else {
            progress_hide(options->progress);
            fprintf(stderr, "mpstress: %s\n", diag.text);
        }
    }
    if (!entry->trace)
        entry->trace = strdup("");
}

static void print_block(const struct campaign_options *options,
                        const struct tally *tally,
                        const struct report_finding *entry)
{
    bool wanted =
        entry->expected ? options->verbosity > 1 : options->verbosity > 0;
    if (!wanted)
        return;
    struct report_scenario shown = {
        .name = tally->scenario->name,
        .about = tally->scenario->about,
        .path = tally->scenario->path ? tally->scenario->path : "",
        .reason = "",
        .expect_fail = tally->scenario->expect == EXPECT_FAIL,
        .expected_kind = tally->scenario->finding,
        .planned = tally->planned,
        .iterations = tally->iterations,
        .failures = tally->failures,
    };
    progress_hide(options->progress);
    report_finding_text(options->out, options->color, &shown, entry);
    fflush(options->out);
}

/* Whether an earlier finding of the iteration looks like the same bug: an
 * iteration counts once. */
static bool is_repeated(const struct finding_list *findings, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (findings->items[i].fingerprint ==
            findings->items[index].fingerprint)
            return true;
    return false;
}

void keep_failure(const struct campaign_options *options, struct tally *tally,
                  int way, const struct outcome *outcome,
                  struct finding_list *findings)
{
    /* The trace holds all findings of the iteration, so it is written while
     * the list is whole; ids come from the tally's entries. */
    struct finding_list whole = {
        .items = calloc(findings->count, sizeof(*findings->items)),
        .count = findings->count,
    };
    if (!whole.items)
        return;
    memcpy(whole.items, findings->items,
           findings->count * sizeof(*findings->items));
    for (size_t i = 0; i < findings->count; i++) {
        bool is_new;
        if (is_repeated(&whole, i))
            continue;
        struct report_finding *entry =
            tally_add(tally, &findings->items[i], outcome, &is_new);
        if (!entry || !is_new)
            continue;
        entry->strategy = portfolio_way_name(way);
        /* The one that gives the trace its name stands first in it. */
        struct finding first = whole.items[i];
        whole.items[i] = whole.items[0];
        whole.items[0] = first;
        write_trace(options, tally, outcome, &whole, entry);
        whole.items[0] = whole.items[i];
        whole.items[i] = first;
        print_block(options, tally, entry);
    }
    free(whole.items);
}
