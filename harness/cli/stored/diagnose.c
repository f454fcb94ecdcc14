/* mpstress diagnose: from a stored failure to the rule that was broken. */
#include "diagnose/diagnose.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/parse.h"
#include "color_option.h"
#include "command.h"
#include "places.h"
#include "report/report.h"
#include "stop.h"
#include "stored/input.h"
#include "stored/lookup.h"

struct input {
    struct stored_input stored;
    const char *json, *log;
    uint64_t shrink_ns;
};

enum { KEY_JSON = STORED_INPUT_KEYS_END, KEY_LOG, KEY_TIME };

static const struct argp_option options[] = {
    {"json", KEY_JSON, "FILE", 0,
     "Write steps, verdicts and conclusion as JSON, too (-: stdout, instead of "
     "the text)",
     0},
    {"log", KEY_LOG, "FILE", 0,
     "Where every operation of the failing run is written (default: beside the "
     "failure's file)",
     0},
    {"shrink-time", KEY_TIME, "T", 0,
     "If it was not shrunk yet, take at most T for that (default 30s)", 0},
    STORED_INPUT_OPTION,
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct input *input = state->input;
    struct mps_diag diag;
    switch (key) {
    case KEY_JSON:
        input->json = argument;
        return 0;
    case KEY_LOG:
        input->log = argument;
        return 0;
    case KEY_TIME:
        if (parse_duration(argument, &input->shrink_ns, &diag))
            argp_error(state, "--shrink-time: %s", diag.text);
        if (!input->shrink_ns)
            argp_error(state, "--shrink-time: must be longer than 0");
        return 0;
    default:
        return stored_input_parse(key, argument, state);
    }
}

static int write_json(const char *path, const struct diagnose *diagnose,
                      struct mps_diag *diag)
{
    struct report_draft draft;
    int err = report_draft_open(&draft);
    if (!err)
        err = diagnose_json(draft.out, diagnose);
    return report_draft_put(&draft, err, path, "JSON", diag);
}

static int show(const struct input *input, const struct diagnose *diagnose,
                struct mps_diag *diag)
{
    int err = input->json ? write_json(input->json, diagnose, diag) : 0;
    if (err || (input->json && !strcmp(input->json, "-")))
        return err;
    err = diagnose_print(stdout, diagnose, color_stdout(input->stored.color));
    if (err == -ENOMEM)
        return diag_set(diag, err, "out of memory");
    return 0; /* a standard output that takes nothing is told by main() */
}

static int run(int argc, char **argv)
{
    struct input input = {.shrink_ns = UINT64_C(30000000000)};
    int code = command_parse(&command_diagnose, argc, argv, &input);
    if (code)
        return code;
    struct mps_diag diag = {""};
    struct places places = {0};
    struct diagnose diagnose = {0};
    char *path = NULL;
    const char *why;
    const bool *stop = stop_install();
    int err = lookup_path(&path, input.stored.store, input.stored.name, &diag);
    if (!err && input.json)
        err = report_check_path(input.json, &diag);
    if (!err)
        err = places_find(&places, &diag);
    struct diagnose_options how = {
        .toolchain = &places.toolchain,
        .workspace = places.workspace,
        .isolation = isolation_probe(&why),
        .shrink_ns = input.shrink_ns,
        .log = input.log,
        .stop = stop,
    };
    if (!err)
        err = diagnose_run(&diagnose, path, &how, &diag);
    if (!err)
        err = show(&input, &diagnose, &diag);
    if (*stop)
        code = EXIT_INTERRUPTED;
    else if (err)
        code = command_fail(&command_diagnose, err, &diag);
    else
        code = diagnose.rule ? 0 : EXIT_INCONCLUSIVE;
    diagnose_fini(&diagnose);
    free(path);
    places_free(&places);
    return code;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = color_option,
    .args_doc = "ID|FILE",
    .doc = "Find out why a stored failure happens, by six experiments: run it "
           "with one worker; log every operation; make each shared object's "
           "accesses uninterruptible; replay it; let it run freely; shorten "
           "it. The last paragraph says what happened, which two operations it "
           "comes down to, and which rule was broken."
           "\v"
           "ID may be shortened; `latest` is the newest failure. Exit status: "
           "0 when a broken rule was found, 5 when none of those known fits.",
};

const struct command command_diagnose = {
    .name = "diagnose",
    .summary = "find out which rule a failure broke",
    .argp = &argp,
    .run = run,
};
