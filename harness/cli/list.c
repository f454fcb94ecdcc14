/* mpstress list: what the store and ./scenarios hold. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "campaign/known.h"
#include "campaign/portfolio.h"
#include "color_option.h"
#include "command.h"
#include "help.h"
#include "scenario/scenario.h"
#include "select.h"
#include "store/store.h"
#include "store_input.h"

/* A name in a list. */
static void put_name(const struct store_input *input, int width,
                     const char *name)
{
    color_put(color_stdout(input->color), STYLE_BOLD, width, name);
    fputs("  ", stdout);
}

/* TEXT, which may come from another's store, on one line. */
static void put_line(const char *text)
{
    color_put(false, STYLE_PLAIN, 0, text);
    putchar('\n');
}

static int list_scenarios(const struct store_input *input,
                          struct mps_diag *diag)
{
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
        put_name(input, width, scenario->name);
        printf("%-10s  ", expected);
        put_line(scenario->about);
    }
    select_free(&selection);
    return 0;
}

static void put_failure(const struct store_input *input,
                        const struct store_failure *failure, bool known)
{
    const bool color = color_stdout(input->color);
    char last[32];
    put_name(input, 0, failure->id);
    color_put(color,
              failure->fixed ? STYLE_GOOD
              : known        ? STYLE_WARNING
                             : STYLE_BAD,
              10, failure->kind);
    printf(" %s  %" PRIu64 " x", report_when(failure->last_seen_ns, last),
           failure->times);
    if (failure->fixed)
        color_put(color, STYLE_GOOD, 0, "  fixed");
    if (known)
        color_put(color, STYLE_WARNING, 0, "  known");
    printf("%s\n    ", failure->trace ? "" : "  (no trace file)");
    put_line(failure->what);
}

static int list_failures(const struct store_input *input, struct mps_diag *diag)
{
    struct store *store;
    struct store_failures list;
    struct known_list known = {0};
    int err = store_input_open(&store, input, false, diag);
    if (err)
        return err;
    err = known_take_store(&known, store, diag);
    if (!err)
        err = store_failures(store, NULL, &list, diag);
    if (!err && !list.count)
        puts("no failure stored");
    for (size_t i = 0; !err && i < list.count; i++)
        put_failure(input, &list.items[i],
                    known_reason(&known, list.items[i].id) != NULL);
    if (!err)
        store_failures_free(&list);
    known_free(&known);
    store_close(store);
    return err;
}

static int list_strategies(const struct store_input *input,
                           struct mps_diag *diag)
{
    (void)diag;
    put_name(input, 10, portfolio_way_name(WAY_STRESS));
    puts("tasks run freely on real cores, with seeded delays at points");
    for (int i = 0; i < STRATEGY_REPLAY; i++) {
        put_name(input, 10, sched_strategies[i]->name);
        printf("under control: %s\n", sched_strategies[i]->about);
    }
    return 0;
}

/* As `run --known FILE` reads it: never in colour. */
static int list_known(const struct store_input *input, struct mps_diag *diag)
{
    struct store *store;
    struct store_knowns list;
    int err = store_input_open(&store, input, false, diag);
    if (err)
        return err;
    err = store_knowns(store, &list, diag);
    if (!err && !list.count)
        puts("# no finding is accepted");
    for (size_t i = 0; !err && i < list.count; i++) {
        const struct store_known *known = &list.items[i];
        char changed[32];
        printf("# accepted %s by ", report_when(known->changed_ns, changed));
        put_line(known->author);
        color_put(false, STYLE_PLAIN, 0, known->id);
        printf("  ");
        put_line(known->reason);
    }
    if (!err)
        store_knowns_free(&list);
    store_close(store);
    return err;
}

static const struct {
    const char *name;
    int (*list)(const struct store_input *input, struct mps_diag *diag);
} lists[] = {
    {"scenarios", list_scenarios},
    {"failures", list_failures},
    {"strategies", list_strategies},
    {"known", list_known},
};

static const char *list_name(size_t i)
{
    return i < sizeof(lists) / sizeof(lists[0]) ? lists[i].name : NULL;
}

static char *say_lists(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_ARGS_DOC)
        return help_unchanged(text);
    char *names = help_choice(list_name);
    char *optional = names ? str_format("[%s]", names) : NULL;
    free(names);
    return optional;
}

static int list(const struct store_input *input, struct mps_diag *diag)
{
    const char *what = input->name_count ? input->names[0] : lists[0].name;
    if (input->name_count > 1)
        return diag_set(diag, -MPS_EUSAGE, "'%s': one list at a time",
                        input->names[1]);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (!strcmp(lists[i].name, what))
            return lists[i].list(input, diag);
    char *names = help_choice(list_name);
    int err = diag_set(diag, -MPS_EUSAGE, "'%s': list what? %s", what,
                       names ? names : "");
    free(names);
    return err;
}

static int run_list(int argc, char **argv)
{
    struct store_input input = {0};
    struct mps_diag diag = {""};
    int code = command_parse(&command_list, argc, argv, &input);
    int err = code ? 0 : list(&input, &diag);
    free(input.names);
    if (code)
        return code;
    return err ? command_fail(&command_list, err, &diag) : 0;
}

static const struct argp list_argp = {
    .options = store_input_options,
    .parser = store_input_parse,
    .children = color_option,
    .doc = "List the scenarios in ./scenarios, the failures in the store, the "
           "strategies, or the findings that are accepted, as `run --known` "
           "takes them.",
    .help_filter = say_lists,
};

const struct command command_list = {
    .name = "list",
    .summary = "list scenarios, failures, known findings",
    .argp = &list_argp,
    .run = run_list,
};
