#include "stored.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "check/suppress.h"
#include "keep.h"
#include "rerun.h"
#include "store/store.h"
#include "trace/plan.h"

enum {
    MOST = 8,  /* failures of a scenario: a run shall begin soon */
    TRIES = 5, /* of one whose schedule is not known */
};

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* A command line has no other name than its program's: the whole path counts.
 * Of a scenario's file, which another checkout may have, too, the name does. */
static bool is_same_program(const struct campaign_options *options,
                            const struct scenario *scenario, const char *then)
{
    char *now;
    if (scenario_program(scenario, options->toolchain->targets, &now, NULL))
        return false;
    bool same = scenario->path ? !strcmp(file_name(now), file_name(then))
                               : !strcmp(now, then);
    free(now);
    return same;
}

/* Whether the arguments of SCENARIO, with the parameters of TRACE, are those of
 * TRACE. */
static bool has_same_arguments(const struct scenario *scenario,
                               const struct trace *trace, const char **values)
{
    const struct choice choice = {scenario, values};
    const char *const *then;
    size_t count = trace_arguments(trace, &then), n = 1;
    for (const char *const *a = scenario->arguments; a && *a; a++, n++) {
        char *now = n < count ? choice_expand(&choice, *a) : NULL;
        bool same = now && !strcmp(now, then[n]);
        free(now);
        if (!same)
            return false;
    }
    return n == count;
}

/* Whether OPTIONS look for what TRACE found, in the way it was found. */
static bool is_looked_for(const struct campaign_options *options,
                          const struct trace *trace)
{
    const struct finding_list *findings = trace_findings(trace);
    const struct trace_meta *meta = trace_meta(trace);
    if (!findings->count || rerun_tool(trace) || meta->guard != options->guard)
        return false;
    enum finding_kind kind = findings->items[0].kind;
    if ((kind == FINDING_RACE && !(options->detectors & DETECTOR_RACE)) ||
        (kind == FINDING_LOCK_ORDER &&
         !(options->detectors & DETECTOR_LOCK_ORDER)))
        return false;
    return meta->controlled ? portfolio_has_control(&options->portfolio)
                            : portfolio_has_stress(&options->portfolio);
}

/* One failure and what is needed to run it. */
struct stored {
    const struct campaign_options *options;
    struct tally *tally;
    const struct trace *trace;
    struct rerun *rerun;
    struct schedule_plan plan; /* empty: its schedule is not known */
};

/* Of a lock order beside what else failed nobody has asked. */
static void drop_warnings(const struct stored *stored,
                          struct finding_list *findings)
{
    if (trace_findings(stored->trace)->items[0].kind == FINDING_LOCK_ORDER)
        return;
    for (size_t i = 0; i < findings->count;)
        if (findings->items[i].kind == FINDING_LOCK_ORDER)
            finding_list_remove(findings, i);
        else
            i++;
}

/* Run STORED for the TRY-th time. *CAME: it failed again; then, or when
 * something else did, it is in the tally. */
static int run_once(struct stored *stored, unsigned try, bool *came,
                    bool *other, struct mps_diag *diag)
{
    const struct campaign_options *options = stored->options;
    const struct trace_meta *meta = trace_meta(stored->trace);
    struct control control;
    struct outcome outcome;
    struct finding_list findings = {0};
    rerun_control(stored->trace, &control);
    control.plan = &stored->plan;
    control.races = control.races && options->detectors & DETECTOR_RACE;
    int err = rerun_once(stored->rerun, meta->seed,
                         meta->controlled ? &control : NULL, &outcome,
                         &findings, diag);
    if (!err) {
        suppressions_filter(options->suppressions, &findings);
        drop_warnings(stored, &findings);
        *came = rerun_same(stored->trace, &findings, false);
        *other = !*came && findings.count;
    }
    if (!err && findings.count) {
        size_t before = stored->tally->finding_count;
        keep_stored(options, stored->tally, &outcome, &findings);
        bool new = false;
        for (size_t i = before; i < stored->tally->finding_count; i++) {
            struct report_finding *entry = &stored->tally->findings[i];
            entry->replays = try;
            entry->replays_failed = 1;
            new = new || !entry->known;
        }
        stored->tally->revived += new;
    }
    finding_list_clear(&findings);
    return err;
}

static int replay(struct stored *stored, struct mps_diag *diag)
{
    const struct trace_meta *meta = trace_meta(stored->trace);
    bool came = false, other = false;
    int err = 0;
    /* A schedule that was only partly under control may not come again. */
    unsigned tries = meta->controlled && !meta->externals ? 1 : TRIES;
    for (unsigned i = 1; i <= tries && !came && !other && !err; i++) {
        if (*stored->options->stop)
            return -EINTR;
        err = run_once(stored, i, &came, &other, diag);
    }
    if (!err && tally_replayed(stored->tally, meta->id, meta->iteration, came))
        err = diag_set(diag, -ENOMEM, "out of memory");
    return err;
}

static int replay_trace(const struct campaign_options *options,
                        struct scenario *scenario, struct symbols *symbols,
                        struct tally *tally, const struct trace *trace,
                        struct mps_diag *diag)
{
    struct stored stored = {.options = options, .tally = tally, .trace = trace};
    struct rerun_options rerun_options = {
        .toolchain = options->toolchain,
        .workspace = options->workspace,
        .isolation = options->isolation,
        .scenario = scenario,
        .symbols = symbols,
        .stop = options->stop,
    };
    const struct trace_meta *meta = trace_meta(trace);
    if (!is_looked_for(options, trace) ||
        !is_same_program(options, scenario, meta->program) ||
        (meta->controlled && trace_plan(trace, &stored.plan)))
        return 0;
    int err = rerun_open(&stored.rerun, trace, &rerun_options, diag);
    if (!err && has_same_arguments(scenario, trace, rerun_values(stored.rerun)))
        err = replay(&stored, diag);
    rerun_close(stored.rerun);
    plan_fini(&stored.plan);
    return err;
}

int stored_run(const struct campaign_options *options,
               struct scenario *scenario, struct symbols *symbols,
               struct tally *tally, struct mps_diag *diag)
{
    struct store_failures list;
    if (!options->store || scenario->expect == EXPECT_FAIL ||
        store_failures(options->store, scenario->name, &list, NULL))
        return 0;
    size_t done = 0;
    int err = 0;
    for (size_t i = 0; i < list.count && done < MOST && err != -EINTR; i++) {
        char path[PATH_MAX];
        struct trace *trace;
        if (!list.items[i].trace || list.items[i].fixed ||
            store_failure_path(options->store, list.items[i].id, path,
                               sizeof(path)) ||
            trace_open(&trace, path, NULL))
            continue;
        done++;
        err = replay_trace(options, scenario, symbols, tally, trace, diag);
        trace_close(trace);
        if (tally_is_done(tally, options->max_failures))
            break;
    }
    store_failures_free(&list);
    return err == -EINTR ? err : 0;
}
