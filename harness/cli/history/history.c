/* mpstress history: earlier runs, and what of them is accepted. */
#include <stdlib.h>

#include "base/diag.h"
#include "color_option.h"
#include "command.h"
#include "history/accept.h"
#include "history/show.h"
#include "store/store.h"
#include "store_input.h"

struct history_input {
    struct store_input common;
    const char *accept, *reason, *withdraw, *json;
};

enum { KEY_ACCEPT = STORE_INPUT_KEYS_END, KEY_REASON, KEY_WITHDRAW, KEY_JSON };

static int show_history(const struct history_input *input,
                        struct mps_diag *diag)
{
    struct store *store;
    int err = store_input_open(&store, &input->common, false, diag);
    if (!err)
        err = history_show(
            store, input->common.name_count ? input->common.names[0] : NULL,
            color_stdout(input->common.color), input->json, diag);
    store_close(store);
    return err;
}

static const struct argp_option history_options[] = {
    {"json", KEY_JSON, "FILE", 0,
     "Write all of it to FILE (- for standard output)", 0},
    {"accept", KEY_ACCEPT, "ID", 0,
     "Accept this finding: runs show it as known and do not fail for it", 0},
    {"reason", KEY_REASON, "TEXT", 0, "Why; shown whenever it comes", 0},
    {"withdraw", KEY_WITHDRAW, "ID", 0, "It is accepted no more", 0},
    STORE_INPUT_OPTION,
    {0},
};

static error_t parse_history(int key, char *argument, struct argp_state *state)
{
    struct history_input *input = state->input;
    switch (key) {
    case KEY_ACCEPT:
        input->accept = argument;
        return 0;
    case KEY_REASON:
        input->reason = argument;
        return 0;
    case KEY_WITHDRAW:
        input->withdraw = argument;
        return 0;
    case KEY_JSON:
        input->json = argument;
        return 0;
    case ARGP_KEY_END:
        if (input->accept && input->withdraw)
            argp_error(state, "either --accept or --withdraw");
        if ((input->accept || input->withdraw) && input->common.name_count)
            argp_error(state, "'%s': one finding at a time",
                       input->common.names[0]);
        if (input->accept && !input->reason)
            argp_error(state,
                       "--accept %s: why? --reason TEXT is shown whenever it "
                       "comes",
                       input->accept);
        if (input->common.name_count > 1)
            argp_error(state, "'%s': one scenario at a time",
                       input->common.names[1]);
        if (input->reason && !input->accept)
            argp_error(state, "--reason is for --accept");
        return 0;
    default:
        return store_input_parse(key, argument, state);
    }
}

static int run_history(int argc, char **argv)
{
    struct history_input input = {0};
    struct mps_diag diag = {""};
    int code = command_parse(&command_history, argc, argv, &input);
    if (!code) {
        const char *directory =
            input.common.store ? input.common.store : STORE_DEFAULT_DIRECTORY;
        int err = input.accept ? accept_finding(directory, input.accept,
                                                input.reason, &diag)
                  : input.withdraw
                      ? withdraw_finding(directory, input.withdraw, &diag)
                      : show_history(&input, &diag);
        code = err ? command_fail(&command_history, err, &diag) : 0;
    }
    free(input.common.names);
    return code;
}

static const struct argp history_argp = {
    .options = history_options,
    .parser = parse_history,
    .children = color_option,
    .args_doc = "[SCENARIO]\n--accept ID --reason TEXT\n--withdraw ID",
    .doc = "Show the results of earlier runs, newest first, and when each "
           "failure was first and last seen; or accept a finding, which is "
           "known from then on."
           "\v"
           "A failure is gone with the run in which the iterations since its "
           "last sight came to as many as would have shown it with a "
           "confidence of 99 %, at the lowest rate that the 95 % interval of "
           "the runs that saw it allows; or in which its recorded schedule "
           "passed. A commit with -dirty had changes that were not committed."
           "\n\n"
           "ID may be shortened; `latest` is the newest failure. What is "
           "accepted is kept in the store; `mpstress list known` shows it, in "
           "the format of a file to keep with the sources, for `mpstress run "
           "--known FILE`.",
};

const struct command command_history = {
    .name = "history",
    .summary = "show results of earlier runs",
    .argp = &history_argp,
    .run = run_history,
};
