#include "afterwards.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/diag.h"
#include "base/error.h"
#include "explainer.h"
#include "trace/explanation.h"
#include "trace/trace.h"
#include "trace/trace_print.h"

enum { EXPLAINED = 3 /* findings of a scenario */ };

static void print_explanation(const struct campaign_options *options,
                              const struct report_finding *entry)
{
    struct mps_diag diag;
    struct trace *trace;
    if (!options->verbosity || trace_open(&trace, entry->trace, &diag))
        return;
    struct trace_print_options print = {.width = 80, .color = options->color};
    progress_hide(options->progress);
    fprintf(options->out, "%s, shrunk%s\n", entry->id,
            entry->replays ? "" : ", not replayed");
    trace_print_explanation(options->out, trace, &print);
    fputc('\n', options->out);
    fflush(options->out);
    trace_close(trace);
}

static void print_exactness(const struct campaign_options *options,
                            const struct report_finding *entry,
                            const struct explained *explained)
{
    if (!options->verbosity || explained->exactness == EXACT_ALREADY)
        return;
    progress_hide(options->progress);
    if (explained->exactness == EXACT_ORDER)
        fprintf(options->out,
                "%s: found in stress mode; the order of its operations, "
                "enforced under control, shows it: replay is exact\n",
                entry->id);
    else if (explained->exactness == EXACT_SEARCH)
        fprintf(options->out,
                "%s: found in stress mode; schedule %" PRIu64
                " of a search under control shows it: replay is exact\n",
                entry->id, explained->schedules);
    else
        fprintf(options->out,
                "%s: found in stress mode, not under control in %" PRIu64
                " schedules: replay repeats seed and delays\n",
                entry->id, explained->schedules);
}

static void explain(const struct campaign_options *options,
                    struct report_finding *entry)
{
    struct explainer_options explainer = {
        .toolchain = options->toolchain,
        .workspace = options->workspace,
        .isolation = options->isolation,
        .time_ns = options->shrink_time_ns,
        .stop = options->stop,
    };
    struct explained explained;
    struct mps_diag diag = {""};
    int err = explainer_run(entry->trace, &explainer, &explained, &diag);
    entry->replays = (uint32_t)explained.replays;
    entry->replays_failed = (uint32_t)explained.replays_failed;
    if (err == -EINTR)
        return;
    if (err) {
        progress_hide(options->progress);
        fprintf(stderr, "mpstress: %s: cannot be explained: %s\n", entry->id,
                *diag.text ? diag.text : error_text(err));
        return;
    }
    print_exactness(options, entry, &explained);
    if (explained.minimal)
        print_explanation(options, entry);
}

/* An earlier run may have explained it. */
static bool is_explained(const struct report_finding *entry)
{
    struct trace *trace;
    if (!entry->stored || trace_open(&trace, entry->trace, NULL))
        return false;
    bool explained = trace_explanation(trace) != NULL;
    trace_close(trace);
    return explained;
}

void afterwards(const struct campaign_options *options, struct tally *tally)
{
    unsigned count = 0;
    if (!options->shrink_time_ns || tally->without_points)
        return;
    for (size_t i = 0; i < tally->finding_count; i++) {
        struct report_finding *entry = &tally->findings[i];
        if (*options->stop || count == EXPLAINED)
            return;
        /* No schedule shows what a tool has found by its own means. */
        if (entry->expected || entry->known || !entry->trace ||
            !*entry->trace ||
            (entry->strategy && valgrind_tool_find(entry->strategy) >= 0))
            continue;
        count++;
        if (is_explained(entry))
            print_explanation(options, entry);
        else
            explain(options, entry);
    }
}
