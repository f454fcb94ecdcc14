/* mpstress shrink: the shortest schedule of a stored failure, and the two
 * operations that decide. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/parse.h"
#include "campaign/explainer.h"
#include "color_option.h"
#include "command.h"
#include "places.h"
#include "stop.h"
#include "stored/input.h"
#include "stored/lookup.h"
#include "trace/trace_print.h"

struct input {
    struct stored_input stored;
    uint64_t time_ns;
};

enum { KEY_TIME = STORED_INPUT_KEYS_END };

static const struct argp_option options[] = {
    {"time", KEY_TIME, "T", 0, "Stop after T (default 10s)", 0},
    STORED_INPUT_OPTION,
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct input *input = state->input;
    struct mps_diag diag;
    switch (key) {
    case KEY_TIME:
        if (parse_duration(argument, &input->time_ns, &diag))
            argp_error(state, "--time: %s", diag.text);
        if (!input->time_ns)
            argp_error(state, "--time: must be longer than 0");
        return 0;
    default:
        return stored_input_parse(key, argument, state);
    }
}

static void print_exactness(const struct explained *explained)
{
    switch (explained->exactness) {
    case EXACT_ALREADY:
        break;
    case EXACT_ORDER:
        puts("found in stress mode; the order of its operations, enforced "
             "under control, shows it");
        break;
    case EXACT_SEARCH:
        printf("found in stress mode; schedule %" PRIu64
               " of a search under control shows it\n",
               explained->schedules);
        break;
    case EXACT_NOT:
        printf("found in stress mode, and not under control in %" PRIu64
               " schedules: its cause lies between the operations that "
               "mpstress sees\n",
               explained->schedules);
        break;
    }
    if (explained->replays && !explained->replays_failed)
        printf("the failure no longer happens: the recorded schedule passes in "
               "%" PRIu64 " of %" PRIu64 " replays\n",
               explained->replays, explained->replays);
    else if (explained->replays)
        printf("replays %" PRIu64 "/%" PRIu64 "\n", explained->replays_failed,
               explained->replays);
}

static int show(const char *path, bool color, struct mps_diag *diag)
{
    struct trace *trace;
    int err = trace_open(&trace, path, diag);
    if (err)
        return err;
    struct trace_print_options print = {.width = 80, .color = color};
    err = trace_print_explanation(stdout, trace, &print);
    trace_close(trace);
    /* A standard output that takes nothing is told by main(). */
    return err == -EIO ? 0 : err;
}

static int run(int argc, char **argv)
{
    struct input input = {.time_ns = UINT64_C(10000000000)};
    int code = command_parse(&command_shrink, argc, argv, &input);
    if (code)
        return code;
    struct mps_diag diag = {""};
    struct places places = {0};
    struct explained explained = {0};
    char *path = NULL;
    const char *why;
    const bool *stop = stop_install();
    int err = lookup_path(&path, input.stored.store, input.stored.name, &diag);
    if (!err)
        err = places_find(&places, &diag);
    struct explainer_options explainer = {
        .toolchain = &places.toolchain,
        .workspace = places.workspace,
        .isolation = isolation_probe(&why),
        .time_ns = input.time_ns,
        .stop = stop,
    };
    if (!err)
        err = explainer_run(path, &explainer, &explained, &diag);
    if (!err) {
        print_exactness(&explained);
        if (explained.minimal)
            err = show(path, color_stdout(input.stored.color), &diag);
    }
    if (*stop)
        code = EXIT_INTERRUPTED;
    else if (err)
        code = command_fail(&command_shrink, err, &diag);
    else
        code = explained.minimal ? 0 : EXIT_INCONCLUSIVE;
    free(path);
    places_free(&places);
    return code;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = color_option,
    .args_doc = "ID|FILE",
    .doc = "Find the shortest schedule that shows a stored failure, and the "
           "two operations whose order decides; both go into its file and "
           "`mpstress show` leads with them."
           "\v"
           "A failure found in stress mode is made exact first: the order of "
           "its operations is enforced under control, and if that does not "
           "show it, schedules near it are searched. Exit status: 0 when a "
           "shortest schedule was found, 5 when none shows the failure.",
};

const struct command command_shrink = {
    .name = "shrink",
    .summary = "find the shortest schedule of a failure",
    .argp = &argp,
    .run = run,
};
