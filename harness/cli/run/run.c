#include "run/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "campaign/cores.h"
#include "campaign/known.h"
#include "check/suppress.h"
#include "command.h"
#include "history/past.h"
#include "history/record.h"
#include "places.h"
#include "run/github.h"
#include "select.h"
#include "stop.h"
#include "store/store.h"
#include "valgrind/tools.h"

/* Everything a run holds, released together. */
struct session {
    struct run_input input;
    struct selection selection;
    struct places places;
    struct store *store;
    struct suppressions *suppressions;
    struct known_list known;
    char *tool_suppressions;
    struct progress *progress;
    struct campaign *campaign;
    char *command;
};

static void session_fini(struct session *session)
{
    campaign_free(session->campaign);
    progress_free(session->progress);
    store_close(session->store);
    suppressions_free(session->suppressions);
    free(session->tool_suppressions);
    places_free(&session->places);
    select_free(&session->selection);
    free(session->input.workers);
    free(session->input.names);
    free(session->input.known);
    for (size_t i = 0; i < session->input.setting_count; i++)
        free(session->input.settings[i]);
    free(session->input.settings);
    known_free(&session->known);
    free(session->command);
}

/* The command line as one text, for reports. */
static char *join(int argc, char **argv)
{
    struct str text;
    str_init(&text);
    str_add(&text, argv[0]);
    for (int i = 1; i < argc; i++) {
        str_add_char(&text, ' ');
        str_add_word(&text, argv[i]);
    }
    return str_take(&text);
}

static int load(struct session *session, struct mps_diag *diag)
{
    struct run_input *input = &session->input;
    struct selection *selection = &session->selection;
    int err;
    if (input->program && input->name_count)
        return diag_set(diag, -MPS_EUSAGE,
                        "'%s' before -- PROGRAM: either scenarios or a "
                        "program, not both",
                        input->names[0]);
    if (input->program) {
        selection->items = calloc(1, sizeof(*selection->items));
        if (!selection->items)
            return diag_set(diag, -ENOMEM, "out of memory");
        err = scenario_from_command(selection->items, input->program, diag);
        selection->count = !err;
    } else {
        err =
            select_scenarios(selection, input->names, input->name_count, diag);
    }
    for (size_t i = 0; !err && i < selection->count; i++) {
        struct scenario *scenario = selection->items[i];
        if (input->worker_count)
            err = scenario_set_parameter(scenario, "workers", input->workers,
                                         input->worker_count, diag);
        if (input->campaign.timeout_ns)
            scenario->time_limit_ns = input->campaign.timeout_ns;
    }
    return err;
}

static uint64_t fresh_seed(void)
{
    uint32_t seed;
    /* 32 bits: short enough to type, many enough. */
    if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
        seed = (uint32_t)clock_wall_ns();
    return seed;
}

/* In ThreadSanitizer's format for all findings, or in Valgrind's for its own
 * tools. */
static int load_suppressions(struct session *session, struct mps_diag *diag)
{
    const char *path = session->input.suppressions;
    if (valgrind_is_suppressions(path)) {
        /* A run has its own working directory. */
        session->tool_suppressions = realpath(path, NULL);
        session->input.campaign.tool_suppressions = session->tool_suppressions;
        return session->tool_suppressions
                   ? 0
                   : diag_set(diag, -MPS_EINPUT, "%s: %s", path,
                              strerror(errno));
    }
    return suppressions_load(&session->suppressions, path, diag) ? -MPS_EINPUT
                                                                 : 0;
}

/* What the files say goes before what the store does. */
static int load_known(struct session *session, struct mps_diag *diag)
{
    const struct run_input *input = &session->input;
    struct known_list *known = &session->known;
    int err = known_take_store(known, session->store, diag);
    for (size_t i = 0; !err && i < input->known_count; i++)
        err = known_load(known, input->known[i], diag);
    return err;
}

static int check_reports(const struct run_input *input, struct mps_diag *diag)
{
    int err = 0;
    for (int i = 0; !err && i < FORMATS_MAX; i++)
        if (input->reports[i])
            err = report_check_path(input->reports[i], diag);
    return err;
}

static int prepare(struct session *session, struct mps_diag *diag)
{
    struct run_input *input = &session->input;
    struct campaign_options *campaign = &input->campaign;
    int err = load(session, diag);
    if (!err)
        err = check_reports(input, diag);
    /* Also when it is not there: an option that names nothing is misused. */
    if (!err && input->suppressions)
        err = load_suppressions(session, diag);
    /* Of a store that is to be made, nothing is merely absent. */
    if (!err &&
        store_open(&session->store,
                   input->store ? input->store : STORE_DEFAULT_DIRECTORY, true,
                   diag))
        err = -MPS_ESTORE;
    if (!err)
        err = load_known(session, diag);
    if (!err)
        err = places_find(&session->places, diag);
    if (err)
        return err;
    const char *why;
    if (!input->has_seed)
        campaign->base_seed = fresh_seed();
    if (!campaign->jobs) {
        struct cores cores;
        cores_look(&cores);
        campaign->jobs =
            cores.count < CAMPAIGN_JOBS_MAX ? cores.count : CAMPAIGN_JOBS_MAX;
    }
    campaign->scenarios = session->selection.items;
    campaign->scenario_count = session->selection.count;
    campaign->toolchain = &session->places.toolchain;
    campaign->workspace = session->places.workspace;
    campaign->command = session->command;
    campaign->settings = (const char *const *)input->settings;
    campaign->setting_count = input->setting_count;
    campaign->store = session->store;
    /* What a seed gives must not depend on the store. One shard is enough. */
    campaign->stored_first = !input->no_stored && !input->has_seed &&
                             !campaign->has_only && campaign->shard <= 1;
    campaign->suppressions = session->suppressions;
    campaign->known = &session->known;
    campaign->isolation = isolation_probe(&why);
    campaign->out = stdout;
    campaign->color = report_use_color(input->color, stdout);
    campaign->stop = stop_install();
    session->progress =
        progress_new(stderr, report_use_color(input->color, stderr),
                     campaign->verbosity == 0);
    campaign->progress = session->progress;
    return session->progress ? 0 : diag_set(diag, -ENOMEM, "out of memory");
}

/* Reports that cannot be written do not lose the others. */
static int write_reports(const struct session *session,
                         const struct report_run *report)
{
    size_t count;
    const struct report_format *formats = report_formats(&count);
    struct past past;
    int first = past_init(&past, report, session->store);
    for (size_t i = 0; i < count && i < FORMATS_MAX; i++) {
        struct mps_diag diag = {""};
        const char *path = session->input.reports[i];
        int err = path ? report_write(&formats[i], path, &past.run, &diag) : 0;
        if (err)
            fprintf(stderr, "mpstress run: %s\n", diag.text);
        first = first ? first : err;
    }
    past_fini(&past);
    return first;
}

/* Whether a report goes to standard output, where the summary would be in
 * its way. */
static bool report_on_stdout(const struct run_input *input)
{
    for (int i = 0; i < FORMATS_MAX; i++)
        if (input->reports[i] && !strcmp(input->reports[i], "-"))
            return true;
    return false;
}

static int run_command(int argc, char **argv)
{
    struct session session = {
        .input = {.campaign = {.mode = "auto",
                               .shrink_time_ns = SHRINK_TIME_NS,
                               .max_failures = 1,
                               .detectors = DETECTORS_DEFAULT,
                               .verbosity = 1}},
        .command = join(argc, argv),
    };
    struct mps_diag diag = {""};
    portfolio_by_mode(&session.input.campaign.portfolio, "auto");
    int code = command_parse(&command_run, argc, argv, &session.input);
    if (code) {
        session_fini(&session);
        return code;
    }
    if (report_on_stdout(&session.input))
        session.input.campaign.verbosity = 0;
    int err = prepare(&session, &diag);
    struct store_run run;
    bool recorded = !err && !history_open_run(session.store, session.command,
                                              session.input.campaign.base_seed,
                                              &run, &diag);
    /* A run without its history is still worth having. */
    if (!err && !recorded)
        fprintf(stderr, "mpstress run: %s\n", diag.text);
    /* A report on standard output is alone there. */
    bool summary = !report_on_stdout(&session.input);
    struct github github;
    github_begin(&github, summary ? stdout : stderr);
    if (!err)
        err = campaign_run(&session.campaign, &session.input.campaign, &diag);
    if (err) {
        code = command_fail(&command_run, err, &diag);
        github_end(&github, NULL, NULL);
        session_fini(&session);
        return code;
    }
    const struct report_run *report = campaign_report(session.campaign);
    code = report->exit_code;
    if (recorded && history_close_run(session.store, &run, report, &diag))
        fprintf(stderr, "mpstress run: %s\n", diag.text);
    err = write_reports(&session, report);
    if (summary)
        report_summary(stdout, session.input.campaign.color, report);
    int unsaid = github_end(&github, report, &diag);
    if (unsaid)
        fprintf(stderr, "mpstress run: %s\n", diag.text);
    session_fini(&session);
    return code ? code : command_exit(err ? err : unsaid);
}

const struct command command_run = {
    .name = "run",
    .summary = "run scenarios or a program many times",
    .argp = &run_argp,
    .run = run_command,
};
