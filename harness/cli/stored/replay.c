/* mpstress replay: run the iteration of a stored failure again. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/parse.h"
#include "campaign/compare.h"
#include "campaign/rerun.h"
#include "color_option.h"
#include "command.h"
#include "places.h"
#include "report/report.h"
#include "stop.h"
#include "stored/debug.h"
#include "stored/input.h"
#include "stored/lookup.h"
#include "trace/plan.h"

struct input {
    struct stored_input stored;
    uint64_t times; /* 0: not said */
    bool gdb, serial;
    char *const *program;
};

enum { KEY_TIMES = STORED_INPUT_KEYS_END, KEY_GDB, KEY_SERIAL };

static const struct argp_option options[] = {
    {"times", KEY_TIMES, "N", 0,
     "Run it N times (default 1; 20 for a failure found in stress mode, whose "
     "order is not forced)",
     0},
    {"gdb", KEY_GDB, NULL, 0,
     "Stop the task just before the operation that decides, and run gdb on "
     "it; the others stand still",
     0},
    {"serial", KEY_SERIAL, NULL, 0,
     "Feed the recorded queue messages to the program one after the other, in "
     "one process (see mps_serial() in mpstress.h): is it the logic or the "
     "concurrency?",
     0},
    STORED_INPUT_OPTION,
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct input *input = state->input;
    struct mps_diag diag;
    switch (key) {
    case KEY_TIMES:
        if (parse_u64(argument, &input->times, &diag))
            argp_error(state, "--times: %s", diag.text);
        if (!input->times)
            argp_error(state, "--times: at least 1");
        return 0;
    case KEY_SERIAL:
        input->serial = true;
        return 0;
    case KEY_GDB:
        input->gdb = true;
        return 0;
    case ARGP_KEY_ARG:
        if (!state->quoted || state->next - 1 < state->quoted)
            return stored_input_parse(key, argument, state);
        input->program = state->argv + state->next - 1;
        state->next = state->argc;
        return 0;
    default:
        return stored_input_parse(key, argument, state);
    }
}

struct replay {
    const struct trace *trace;
    struct rerun *rerun;
    bool exact; /* the recorded schedule is forced */
    bool other_build;
    bool color;
    struct schedule_plan plan;
    uint64_t times, done, same, other, diverged;
    struct divergence first; /* the first one */
};

static int replay_once(struct replay *replay, struct mps_diag *diag)
{
    const struct trace_meta *meta = trace_meta(replay->trace);
    struct control control;
    rerun_control(replay->trace, &control);
    control.plan = &replay->plan;
    /* One look at the stacks is enough. */
    control.without_stacks = replay->done > 0;
    struct outcome outcome;
    struct finding_list findings = {0};
    int err =
        rerun_once(replay->rerun, meta->seed, replay->exact ? &control : NULL,
                   &outcome, &findings, diag);
    if (!err) {
        replay->done++;
        if (rerun_same(replay->trace, &findings, true))
            replay->same++;
        else if (findings.count)
            replay->other++;
        struct divergence divergence = {.diverged = false};
        if (replay->exact && !replay->other_build)
            err = compare_run(&divergence, replay->trace, &outcome);
        replay->diverged += divergence.diverged;
        if (divergence.diverged && replay->diverged == 1)
            replay->first = divergence;
        else
            divergence_fini(&divergence);
    }
    finding_list_clear(&findings);
    return err;
}

static void print_again(const struct replay *replay)
{
    color_put(replay->color, replay->same ? STYLE_BAD : STYLE_GOOD, 0,
              "failed again");
}

static void print_stress(const struct replay *replay)
{
    const struct trace_meta *meta = trace_meta(replay->trace);
    char rate[128];
    printf("iteration %" PRIu64 ", seed 0x%" PRIx64 ", same parameters%s%s: ",
           meta->iteration, meta->seed,
           rerun_tool(replay->trace) ? ", under " : " and delays",
           rerun_tool(replay->trace) ? rerun_tool(replay->trace) : "");
    print_again(replay);
    printf(" in %s\n",
           report_rate(replay->same, replay->done, rate, sizeof(rate)));
    if (!replay->same && !rerun_tool(replay->trace))
        puts("a stress failure depends on the moment; try more --times");
}

static void print_exact(const struct replay *replay)
{
    const struct trace_meta *meta = trace_meta(replay->trace);
    printf("iteration %" PRIu64 ", seed 0x%" PRIx64 ", the recorded schedule "
           "(%" PRIu64 " steps, %" PRIu64 " switches)%s: ",
           meta->iteration, meta->seed, meta->grants, meta->switches,
           replay->other_build ? " on another program" : "");
    print_again(replay);
    printf(" in %" PRIu64 " of %" PRIu64 "\n", replay->same, replay->done);
    if (replay->diverged)
        printf("diverged in %" PRIu64 " of %" PRIu64 ", first at step %" PRIu64
               ":\n  recorded  %s\n  got       %s\n",
               replay->diverged, replay->done, replay->first.step,
               replay->first.recorded, replay->first.got);
    else if (!replay->other_build)
        puts("the same operations in the same order each time");
    if (replay->other_build && !replay->same)
        puts("the failure is gone: under this schedule the program does "
             "nothing wrong");
}

static void print_result(const struct replay *replay)
{
    const struct finding_list *findings = trace_findings(replay->trace);
    color_put(replay->color, STYLE_BOLD, 0, trace_meta(replay->trace)->id);
    fputs(": ", stdout);
    color_put(false, STYLE_PLAIN, 0,
              findings->count ? findings->items[0].what : "");
    putchar('\n');
    if (replay->exact)
        print_exact(replay);
    else
        print_stress(replay);
    if (replay->other)
        printf("another failure in %" PRIu64 " of %" PRIu64 "\n", replay->other,
               replay->done);
}

static int prepare(struct replay *replay, const struct trace *trace,
                   const struct input *input, struct mps_diag *diag)
{
    const struct trace_meta *meta = trace_meta(trace);
    replay->trace = trace;
    replay->exact = meta->controlled;
    replay->other_build = input->program;
    replay->color = color_stdout(input->stored.color);
    replay->times = input->times                         ? input->times
                    : replay->exact || rerun_tool(trace) ? 1
                                                         : 20;
    if (!replay->exact)
        return 0;
    int err = trace_plan(trace, &replay->plan);
    if (err)
        return diag_set(diag, err, "%s: its schedule: %s", meta->id,
                        error_text(err));
    return 0;
}

static int replay_serially(struct replay *replay, struct mps_diag *diag)
{
    struct outcome outcome;
    struct finding_list findings = {0};
    int err = rerun_serially(replay->rerun, &outcome, &findings, diag);
    if (!err && !outcome.segment->control.fed)
        err = diag_set(diag, -MPS_ENOMATCH,
                       "%s took no messages: it calls mps_serial() nowhere, or "
                       "not for this variant",
                       rerun_scenario(replay->rerun)->program);
    if (!err) {
        replay->done = 1;
        replay->same = findings.count;
        if (findings.count)
            printf("%s: the messages alone, one after the other in one "
                   "process, fail: it is the logic\n  %s: %s\n",
                   trace_meta(replay->trace)->id,
                   finding_kind_name(findings.items[0].kind),
                   findings.items[0].what);
        else
            printf("%s: the messages alone, one after the other in one "
                   "process, are worked on rightly: it is the concurrency\n",
                   trace_meta(replay->trace)->id);
    }
    finding_list_clear(&findings);
    return err;
}

static int exit_code(const struct replay *replay)
{
    if (replay->diverged)
        return EXIT_INCONCLUSIVE;
    return replay->same || replay->other ? EXIT_FAILURE_FOUND : 0;
}

static int run(int argc, char **argv)
{
    struct input input = {0};
    int code = command_parse(&command_replay, argc, argv, &input);
    if (code)
        return code;
    struct mps_diag diag = {""};
    struct trace *trace = NULL;
    struct places places = {0};
    struct replay replay = {0};
    const char *why;
    const bool *stop = stop_install();
    int err =
        lookup_trace(&trace, input.stored.store, input.stored.name, &diag);
    if (!err)
        err = places_find(&places, &diag);
    if (!err)
        err = prepare(&replay, trace, &input, &diag);
    struct rerun_options rerun_options = {
        .toolchain = &places.toolchain,
        .workspace = places.workspace,
        .isolation = isolation_probe(&why),
        .program = input.program,
        .stop = stop,
    };
    if (!err)
        err = rerun_open(&replay.rerun, trace, &rerun_options, &diag);
    if (!err && input.gdb)
        err = replay.exact
                  ? debug_run(trace, replay.rerun, &diag)
                  : diag_set(&diag, -MPS_EUSAGE,
                             rerun_tool(trace)
                                 ? "%s was found under a tool of Valgrind: "
                                   "there is no operation to stop at"
                                 : "%s was found in stress mode: `mpstress "
                                   "shrink` makes it exact",
                             trace_meta(trace)->id);
    if (!err && input.serial)
        err = replay_serially(&replay, &diag);
    while (!err && !input.gdb && !input.serial && replay.done < replay.times &&
           !*stop)
        err = replay_once(&replay, &diag);
    if (replay.done && !input.serial)
        print_result(&replay);
    if (*stop)
        code = EXIT_INTERRUPTED;
    else if (err)
        code = command_fail(&command_replay, err, &diag);
    else
        code = exit_code(&replay);
    rerun_close(replay.rerun);
    divergence_fini(&replay.first);
    plan_fini(&replay.plan);
    trace_close(trace);
    places_free(&places);
    return code;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = color_option,
    .args_doc = "ID|FILE [-- PROGRAM [ARG...]]",
    .doc = "Run the iteration of a stored failure again. One that was found "
           "under control follows its recorded schedule exactly; one found in "
           "stress mode is run with the same seed, parameters and delays, one "
           "found under Helgrind or DRD under that tool again."
           "\v"
           "ID may be shortened; `latest` is the newest failure. With "
           "-- PROGRAM, another build of the target is run under the same "
           "schedule, followed as far as it goes. Exit status: 1 when it "
           "failed again, 0 when it never did, 5 when the run went another way "
           "than the recorded one.",
};

const struct command command_replay = {
    .name = "replay",
    .summary = "run a stored failure again",
    .argp = &argp,
    .run = run,
};
