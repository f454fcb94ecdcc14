#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/parse.h"
#include "base/str.h"
#include "campaign/confidence.h"
#include "color_option.h"
#include "help.h"
#include "run/run.h"

enum {
    KEY_ITERATIONS = 256,
    KEY_DURATION,
    KEY_CONFIDENCE,
    KEY_MAX_RATE,
    KEY_WORKERS,
    KEY_DELAY,
    KEY_SEED,
    KEY_ONLY,
    KEY_MAX_FAILURES,
    KEY_TIMEOUT,
    KEY_SHARD,
    KEY_STORE,
    KEY_NO_STORED,
    KEY_MODE,
    KEY_STRATEGY,
    KEY_SHRINK_TIME,
    KEY_DETECTOR,
    KEY_GUARD,
    KEY_SUPPRESSIONS,
    KEY_KNOWN,
    KEY_HTML,
    KEY_JSON,
    KEY_JUNIT,
    KEY_SARIF,
    KEY_TAP
};

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "How long:", 1},
    {"iterations", KEY_ITERATIONS, "N", 0,
     "Run each scenario N times (default: what it says, or 1000; 0: until "
     "another limit)",
     0},
    {"duration", KEY_DURATION, "T", 0,
     "Stop each scenario after T (30s, 10m, 2h)", 0},
    {"require-confidence", KEY_CONFIDENCE, "C", 0,
     "Run each scenario as often without a new failure as it takes to say with "
     "confidence C, such as 99%, that it fails less often than --max-rate; "
     "instead of --iterations. When --duration ends first, that is "
     "inconclusive",
     0},
    {"max-rate", KEY_MAX_RATE, "R", 0,
     "The rate that --require-confidence is about, such as 0.1%", 0},
    {"max-failures", KEY_MAX_FAILURES, "N", 0,
     "Stop a scenario after N failing iterations that are not known (default "
     "1; 0: never)",
     0},
    {"timeout", KEY_TIMEOUT, "T", 0,
     "Time limit of one iteration (default: what the scenario says, or 10s)",
     0},
    {"shrink-time", KEY_SHRINK_TIME, "T", 0,
     "Time for replaying and shrinking each unexpected failure (default 10s; "
     "0s: none)",
     0},
    {NULL, 0, NULL, 0, "What is varied:", 2},
    {"mode", KEY_MODE, "MODE", 0,
     "stress: tasks run freely, with delays; control: one task at a time, "
     "every switch chosen; auto: a mixture of both (default)",
     0},
    {"strategy", KEY_STRATEGY, "LIST", 0,
     "Instead of --mode: stress, random, pct, pos, sequential, drawn from in "
     "equal parts; `mpstress list strategies` explains them",
     0},
    {"workers", KEY_WORKERS, "LIST", 0,
     "What the parameter `workers` is drawn from: 2,4,8 or 1..4 (default: what "
     "the scenario says, or 2..4)",
     0},
    {"delay", KEY_DELAY, "LO..HI", 0,
     "Range of the sleeps put in at points: 0..200us (0: none)", 0},
    {"seed", KEY_SEED, "N", 0,
     "Base seed; iteration I of a seed is the same again in another run", 0},
    {"only", KEY_ONLY, "I", 0, "Run iteration I alone", 0},
    {"shard", KEY_SHARD, "I/N", 0,
     "Run the I-th of N parts of the iterations (I from 1)", 0},
    {"jobs", 'j', "N", 0,
     "Job slots (default: one for each core). Iterations that change the same "
     "files, or take the same port, run one at a time all the same",
     0},
    {NULL, 0, NULL, 0, "What is looked for, beside what must hold:", 3},
    {"detector", KEY_DETECTOR, "LIST", 0,
     "race, lock-order, helgrind, drd (default race,lock-order), or none. "
     "helgrind and drd run the target under that tool of Valgrind, up to three "
     "times; with these alone in LIST nothing else is run",
     0},
    {"guard", KEY_GUARD, NULL, 0,
     "See the accesses of programs that were not built by mpstress cc, by "
     "page faults (x86-64, processes of one thread)",
     0},
    {"suppressions", KEY_SUPPRESSIONS, "FILE", 0,
     "Leave out the findings that FILE names, in ThreadSanitizer's format "
     "(race:FUNCTION, FILE or LIBRARY); or a file in Valgrind's format for "
     "helgrind and drd",
     0},
    {"known", KEY_KNOWN, "FILE", 0,
     "Show the findings that FILE names (lines of ID REASON) as known, as "
     "those accepted by `mpstress history --accept`, and do not fail for them",
     0},
    {NULL, 0, NULL, 0, "Results:", 4},
    {"store", KEY_STORE, "DIR", 0,
     "Keep failures and history in DIR (default .mpstress)", 0},
    {"no-stored", KEY_NO_STORED, NULL, 0,
     "Do not begin each scenario with the failures of it that the store has "
     "(nor with --seed or --only, which do not depend on a store)",
     0},
    {"html", KEY_HTML, "FILE", 0,
     "Write a report to read in a browser to FILE: one page, no network", 0},
    {"json", KEY_JSON, "FILE", 0, "Write a JSON report to FILE (-: stdout)", 0},
    {"junit", KEY_JUNIT, "FILE", 0, "Write a JUnit report to FILE", 0},
    {"sarif", KEY_SARIF, "FILE", 0,
     "Write a SARIF 2.1.0 report to FILE, for code scanning and editors", 0},
    {"tap", KEY_TAP, "FILE", 0, "Write a TAP 13 report to FILE", 0},
    {"quiet", 'q', NULL, 0, "Only the summary", 0},
    {"verbose", 'v', NULL, 0, "Also show the findings that were expected", 0},
    {0},
};

static int number(struct argp_state *state, const char *option,
                  const char *text, uint64_t *out)
{
    struct mps_diag diag;
    if (parse_u64(text, out, &diag))
        argp_error(state, "--%s: %s", option, diag.text);
    return 0;
}

static int time_span(struct argp_state *state, const char *option,
                     const char *text, uint64_t *out)
{
    struct mps_diag diag;
    if (parse_duration(text, out, &diag))
        argp_error(state, "--%s: %s", option, diag.text);
    if (!*out)
        argp_error(state, "--%s: must be longer than 0", option);
    return 0;
}

static int share(struct argp_state *state, const char *option, const char *text,
                 double *out)
{
    struct mps_diag diag;
    if (parse_share(text, out, &diag))
        argp_error(state, "--%s: %s", option, diag.text);
    return 0;
}

/* What must be known of all options. */
static int finish(struct argp_state *state, struct campaign_options *campaign)
{
    if (!campaign->confidence && !campaign->max_rate)
        return 0;
    if (!campaign->confidence || !campaign->max_rate)
        argp_error(state, "--require-confidence and --max-rate go together: "
                          "99%% and 0.1%% for 4,603 iterations");
    if (campaign->has_iterations)
        argp_error(state, "either --iterations or --require-confidence, which "
                          "computes their number");
    if (campaign->has_only || campaign->shards > 1)
        argp_error(state, "--require-confidence needs all iterations, not "
                          "--only or --shard");
    campaign->clean_iterations =
        confidence_iterations(campaign->confidence, campaign->max_rate);
    if (!campaign->clean_iterations)
        argp_error(state, "--max-rate: so small a rate takes more iterations "
                          "than anybody can run");
    return 0;
}

static int set_workers(struct argp_state *state, struct run_input *input,
                       const char *text)
{
    struct mps_diag diag;
    free(input->workers);
    input->workers = NULL;
    if (parse_list(text, &input->workers, &input->worker_count, &diag))
        argp_error(state, "--workers: %s", diag.text);
    return 0;
}

static int set_delay(struct argp_state *state,
                     struct campaign_options *campaign, const char *text)
{
    struct mps_diag diag;
    if (parse_duration_range(text, &campaign->delay_low_ns,
                             &campaign->delay_high_ns, &diag))
        argp_error(state, "--delay: %s", diag.text);
    campaign->has_delay = true;
    return 0;
}

static int set_shard(struct argp_state *state,
                     struct campaign_options *campaign, char *text)
{
    struct mps_diag diag;
    char *slash = strchr(text, '/');
    if (!slash)
        argp_error(state, "--shard: '%s' is not I/N, as in 1/4", text);
    *slash = '\0';
    if (parse_u64(text, &campaign->shard, &diag) ||
        parse_u64(slash + 1, &campaign->shards, &diag))
        argp_error(state, "--shard: %s", diag.text);
    *slash = '/';
    if (!campaign->shard || campaign->shard > campaign->shards)
        argp_error(state, "--shard: '%s': I goes from 1 to N", text);
    return 0;
}

static int set_report(struct argp_state *state, struct run_input *input,
                      const char *name, const char *path)
{
    size_t count;
    const struct report_format *formats = report_formats(&count);
    for (size_t i = 0; i < count && i < FORMATS_MAX; i++)
        if (!strcmp(formats[i].name, name)) {
            input->reports[i] = path;
            return 0;
        }
    argp_error(state, "no report format '%s'", name);
    return 0;
}

static int set_strategies(struct argp_state *state,
                          struct campaign_options *campaign, const char *list)
{
    struct mps_diag diag;
    if (portfolio_parse(&campaign->portfolio, list, &diag))
        argp_error(state, "--strategy: %s", diag.text);
    campaign->mode = !portfolio_has_control(&campaign->portfolio) ? "stress"
                     : portfolio_has_stress(&campaign->portfolio) ? "auto"
                                                                  : "control";
    return 0;
}

static int set_detectors(struct argp_state *state,
                         struct campaign_options *campaign, const char *list)
{
    struct mps_diag diag;
    if (detectors_parse(&campaign->detectors, list, &diag))
        argp_error(state, "--detector: %s", diag.text);
    return 0;
}

static int shrink_time(struct argp_state *state,
                       struct campaign_options *campaign, const char *text)
{
    struct mps_diag diag;
    if (parse_duration(text, &campaign->shrink_time_ns, &diag))
        argp_error(state, "--shrink-time: %s", diag.text);
    return 0;
}

static int add_text(const char ***list, size_t *count, const char *text)
{
    const char **texts = realloc(*list, (*count + 1) * sizeof(**list));
    if (!texts)
        return ENOMEM;
    *list = texts;
    texts[(*count)++] = text;
    return 0;
}

/* Keep the options that iteration I of a seed depends on: who runs it again
 * needs them, too. */
static int keep_setting(struct run_input *input, int key, const char *argument)
{
    static const int settings[] = {KEY_TIMEOUT, KEY_WORKERS,  KEY_DELAY,
                                   KEY_MODE,    KEY_STRATEGY, KEY_DETECTOR,
                                   KEY_GUARD};
    enum { COUNT = sizeof(settings) / sizeof(settings[0]) };
    size_t i = 0;
    while (i < COUNT && settings[i] != key)
        i++;
    if (i == COUNT)
        return 0;
    const struct argp_option *option = options;
    while (option->key != key)
        option++;
    char **kept =
        realloc(input->settings, (input->setting_count + 1) * sizeof(*kept));
    if (!kept)
        return ENOMEM;
    input->settings = kept;
    kept[input->setting_count] =
        argument ? str_format("--%s=%s", option->name, argument)
                 : str_format("--%s", option->name);
    return kept[input->setting_count++] ? 0 : ENOMEM;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct run_input *input = state->input;
    struct campaign_options *campaign = &input->campaign;
    uint64_t value = 0;
    int err = keep_setting(input, key, argument);
    if (err)
        return err;
    switch (key) {
    case ARGP_KEY_INIT:
        color_option_into(state, &input->color);
        return 0;
    case KEY_ITERATIONS:
        campaign->has_iterations = true;
        return number(state, "iterations", argument, &campaign->iterations);
    case KEY_DURATION:
        return time_span(state, "duration", argument, &campaign->duration_ns);
    case KEY_CONFIDENCE:
        return share(state, "require-confidence", argument,
                     &campaign->confidence);
    case KEY_MAX_RATE:
        return share(state, "max-rate", argument, &campaign->max_rate);
    case KEY_MAX_FAILURES:
        return number(state, "max-failures", argument, &campaign->max_failures);
    case KEY_TIMEOUT:
        return time_span(state, "timeout", argument, &campaign->timeout_ns);
    case KEY_WORKERS:
        return set_workers(state, input, argument);
    case KEY_DELAY:
        return set_delay(state, campaign, argument);
    case KEY_SEED:
        input->has_seed = true;
        return number(state, "seed", argument, &campaign->base_seed);
    case KEY_ONLY:
        campaign->has_only = true;
        return number(state, "only", argument, &campaign->only);
    case KEY_SHARD:
        return set_shard(state, campaign, argument);
    case 'j':
        number(state, "jobs", argument, &value);
        if (value < 1 || value > CAMPAIGN_JOBS_MAX)
            argp_error(state, "--jobs: from 1 to %d", CAMPAIGN_JOBS_MAX);
        campaign->jobs = (unsigned)value;
        return 0;
    case KEY_STORE:
        input->store = argument;
        return 0;
    case KEY_NO_STORED:
        input->no_stored = true;
        return 0;
    case KEY_HTML:
        return set_report(state, input, "html", argument);
    case KEY_JSON:
        return set_report(state, input, "json", argument);
    case KEY_JUNIT:
        return set_report(state, input, "junit", argument);
    case KEY_SARIF:
        return set_report(state, input, "sarif", argument);
    case KEY_TAP:
        return set_report(state, input, "tap", argument);
    case 'q':
        campaign->verbosity = 0;
        return 0;
    case 'v':
        campaign->verbosity++;
        return 0;
    case KEY_SHRINK_TIME:
        return shrink_time(state, campaign, argument);
    case KEY_MODE:
        if (portfolio_by_mode(&campaign->portfolio, argument))
            argp_error(state, "--mode: '%s' is not auto, stress or control",
                       argument);
        campaign->mode = argument;
        return 0;
    case KEY_STRATEGY:
        return set_strategies(state, campaign, argument);
    case KEY_DETECTOR:
        return set_detectors(state, campaign, argument);
    case KEY_GUARD:
        campaign->guard = true;
        return 0;
    case KEY_SUPPRESSIONS:
        input->suppressions = argument;
        return 0;
    case KEY_KNOWN:
        return add_text(&input->known, &input->known_count, argument);
    case ARGP_KEY_ARG:
        /* "--" ends the options; what follows is the program's. */
        if (state->quoted && state->next - 1 >= state->quoted) {
            input->program = state->argv + state->next - 1;
            state->next = state->argc;
            return 0;
        }
        return add_text(&input->names, &input->name_count, argument);
    case ARGP_KEY_SUCCESS:
        return finish(state, campaign);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp run_argp = {
    .options = options,
    .parser = parse,
    .children = color_option,
    .args_doc = "[SCENARIO...]\n-- PROGRAM [ARG...]",
    .doc =
        "Run scenarios, or any program, many times and check what must hold."
        "\v"
        "A SCENARIO is a YAML file, a directory of them, or the name of one "
        "in ./scenarios; without any, all of ./scenarios are run. With -- "
        "PROGRAM, exit status 0, no crash, deadlock or hang and nothing left "
        "behind are demanded; \"{workers}\" in an argument stands for the "
        "number drawn from --workers. It runs in this directory.",
    .help_filter = help_add_exit_codes,
};
