/* mpstress bisect: the commit that brought a stored failure. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/parse.h"
#include "base/str.h"
#include "bisect/commit.h"
#include "bisect/tree.h"
#include "color_option.h"
#include "command.h"
#include "git.h"
#include "places.h"
#include "report/words.h"
#include "stop.h"
#include "stored/lookup.h"

enum { NAMES = 3, SCHEDULES = 300, SUBJECT_COLUMNS = 72 };

struct input {
    const char *names[NAMES]; /* [ID] GOOD BAD */
    size_t name_count;
    const char *store, *program;
    uint64_t schedules;
    bool any;
    enum color_mode color;
    char *const *build;
};

enum { KEY_STORE = 256, KEY_PROGRAM, KEY_SEARCH, KEY_ANY };

static const struct argp_option options[] = {
    {"program", KEY_PROGRAM, "FILE", 0,
     "What BUILD-COMMAND makes, seen from where it runs (default: where the "
     "target of the failure is)",
     0},
    {"search", KEY_SEARCH, "N", 0,
     "Where the recorded schedule passes, but the program went another way, "
     "search N schedules near it (default 300)",
     0},
    {"any", KEY_ANY, NULL, 0,
     "Every failure makes a commit bad, not only the same one", 0},
    {"store", KEY_STORE, "DIR", 0, STORE_OPTION_ABOUT, 0},
    {0},
};

static error_t parse_name(struct input *input, char *argument,
                          struct argp_state *state)
{
    if (state->quoted && state->next - 1 >= state->quoted) {
        input->build = state->argv + state->next - 1;
        state->next = state->argc;
        return 0;
    }
    if (input->name_count == NAMES)
        argp_error(state,
                   "'%s': one failure and two commits are enough (a "
                   "BUILD-COMMAND comes after --)",
                   argument);
    input->names[input->name_count++] = argument;
    return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct input *input = state->input;
    struct mps_diag diag;
    switch (key) {
    case ARGP_KEY_INIT:
        color_option_into(state, &input->color);
        return 0;
    case KEY_STORE:
        input->store = argument;
        return 0;
    case KEY_PROGRAM:
        input->program = argument;
        return 0;
    case KEY_SEARCH:
        if (parse_u64(argument, &input->schedules, &diag))
            argp_error(state, "--search: %s", diag.text);
        return 0;
    case KEY_ANY:
        input->any = true;
        return 0;
    case ARGP_KEY_ARG:
        return parse_name(input, argument, state);
    case ARGP_KEY_END:
        if (input->name_count < 2)
            argp_error(state, "which commits? one where it was GOOD, and one "
                              "where it is BAD");
        if (!input->build)
            argp_error(state, "how is it built? -- BUILD-COMMAND");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

struct bisect {
    struct input input;
    struct trace *trace;
    struct places places;
    struct bisect_tree tree;
    struct bisect_commit commit; /* how each is tried */
    char *good, *bad;            /* full names */
    const bool *stop;
};

static const char *good_name(const struct bisect *bisect)
{
    return bisect->input.names[bisect->input.name_count - 2];
}

static const char *bad_name(const struct bisect *bisect)
{
    return bisect->input.names[bisect->input.name_count - 1];
}

/* -- Before
 * -------------------------------------------------------------------*/

static int check_order(const struct bisect *bisect, struct mps_diag *diag)
{
    if (!strcmp(bisect->good, bisect->bad))
        return diag_set(diag, -MPS_EINPUT,
                        "GOOD and BAD are the same commit, %.12s",
                        bisect->good);
    /* Two branches are git's to sort out: it tries what they have in common
     * first. */
    if (!git_run(bisect->tree.top, NULL, NULL, "merge-base", "--is-ancestor",
                 bisect->bad, bisect->good, NULL))
        return diag_set(diag, -MPS_EINPUT,
                        "BAD (%.12s) is older than GOOD (%.12s): GOOD comes "
                        "first, then BAD",
                        bisect->bad, bisect->good);
    return 0;
}

/* What is not committed is in no commit, and so not tried. */
static void tell_changes(const struct bisect *bisect)
{
    struct str changes;
    str_init(&changes);
    if (!git_run(bisect->tree.top, &changes, NULL, "--no-optional-locks",
                 "status", "--porcelain", "--untracked-files=no", NULL) &&
        changes.len)
        fprintf(stderr,
                "mpstress bisect: %s has changes that are in no commit: they "
                "stay as they are, and are not tried\n",
                bisect->tree.top);
    str_fini(&changes);
}

static int prepare(struct bisect *bisect, struct mps_diag *diag)
{
    const struct input *input = &bisect->input;
    const char *failure =
        input->name_count == NAMES ? input->names[0] : "latest";
    int err = lookup_trace(&bisect->trace, input->store, failure, diag);
    if (!err)
        err = places_find(&bisect->places, diag);
    if (!err)
        err = bisect_tree_open(&bisect->tree, diag);
    if (!err)
        err = bisect_tree_resolve(&bisect->tree, "GOOD", good_name(bisect),
                                  &bisect->good, diag);
    if (!err)
        err = bisect_tree_resolve(&bisect->tree, "BAD", bad_name(bisect),
                                  &bisect->bad, diag);
    if (!err)
        err = check_order(bisect, diag);
    if (err)
        return err;
    bisect->commit = (struct bisect_commit){
        .trace = bisect->trace,
        .places = &bisect->places,
        .tree = &bisect->tree,
        .build = input->build,
        .program = input->program,
        .schedules = input->schedules,
        .any = input->any,
        .stop = bisect->stop,
    };
    tell_changes(bisect);
    return bisect_tree_add(&bisect->tree, bisect->places.workspace, bisect->bad,
                           diag);
}

/* -- Going through them
 * --------------------------------------------------------*/

static void print_tried(const struct bisect *bisect, enum bisect_word word,
                        const char *subject, const char *why)
{
    static const enum style styles[] = {
        [BISECT_GOOD] = STYLE_GOOD,
        [BISECT_BAD] = STYLE_BAD,
        [BISECT_SKIP] = STYLE_WARNING,
    };
    color_put(color_stdout(bisect->input.color), styles[word], 4,
              bisect_word_name(word));
    printf("  %s\n      %s\n", subject, why);
}

/* Try what is checked out, and say so. */
static int try_commit(struct bisect *bisect, enum bisect_word *word,
                      struct mps_diag *diag)
{
    struct str subject, why;
    str_init(&subject);
    str_init(&why);
    int err = bisect_tree_describe(&bisect->tree, "HEAD", SUBJECT_COLUMNS,
                                   &subject, diag);
    if (!err)
        err = bisect_commit_try(&bisect->commit, word, &why, diag);
    if (!err)
        print_tried(bisect, *word, subject.data, why.data);
    fflush(stdout);
    str_fini(&subject);
    str_fini(&why);
    return err;
}

/* Whether REVISION, called WHICH, is what the user says. */
static int check_end(struct bisect *bisect, const char *which,
                     enum bisect_word wanted, struct mps_diag *diag)
{
    static const char *const reasons[] = {
        [BISECT_GOOD] = "does not show the failure, and BAD must: a later "
                        "commit, --search N, or --any",
        [BISECT_BAD] = "shows the failure, too: name an older one",
        [BISECT_SKIP] = "cannot be tried: name another one, or another "
                        "BUILD-COMMAND (--program FILE names what it makes)",
    };
    const char *commit = wanted == BISECT_BAD ? bisect->bad : bisect->good;
    enum bisect_word word;
    int err = bisect_tree_checkout(&bisect->tree, commit, diag);
    if (!err)
        err = try_commit(bisect, &word, diag);
    if (err || word == wanted)
        return err;
    return diag_set(diag, -MPS_EINPUT, "%s (%.12s) %s", which, commit,
                    reasons[word]);
}

static int search(struct bisect *bisect, struct str *first,
                  struct str *candidates, struct mps_diag *diag)
{
    enum bisect_word word;
    int err = bisect_tree_start(&bisect->tree, bisect->good, bisect->bad, diag);
    if (!err)
        err = bisect_tree_result(&bisect->tree, first, candidates, diag);
    while (!err && !first->len && !candidates->len) {
        err = try_commit(bisect, &word, diag);
        if (!err)
            err = bisect_tree_mark(&bisect->tree, bisect_word_name(word), diag);
        if (!err)
            err = bisect_tree_result(&bisect->tree, first, candidates, diag);
    }
    return err;
}

/* Its message, whole names and date: as `git show` would, without the change.
 */
static int print_commit(const struct bisect *bisect, const char *commit,
                        struct mps_diag *diag)
{
    struct str said, clean;
    str_init(&said);
    str_init(&clean);
    int err = git_run(bisect->tree.path, &said, diag, "log", "-1",
                      "--no-show-signature", "--format=%an, %ad%n%n%B",
                      "--date=iso", commit, "--", NULL);
    for (char *rest = said.data, *line; !err && (line = strsep(&rest, "\n"));) {
        str_clear(&clean);
        words_clean(&clean, line);
        printf("%s%s\n", clean.len ? "    " : "", clean.data);
    }
    str_fini(&said);
    str_fini(&clean);
    return err;
}

static int print_result(const struct bisect *bisect, const char *first,
                        char *candidates, struct mps_diag *diag)
{
    int err = 0;
    if (*first) {
        printf("\nfirst bad commit: %s\n", first);
        return print_commit(bisect, first, diag);
    }
    puts("\nthe first bad commit is one of these, between which none could be "
         "tried:");
    for (char *rest = candidates, *one; !err && (one = strsep(&rest, "\n"));) {
        struct str subject;
        str_init(&subject);
        err = bisect_tree_describe(&bisect->tree, one, SUBJECT_COLUMNS,
                                   &subject, diag);
        printf("      %s\n", subject.data);
        str_fini(&subject);
    }
    return err;
}

static int bisect_run(struct bisect *bisect, bool *found, struct mps_diag *diag)
{
    const struct finding_list *findings = trace_findings(bisect->trace);
    struct str first, candidates;
    str_init(&first);
    str_init(&candidates);
    printf("%s: %s\n", trace_meta(bisect->trace)->id,
           findings->count ? findings->items[0].what : "");
    fflush(stdout);
    int err = check_end(bisect, "BAD", BISECT_BAD, diag);
    if (!err)
        err = check_end(bisect, "GOOD", BISECT_GOOD, diag);
    if (!err)
        err = search(bisect, &first, &candidates, diag);
    if (!err)
        err = print_result(bisect, first.data, candidates.data, diag);
    *found = first.len;
    str_fini(&first);
    str_fini(&candidates);
    return err;
}

static int run(int argc, char **argv)
{
    struct bisect bisect = {.input.schedules = SCHEDULES};
    int code = command_parse(&command_bisect, argc, argv, &bisect.input);
    if (code)
        return code;
    struct mps_diag diag = {""};
    bool found = false;
    bisect.stop = stop_install();
    int err = prepare(&bisect, &diag);
    if (!err)
        err = bisect_run(&bisect, &found, &diag);
    if (*bisect.stop)
        code = EXIT_INTERRUPTED;
    else if (err)
        code = command_fail(&command_bisect, err, &diag);
    else
        code = found ? 0 : EXIT_INCONCLUSIVE;
    /* Out of what is going to be removed. */
    if (chdir("/") && !code)
        code = EXIT_INTERNAL;
    bisect_tree_close(&bisect.tree);
    free(bisect.good);
    free(bisect.bad);
    trace_close(bisect.trace);
    places_free(&bisect.places);
    return code;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = color_option,
    .args_doc = "[ID|FILE] GOOD BAD -- BUILD-COMMAND",
    .doc = "Find the commit that brought a stored failure (default: the "
           "latest): between GOOD and BAD, `git bisect` names one after the "
           "other, BUILD-COMMAND builds it, and the recorded schedule is "
           "replayed."
           "\v"
           "All of it happens in a second checkout (`git worktree`), in the "
           "directory that is this one there; yours is not touched. A program "
           "that goes another way than the recorded one is run under "
           "schedules near it. GOOD and BAD are tried first. A commit that "
           "does not build, or always fails in another way, is skipped. A "
           "BUILD-COMMAND of one word is given to sh. Exit status: 0 when the "
           "commit was found, 5 when only skipped ones are left.",
};

const struct command command_bisect = {
    .name = "bisect",
    .summary = "find the commit that brought a failure",
    .argp = &argp,
    .run = run,
};
