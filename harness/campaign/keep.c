#include "keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "check/locks/order.h"
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
        /* It has been explained, or is just about to be. */
        bool kept =
            !err && (entry->known || entry->stored) && !access(path, F_OK);
        if (err)
            diag_set(&diag, err, "%s: %s", store_directory(options->store),
                     error_text(err));
        else if (!kept)
            err = trace_save(path, &info, outcome, findings, &diag);
        if (!err) {
            entry->trace = strdup(path);
            if (!entry->known &&
                !tally_is_warning(tally->scenario, entry->finding))
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
    bool wanted = entry->expected || entry->known ? options->verbosity > 1
                                                  : options->verbosity > 0;
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

enum { NO_WAY = -1 /* of a stored failure */ };

static void keep(const struct campaign_options *options, struct tally *tally,
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
    bool alone = true;
    for (size_t i = 0; i < whole.count; i++)
        alone = alone && tally_is_warning(tally->scenario, &whole.items[i]);
    for (size_t i = 0; i < findings->count; i++) {
        bool is_new;
        if (is_repeated(&whole, i))
            continue;
        struct report_finding *entry =
            tally_add(tally, &findings->items[i], outcome, &is_new);
        if (!entry || !is_new)
            continue;
        entry->stored = way == NO_WAY;
        entry->times = !entry->stored; /* no iteration has had it */
        entry->strategy = entry->stored ? NULL : portfolio_way_name(way);
        /* The one that gives the trace its name stands first in it. */
        struct finding first = whole.items[i];
        whole.items[i] = whole.items[0];
        whole.items[0] = first;
        write_trace(options, tally, outcome, &whole, entry);
        whole.items[0] = whole.items[i];
        whole.items[i] = first;
        bool waits =
            !entry->stored && tally_is_warning(tally->scenario, entry->finding);
        if (!waits || tally_warn(tally, entry, way, alone))
            print_block(options, tally, entry);
    }
    free(whole.items);
}

void keep_failure(const struct campaign_options *options, struct tally *tally,
                  int way, const struct outcome *outcome,
                  struct finding_list *findings)
{
    keep(options, tally, way, outcome, findings);
}

void keep_stored(const struct campaign_options *options, struct tally *tally,
                 const struct outcome *outcome, struct finding_list *findings)
{
    keep(options, tally, NO_WAY, outcome, findings);
}

static size_t find_entry(const struct tally *tally, uint64_t fingerprint)
{
    size_t i = 0;
    while (i < tally->finding_count &&
           tally->findings[i].finding->fingerprint != fingerprint)
        i++;
    return i;
}

static bool came_true(const struct tally *tally, const struct finding *order)
{
    for (size_t i = 0; i < tally->finding_count; i++)
        if (lock_order_came_true(order, tally->findings[i].finding))
            return true;
    return false;
}

/* Its trace was written in time, but never shown to anybody. */
static void forget(struct tally *tally, size_t number)
{
    const struct report_finding *entry = &tally->findings[number];
    if (entry->trace && *entry->trace && !entry->known)
        unlink(entry->trace);
    tally_forget(tally, number);
}

void keep_warnings(const struct campaign_options *options, struct tally *tally)
{
    bool counted = false; /* an iteration with two of them is one failure */
    uint64_t iteration = 0;
    for (size_t i = 0; i < tally->warning_count; i++) {
        struct warning warning = tally->warnings[i];
        size_t number = find_entry(tally, warning.fingerprint);
        if (number == tally->finding_count)
            continue;
        struct report_finding *entry = &tally->findings[number];
        if (came_true(tally, entry->finding)) {
            forget(tally, number);
            continue;
        }
        warning.alone =
            warning.alone && !(counted && entry->first_iteration == iteration);
        counted = true;
        iteration = entry->first_iteration;
        tally_confirm(tally, number, &warning);
        struct mps_diag diag;
        if (options->store && entry->trace && *entry->trace && !entry->known)
            store_set_latest(options->store, entry->id, &diag);
        print_block(options, tally, entry);
    }
}
