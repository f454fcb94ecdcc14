/* mpstress replay: run the iteration of a stored failure again. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "base/parse.h"
#include "base/str.h"
#include "campaign/keep.h"
#include "campaign/plan.h"
#include "check/check.h"
#include "command.h"
#include "lookup.h"
#include "places.h"
#include "report/report.h"
#include "runner/slot.h"
#include "stop.h"

struct input {
    const char *name, *store;
    uint64_t times;
};

enum { KEY_STORE = 256, KEY_TIMES };

static const struct argp_option options[] = {
    {"times", KEY_TIMES, "N", 0, "Run it N times (default 20)", 0},
    {"store", KEY_STORE, "DIR", 0, "The store (default .mpstress)", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct input *input = state->input;
    struct mps_diag diag;
    switch (key) {
    case KEY_STORE:
        input->store = argument;
        return 0;
    case KEY_TIMES:
        if (parse_u64(argument, &input->times, &diag))
            argp_error(state, "--times: %s", diag.text);
        if (!input->times)
            argp_error(state, "--times: at least 1");
        return 0;
    case ARGP_KEY_ARG:
        if (input->name)
            argp_error(state, "one failure at a time");
        input->name = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which failure? `mpstress list failures`");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* -- The scenario that the trace came from ----------------------------------*/

/* The file's text as it was then, written into the workspace under its own
 * name; relative paths in it start where they did. */
static int load_kept_text(struct scenario **out, const struct trace_meta *meta,
                          const char *workspace, struct mps_diag *diag)
{
    char *path = str_format("%s/%s.yml", workspace, meta->scenario_name);
    int err = path ? io_replace_file(path, meta->scenario_text,
                                     strlen(meta->scenario_text))
                   : -ENOMEM;
    if (err)
        diag_set(diag, err, "%s: %s", workspace, strerror(-err));
    else
        err = scenario_load(out, path, diag);
    free(path);
    if (!err)
        (*out)->directory = meta->directory;
    return err;
}

static int load_command(struct scenario **out, const struct trace *trace,
                        struct mps_diag *diag)
{
    const char *const *arguments;
    size_t count = trace_arguments(trace, &arguments);
    const struct trace_meta *meta = trace_meta(trace);
    char **argv = calloc(count + 2, sizeof(*argv));
    if (!argv)
        return diag_set(diag, -ENOMEM, "out of memory");
    int err = 0;
    for (size_t i = 0; i < count; i++)
        argv[i] = strdup(i ? arguments[i] : meta->program);
    if (!count)
        argv[0] = strdup(meta->program);
    err = scenario_from_command(out, argv, diag);
    for (size_t i = 0; argv[i]; i++)
        free(argv[i]);
    free(argv);
    return err;
}

static int load_scenario(struct scenario **out, const struct trace *trace,
                         const char *workspace, struct mps_diag *diag)
{
    const struct trace_meta *meta = trace_meta(trace);
    int err = *meta->scenario_text ? load_kept_text(out, meta, workspace, diag)
                                   : load_command(out, trace, diag);
    if (!err) {
        (*out)->time_limit_ns = meta->time_limit_ns;
        (*out)->delay_low_ns = meta->delay_low_ns;
        (*out)->delay_high_ns = meta->delay_high_ns;
    }
    return err;
}

/* The recorded value of each parameter. */
static int recorded_values(const struct scenario *scenario,
                           const struct trace *trace, const char **values,
                           struct mps_diag *diag)
{
    const struct trace_param *params;
    size_t count = trace_params(trace, &params);
    for (size_t i = 0; i < scenario->parameter_count; i++) {
        const char *name = scenario->parameters[i].name;
        values[i] = NULL;
        for (size_t p = 0; p < count; p++)
            if (!strcmp(params[p].name, name))
                values[i] = params[p].value;
        if (!values[i])
            return diag_set(diag, -MPS_ECORRUPT,
                            "the trace has no value for the parameter '%s'",
                            name);
    }
    return 0;
}

/* -- Running it
 * ----------------------------------------------------------------*/

struct replay {
    const struct trace *trace;
    const struct scenario *scenario;
    struct slot *slot;
    const char **values;
    struct reference_set *references; /* NULL: none needed */
    uint64_t times, done, same, other;
    unsigned cpus;
};

static bool has_fingerprint(const struct finding_list *list,
                            const struct finding_list *wanted)
{
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; k < wanted->count; k++)
            if (list->items[i].fingerprint == wanted->items[k].fingerprint)
                return true;
    return false;
}

static int replay_once(struct replay *replay, struct mps_diag *diag)
{
    const struct trace_meta *meta = trace_meta(replay->trace);
    struct choice choice = {replay->scenario, replay->values};
    struct disturbance disturbance;
    plan_disturbance(meta->seed, meta->delay_low_ns, meta->delay_high_ns,
                     replay->cpus, &disturbance);
    const struct reference *reference = NULL;
    struct outcome outcome;
    int err = replay->references
                  ? references_get(replay->references, replay->slot, &choice,
                                   &reference, diag)
                  : 0;
    if (!err)
        err = slot_iterate(replay->slot, &choice, meta->iteration, meta->seed,
                           &disturbance, NULL, &outcome, diag);
    if (err)
        return err;
    struct finding_list findings = {0};
    err = check_iteration(&outcome, reference, &findings, diag);
    replay->done++;
    if (has_fingerprint(&findings, trace_findings(replay->trace)))
        replay->same++;
    else if (findings.count)
        replay->other++;
    finding_list_clear(&findings);
    return err;
}

static int replay_all(struct replay *replay, const struct places *places,
                      const bool *stop, struct mps_diag *diag)
{
    struct symbols *symbols = NULL;
    char *program = NULL;
    char *directory = str_format("%s/slot", places->workspace);
    const char *why;
    int err = directory ? symbols_open(&symbols, NULL) : -ENOMEM;
    if (!err && mkdir(directory, 0755))
        err = diag_set(diag, -errno, "%s: %s", directory, strerror(errno));
    if (!err)
        err = scenario_program(replay->scenario, places->toolchain.targets,
                               &program, diag);
    struct slot_options slot_options = {
        .scenario = replay->scenario,
        .program = program,
        .runtime = places->toolchain.runtime,
        .launcher = places->toolchain.launcher,
        .directory = directory,
        .isolation = isolation_probe(&why),
        .cpu = replay->cpus > 1 ? 0 : -1,
        .symbols = symbols,
        .stop = stop,
    };
    if (!err)
        err = slot_open(&replay->slot, &slot_options, diag);
    if (!err)
        err = check_needs_reference(replay->scenario)
                  ? references_new(&replay->references, replay->scenario)
                  : 0;
    while (!err && replay->done < replay->times && !*stop)
        err = replay_once(replay, diag);
    slot_close(replay->slot);
    references_free(replay->references);
    symbols_close(symbols);
    free(program);
    free(directory);
    return err;
}

static void print_result(const struct replay *replay)
{
    const struct trace_meta *meta = trace_meta(replay->trace);
    const struct finding_list *findings = trace_findings(replay->trace);
    char rate[128];
    printf("%s: %s\n", meta->id,
           findings->count ? findings->items[0].what : "");
    printf("iteration %" PRIu64 ", seed 0x%" PRIx64
           ", same parameters and delays: failed again in %s\n",
           meta->iteration, meta->seed,
           report_rate(replay->same, replay->done, rate, sizeof(rate)));
    if (replay->other)
        printf("another failure in %" PRIu64 " of %" PRIu64 "\n", replay->other,
               replay->done);
    if (!replay->same)
        puts("a stress failure depends on the moment; try more --times");
}

static int run(int argc, char **argv)
{
    struct input input = {.times = 20};
    int code = command_parse(&command_replay, argc, argv, &input);
    if (code)
        return code;
    struct mps_diag diag = {""};
    struct trace *trace = NULL;
    struct scenario *scenario = NULL;
    struct places places = {0};
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    struct replay replay = {
        .times = input.times,
        .cpus = cpus > 0 ? (unsigned)cpus : 1,
    };
    const bool *stop = stop_install();
    int err = lookup_trace(&trace, input.store, input.name, &diag);
    if (!err)
        err = places_find(&places, &diag);
    if (!err)
        err = load_scenario(&scenario, trace, places.workspace, &diag);
    if (!err) {
        replay.trace = trace;
        replay.scenario = scenario;
        replay.values =
            calloc(scenario->parameter_count + 1, sizeof(*replay.values));
        err = replay.values
                  ? recorded_values(scenario, trace, replay.values, &diag)
                  : diag_set(&diag, -ENOMEM, "out of memory");
    }
    if (!err)
        err = replay_all(&replay, &places, stop, &diag);
    if (replay.done)
        print_result(&replay);
    if (*stop)
        code = EXIT_INTERRUPTED;
    else if (err)
        code = command_fail(&command_replay, err, &diag);
    else
        code = replay.same || replay.other ? EXIT_FAILURE_FOUND : 0;
    free(replay.values);
    scenario_free(scenario);
    trace_close(trace);
    places_free(&places);
    return code;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "ID|FILE",
    .doc = "Run the iteration of a stored failure again, with its seed, "
           "parameters and delays, and say how often it fails.\v"
           "ID may be shortened; `latest` is the newest failure. Exit status: "
           "1 when it failed again, 0 when it never did.",
};

const struct command command_replay = {"replay", "run a stored failure again",
                                       &argp, run};
