/* mpstress list, history and merge: what the store and ./scenarios hold. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/diag.h"
#include "base/error.h"
#include "campaign/known.h"
#include "campaign/portfolio.h"
#include "command.h"
#include "history/accept.h"
#include "history/show.h"
#include "scenario/scenario.h"
#include "select.h"
#include "store/store.h"

struct input {
    const char *store;
    const char **names; /* owned */
    size_t name_count;
    const char *accept, *reason, *withdraw, *json; /* of history */
};

enum { KEY_STORE = 256, KEY_ACCEPT, KEY_REASON, KEY_WITHDRAW, KEY_JSON };

static const struct argp_option options[] = {
    {"store", KEY_STORE, "DIR", 0, "The store (default .mpstress)", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct input *input = state->input;
    if (key == KEY_STORE) {
        input->store = argument;
        return 0;
    }
    if (key != ARGP_KEY_ARG)
        return ARGP_ERR_UNKNOWN;
    const char **names =
        realloc(input->names, (input->name_count + 1) * sizeof(*input->names));
    if (!names)
        return ENOMEM;
    input->names = names;
    names[input->name_count++] = argument;
    return 0;
}

static int open_store(struct store **out, const struct input *input,
                      bool create, struct mps_diag *diag)
{
    return store_open(out,
                      input->store ? input->store : STORE_DEFAULT_DIRECTORY,
                      create, diag);
}

static const char *when(uint64_t ns, char buf[static 32])
{
    time_t seconds = (time_t)(ns / 1000000000u);
    struct tm local;
    if (!localtime_r(&seconds, &local) ||
        !strftime(buf, 32, "%Y-%m-%d %H:%M", &local))
        strcpy(buf, "?");
    return buf;
}

/* TEXT, which may come from another's store, on one line. */
static void put_line(const char *text)
{
    for (; *text; text++)
        putchar((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text);
    putchar('\n');
}

/* -- list
 * ---------------------------------------------------------------------*/

static int list_scenarios(const struct input *input, struct mps_diag *diag)
{
    (void)input;
    struct selection selection;
    int err = select_scenarios(&selection, NULL, 0, diag);
    if (err)
        return err;
    int width = 8;
    for (size_t i = 0; i < selection.count; i++) {
        int n = (int)strlen(selection.items[i]->name);
        width = n > width && n <= 40 ? n : width;
    }
    for (size_t i = 0; i < selection.count; i++) {
        const struct scenario *scenario = selection.items[i];
        const char *expected =
            scenario->expect == EXPECT_PASS ? "pass"
            : scenario->finding < 0
                ? "fail"
                : finding_kind_name((enum finding_kind)scenario->finding);
        printf("%-*s  %-10s  %s\n", width, scenario->name, expected,
               scenario->about);
    }
    select_free(&selection);
    return 0;
}

static int list_failures(const struct input *input, struct mps_diag *diag)
{
    struct store *store;
    struct store_failures list;
    struct known_list known = {0};
    int err = open_store(&store, input, false, diag);
    if (err)
        return err;
    err = known_take_store(&known, store, diag);
    if (!err)
        err = store_failures(store, NULL, &list, diag);
    if (!err && !list.count)
        puts("no failure stored");
    for (size_t i = 0; !err && i < list.count; i++) {
        const struct store_failure *failure = &list.items[i];
        char last[32];
        printf("%s  %-9s  %s  %" PRIu64 " x%s%s%s\n    %s\n", failure->id,
               failure->kind, when(failure->last_seen_ns, last), failure->times,
               failure->fixed ? "  fixed" : "",
               known_reason(&known, failure->id) ? "  known" : "",
               failure->trace ? "" : "  (no trace file)", failure->what);
    }
    if (!err)
        store_failures_free(&list);
    known_free(&known);
    store_close(store);
    return err;
}

static int list_strategies(const struct input *input, struct mps_diag *diag)
{
    (void)input, (void)diag;
    printf("%-10s  tasks run freely on real cores, with seeded delays at "
           "points\n",
           portfolio_way_name(WAY_STRESS));
    for (int i = 0; i < STRATEGY_REPLAY; i++)
        printf("%-10s  under control: %s\n", sched_strategies[i]->name,
               sched_strategies[i]->about);
    return 0;
}

/* As `run --known FILE` reads it. */
static int list_known(const struct input *input, struct mps_diag *diag)
{
    struct store *store;
    struct store_knowns list;
    int err = open_store(&store, input, false, diag);
    if (err)
        return err;
    err = store_knowns(store, &list, diag);
    if (!err && !list.count)
        puts("# no finding is accepted");
    for (size_t i = 0; !err && i < list.count; i++) {
        const struct store_known *known = &list.items[i];
        char changed[32];
        printf("# accepted %s by ", when(known->changed_ns, changed));
        put_line(known->author);
        printf("%s  ", known->id);
        put_line(known->reason);
    }
    if (!err)
        store_knowns_free(&list);
    store_close(store);
    return err;
}

static const struct {
    const char *name;
    int (*list)(const struct input *input, struct mps_diag *diag);
} lists[] = {
    {"scenarios", list_scenarios},
    {"failures", list_failures},
    {"strategies", list_strategies},
    {"known", list_known},
};

static int run_list(int argc, char **argv)
{
    struct input input = {0};
    struct mps_diag diag = {""};
    int code = command_parse(&command_list, argc, argv, &input);
    const char *what = input.name_count ? input.names[0] : "scenarios";
    int err = diag_set(
        &diag, -MPS_EUSAGE,
        "'%s': list what? scenarios, failures, strategies or known", what);
    for (size_t i = 0; !code && i < sizeof(lists) / sizeof(lists[0]); i++)
        if (!strcmp(lists[i].name, what))
            err = lists[i].list(&input, &diag);
    free(input.names);
    if (code)
        return code;
    return err ? command_fail(&command_list, err, &diag) : 0;
}

static const struct argp list_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "[scenarios|failures|strategies|known]",
    .doc = "List the scenarios in ./scenarios, the failures in the store, the "
           "strategies, or the findings that are accepted, as `run --known` "
           "takes them.",
};

const struct command command_list = {
    "list", "list scenarios, failures, known findings", &list_argp, run_list};

/* -- history
 * --------------------------------------------------------------------*/

static int show_history(const struct input *input, struct mps_diag *diag)
{
    struct store *store;
    int err = open_store(&store, input, false, diag);
    if (!err)
        err = history_show(store, input->name_count ? input->names[0] : NULL,
                           input->json, diag);
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
    {"store", KEY_STORE, "DIR", 0, "The store (default .mpstress)", 0},
    {0},
};

static error_t parse_history(int key, char *argument, struct argp_state *state)
{
    struct input *input = state->input;
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
        if ((input->accept || input->withdraw) && input->name_count)
            argp_error(state, "'%s': one finding at a time", input->names[0]);
        if (input->accept && !input->reason)
            argp_error(state,
                       "--accept %s: why? --reason TEXT is shown whenever it "
                       "comes",
                       input->accept);
        if (input->reason && !input->accept)
            argp_error(state, "--reason is for --accept");
        return 0;
    default:
        return parse(key, argument, state);
    }
}

static int run_history(int argc, char **argv)
{
    struct input input = {0};
    struct mps_diag diag = {""};
    int code = command_parse(&command_history, argc, argv, &input);
    if (!code) {
        const char *directory =
            input.store ? input.store : STORE_DEFAULT_DIRECTORY;
        int err = input.accept ? accept_finding(directory, input.accept,
                                                input.reason, &diag)
                  : input.withdraw
                      ? withdraw_finding(directory, input.withdraw, &diag)
                      : show_history(&input, &diag);
        code = err ? command_fail(&command_history, err, &diag) : 0;
    }
    free(input.names);
    return code;
}

static const struct argp history_argp = {
    .options = history_options,
    .parser = parse_history,
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
    "history", "show results of earlier runs", &history_argp, run_history};

/* -- merge
 * ------------------------------------------------------------------------*/

static int run_merge(int argc, char **argv)
{
    struct input input = {0};
    struct mps_diag diag = {""};
    int code = command_parse(&command_merge, argc, argv, &input);
    if (code) {
        free(input.names);
        return code;
    }
    struct store *store = NULL;
    int err = input.name_count ? open_store(&store, &input, true, &diag)
                               : diag_set(&diag, -MPS_EUSAGE, "which stores?");
    for (size_t i = 0; !err && i < input.name_count; i++) {
        struct store_merged counts;
        err = store_merge(store, input.names[i], &counts, &diag);
        if (!err)
            printf("%s: %" PRIu64 " runs and %" PRIu64 " failures added\n",
                   input.names[i], counts.runs, counts.failures);
    }
    store_close(store);
    free(input.names);
    return err ? command_fail(&command_merge, err, &diag) : 0;
}

static const struct argp merge_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "STORE...",
    .doc = "Add the history and the failures of other stores (of shards, of "
           "other machines) to this one. Merging twice adds nothing.",
};

const struct command command_merge = {"merge", "add other stores to this one",
                                      &merge_argp, run_merge};
