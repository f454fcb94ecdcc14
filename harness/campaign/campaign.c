#include "campaign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "afterwards.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "check/suppress.h"
#include "keep.h"
#include "plan.h"
#include "report/words.h"
#include "store/store.h"
#include "stored.h"
#include "symbols/symbols.h"
#include "tools.h"
#include "workers.h"

struct campaign {
    struct report_run report;
    struct tally *tallies;
    struct report_scenario *scenarios;
    struct symbols *symbols; /* findings point into it */
    char **notes;
    size_t note_count;
};

/* Takes NOTE; NULL: there is none. */
static void add_note(struct campaign *campaign, char *note)
{
    if (!note)
        return;
    char **notes =
        realloc(campaign->notes, (campaign->note_count + 1) * sizeof(*notes));
    if (!notes) {
        free(note);
        return;
    }
    campaign->notes = notes;
    notes[campaign->note_count++] = note;
}

/* The report's view of TALLY, which keeps the ownership. */
static void describe(const struct tally *tally, enum verdict verdict,
                     struct report_scenario *out)
{
    const struct scenario *scenario = tally->scenario;
    *out = (struct report_scenario){
        .name = scenario->name,
        .about = scenario->about,
        .path = scenario->path ? scenario->path : "",
        .verdict = verdict,
        .reason = tally->reason ? tally->reason : "",
        .expect_fail = scenario->expect == EXPECT_FAIL,
        .expected_kind = scenario->finding,
        .planned = tally->planned,
        .iterations = tally->iterations,
        .failures = tally->failures,
        .known_failures = tally->known_failures,
        .elapsed_ns = tally->elapsed_ns,
        .findings = tally->findings,
        .finding_count = tally->finding_count,
        .breakdowns = tally->breakdown.tables,
        .breakdown_count = tally->breakdown_count,
        .strategies = tally->used,
        .strategy_count = tally->used_count,
        .external_call = tally->external_call,
        .never_reached = (const char *const *)tally->never_reached,
        .never_reached_count = tally->never_reached_count,
        .replayed = tally->replayed_count,
        .fixed = tally->fixed,
        .fixed_count = tally->fixed_count,
        .unseen = tally->unseen,
        .unseen_count = tally->unseen_count,
    };
}

/* Whether TALLY must come to a number of clean iterations. */
static bool is_to_be_clean(const struct campaign_options *options,
                           const struct tally *tally)
{
    return options->clean_iterations &&
           tally->scenario->expect == EXPECT_PASS &&
           tools_leave_iterations(options);
}

static bool is_short(const struct campaign_options *options,
                     const struct tally *tally)
{
    if (is_to_be_clean(options, tally))
        return tally_clean(tally) < options->clean_iterations &&
               !tally_is_done(tally, options->max_failures);
    return tally->planned && tally->iterations < tally->planned &&
           !tally_is_done(tally, options->max_failures);
}

/* Whether the finding that the scenario expects was not even looked for: the
 * tools see no invariants but status and files, and nothing between
 * processes. */
static bool is_blind(const struct campaign_options *options,
                     const struct tally *tally)
{
    return tally->scenario->expect == EXPECT_FAIL &&
           !tools_leave_iterations(options);
}

/* What TOOL could not look at in a run, or did not take for a finding. */
static void note_tool(struct campaign *campaign, enum valgrind_tool tool)
{
    const char *name = valgrind_tool_name(tool);
    size_t forked = 0, remarks = 0;
    for (size_t i = 0; i < campaign->report.scenario_count; i++) {
        const struct valgrind_remarks *one =
            &campaign->tallies[i].remarks[tool];
        forked += one->processes > 1;
        remarks += one->remarks;
    }
    if (forked)
        add_note(campaign,
                 str_format("%s is blind to what processes share: it looked at "
                            "each by itself in %zu of %zu scenarios",
                            name, forked, campaign->report.scenario_count));
    if (remarks)
        add_note(campaign,
                 str_format("%s remarked %zu times on what correct programs "
                            "may do (signal after the unlock, end with a lock "
                            "held, wait for another process): not counted",
                            name, remarks));
}

/* What was looked for in all of SCENARIO's iterations and did not come. */
static void list_missing(struct campaign *campaign, struct tally *tally)
{
    tally_list_unseen(tally);
    tally_list_fixed(tally);
    size_t undecided = 0;
    for (size_t i = 0; i < tally->replayed_count; i++)
        undecided += !tally->replayed[i].came &&
                     tally->iterations <= tally->replayed[i].iteration;
    if (undecided)
        add_note(campaign,
                 str_format("%s: %zu stored failure%s did not come when "
                            "replayed; too few iterations to call %s fixed",
                            tally->scenario->name, undecided,
                            undecided == 1 ? "" : "s",
                            undecided == 1 ? "it" : "them"));
}

/* A name of the target's choice. */
static char *describe_shared(const struct tally *tally)
{
    struct str s;
    str_init(&s);
    str_addf(&s,
             "%s: iterations were run one at a time, as they change what "
             "others see (",
             tally->scenario->name);
    words_clean(&s, tally->shared);
    str_add(&s, ")");
    return str_take(&s);
}

static void run_scenario(struct campaign *campaign,
                         const struct campaign_options *options, size_t index)
{
    const struct scenario *scenario = options->scenarios[index];
    struct tally *tally = &campaign->tallies[index];
    struct report_scenario *shown = &campaign->scenarios[index];
    struct mps_diag diag = {""};
    if (tally_init(tally, scenario)) {
        describe(tally, VERDICT_ERROR, shown);
        return;
    }
    uint64_t planned = !tools_leave_iterations(options) ? 0
                       : options->has_only              ? 1
                       : options->has_iterations        ? options->iterations
                       : options->duration_ns           ? 0
                                                        : scenario->iterations;
    if (planned || !tools_leave_iterations(options))
        planned += tools_planned(options, scenario);
    tally->known = options->known;
    progress_limit(options->progress, options->duration_ns);
    progress_begin(options->progress, scenario->name, planned, index + 1,
                   options->scenario_count);
    int err = 0;
    tally->planned = tools_leave_iterations(options)
                         ? plan_iterations(options, scenario)
                         : 0;
    if (options->stored_first && tools_leave_iterations(options))
        err = stored_run(options, options->scenarios[index], campaign->symbols,
                         tally, &diag);
    if (!err && tools_leave_iterations(options) &&
        !tally_is_done(tally, options->max_failures))
        err = workers_run(options, scenario, campaign->symbols, tally, &diag);
    /* What the tools may say counts also when an iteration has failed. */
    bool short_of_plan = is_short(options, tally);
    if (!err)
        err = tools_run(options, scenario, campaign->symbols, tally, &diag);
    if (err && err != -EINTR)
        tally->reason = strdup(*diag.text ? diag.text : error_text(err));
    keep_warnings(options, tally);
    afterwards(options, tally);
    if (tally->without_points)
        add_note(campaign,
                 str_format("%s: %s is statically linked or set-user-id and "
                            "is seen only from outside: no delays, no record "
                            "of its operations",
                            scenario->name, scenario->program));
    if (tally->shared)
        add_note(campaign, describe_shared(tally));
    add_note(campaign, blind_describe(&tally->blind, scenario->name));
    short_of_plan |= is_short(options, tally) || is_blind(options, tally);
    /* A run that ended before its plan has not looked for all of them. */
    if (!*options->stop && !options->has_only && !err &&
        tally->iterations >= tally->planned && tools_leave_iterations(options))
        list_missing(campaign, tally);
    describe(tally, tally_verdict(tally, *options->stop || short_of_plan),
             shown);
    shown->flaky = tally_is_flaky(tally, options->max_failures) &&
                   shown->verdict == VERDICT_FAIL;
    shown->must_be_clean = is_to_be_clean(options, tally);
    shown->confident = shown->must_be_clean && !tally_new_failures(tally) &&
                       tally_clean(tally) >= options->clean_iterations;
    progress_end(options->progress, shown);
}

/* The first that applies, most serious first. */
static int exit_code(const struct campaign *campaign, bool interrupted)
{
    static const struct {
        enum verdict verdict;
        int code;
    } codes[] = {
        {VERDICT_FAIL, 1}, {VERDICT_ERROR, 3}, {VERDICT_INCONCLUSIVE, 5}};
    if (interrupted)
        return 130;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        for (size_t s = 0; s < campaign->report.scenario_count; s++)
            if (campaign->scenarios[s].verdict == codes[i].verdict)
                return codes[i].code;
    return 0;
}

int campaign_run(struct campaign **out, const struct campaign_options *options,
                 struct mps_diag *diag)
{
    *out = NULL;
    struct campaign *campaign = calloc(1, sizeof(*campaign));
    char root[4096];
    if (!campaign)
        return diag_set(diag, -ENOMEM, "out of memory");
    campaign->tallies =
        calloc(options->scenario_count + 1, sizeof(*campaign->tallies));
    campaign->scenarios =
        calloc(options->scenario_count + 1, sizeof(*campaign->scenarios));
    int err = campaign->tallies && campaign->scenarios ? 0 : -ENOMEM;
    if (!err)
        err = symbols_open(&campaign->symbols,
                           getcwd(root, sizeof(root)) ? root : NULL);
    if (err) {
        campaign_free(campaign);
        return diag_set(diag, err, "out of memory");
    }
    uint64_t start = clock_now_ns();
    struct report_run *report = &campaign->report;
    *report = (struct report_run){
        .version = MPS_VERSION,
        .command = options->command,
        .settings = options->settings,
        .setting_count = options->setting_count,
        .base_seed = options->base_seed,
        .jobs = options->jobs,
        .started_wall_ns = clock_wall_ns(),
        .store = options->store ? store_directory(options->store) : NULL,
        .mode = options->mode,
        .clean_needed = options->clean_iterations,
        .confidence = options->confidence,
        .max_rate = options->max_rate,
        .quiet = options->verbosity == 0,
        .verbose = options->verbosity > 1,
        .scenarios = campaign->scenarios,
    };
    for (size_t i = 0; i < options->scenario_count && !*options->stop; i++) {
        run_scenario(campaign, options, i);
        report->scenario_count++;
    }
    if (options->isolation == ISOLATION_NONE)
        add_note(campaign,
                 strdup("no namespaces here: process ids vary, and shared "
                        "memory left behind is not noticed (see `mpstress "
                        "doctor`)"));
    for (int tool = 0; tool < VALGRIND_TOOL_COUNT; tool++)
        note_tool(campaign, (enum valgrind_tool)tool);
    add_note(campaign, suppressions_describe(options->suppressions));
    report->notes = (const char *const *)campaign->notes;
    report->note_count = campaign->note_count;
    report->elapsed_ns = clock_now_ns() - start;
    report->interrupted = *options->stop;
    report->exit_code = exit_code(campaign, report->interrupted);
    *out = campaign;
    return 0;
}

const struct report_run *campaign_report(const struct campaign *campaign)
{
    return &campaign->report;
}

void campaign_free(struct campaign *campaign)
{
    if (!campaign)
        return;
    for (size_t i = 0; campaign->tallies && i < campaign->report.scenario_count;
         i++)
        tally_fini(&campaign->tallies[i]);
    for (size_t i = 0; i < campaign->note_count; i++)
        free(campaign->notes[i]);
    free(campaign->notes);
    free(campaign->tallies);
    free(campaign->scenarios);
    symbols_close(campaign->symbols);
    free(campaign);
}
