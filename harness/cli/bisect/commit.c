#include "bisect/commit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "campaign/recheck.h"
#include "report/words.h"

enum { LOG_BYTES = 64 << 20, LOG_LINES = 8 };

const char *bisect_word_name(enum bisect_word word)
{
    static const char *const names[] = {"good", "bad", "skip"};
    return names[word];
}

/* -- The build
 * ----------------------------------------------------------------*/

static void add_clean_line(struct str *s, const char *line, size_t length)
{
    char *copy = strndup(line, length);
    str_add(s, "\n  | ");
    if (copy)
        words_clean(s, copy);
    free(copy);
}

/* The last lines of what the build printed. */
static void add_log(struct str *s, int fd)
{
    struct str log;
    off_t size = lseek(fd, 0, SEEK_END);
    str_init(&log);
    /* The end of it is what matters. */
    lseek(fd, size > LOG_BYTES ? size - LOG_BYTES : 0, SEEK_SET);
    if (io_read_fd(fd, &log, LOG_BYTES))
        str_clear(&log);
    while (log.len && log.data[log.len - 1] == '\n')
        log.data[--log.len] = '\0';
    size_t from = log.len;
    for (unsigned lines = 0; from && lines < LOG_LINES; from--)
        lines += log.data[from - 1] == '\n';
    /* It stands on the line end, but at the beginning of all. */
    from += from && log.data[from] == '\n';
    for (char *line = log.data + from; *line;) {
        size_t length = strcspn(line, "\n");
        add_clean_line(s, line, length);
        line += length + (line[length] == '\n');
    }
    str_fini(&log);
}

/* As a shell would take it when it is one word: "make && ./install". */
static int run_build(const struct bisect_commit *commit, int log, int *status)
{
    char *shell[] = {(char[]){"/bin/sh"}, (char[]){"-c"}, commit->build[0],
                     NULL};
    struct child_options options = {
        .out = log, .err = log, .stop = commit->stop};
    return child_run(commit->build[1] ? commit->build : shell, &options,
                     status);
}

static int build(const struct bisect_commit *commit, bool *built,
                 struct str *why, struct mps_diag *diag)
{
    char *path = str_format("%s/build.log", commit->places->workspace);
    int log =
        path ? open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    int status = 0;
    int err = log < 0 ? -errno : run_build(commit, log, &status);
    *built = !err && !status;
    if (err)
        diag_set(diag, err, "the build: %s", error_text(err));
    else if (WIFSIGNALED(status))
        str_addf(why, "the build was ended by signal %d", WTERMSIG(status));
    else if (status)
        str_addf(why, "the build fails with exit status %d",
                 WEXITSTATUS(status));
    if (!err && status)
        add_log(why, log);
    if (log >= 0)
        close(log);
    free(path);
    return err;
}

/* -- The program
 * --------------------------------------------------------------*/

/* What PATH, in the user's checkout, is in the second one; NULL when it is
 * not in it. */
static char *moved(const struct bisect_tree *tree, const char *path)
{
    size_t length = strlen(tree->top);
    if (strncmp(path, tree->top, length) || path[length] != '/')
        return NULL;
    return str_format("%s%s", tree->path, path + length);
}

/* git gives the real names of directories, and the user's may have links. */
static char *moved_really(const struct bisect_tree *tree, const char *path)
{
    char *to = moved(tree, path);
    char *real = to ? NULL : realpath(path, NULL);
    if (real)
        to = moved(tree, real);
    free(real);
    return to;
}

struct command_line {
    char **argv; /* owned, as its words are */
    bool moved;  /* an argument, or the program, lies in the checkout */
};

static void command_line_fini(struct command_line *line)
{
    for (size_t i = 0; line->argv && line->argv[i]; i++)
        free(line->argv[i]);
    free(line->argv);
}

/* The arguments stay as the scenario has them unless one of them lies in the
 * checkout, too: a script and its interpreter. */
static int move_arguments(struct command_line *line,
                          const struct bisect_commit *commit,
                          const char *const *arguments, size_t count)
{
    bool any = false;
    for (size_t i = 1; i < count; i++) {
        line->argv[i] = moved_really(commit->tree, arguments[i]);
        any |= line->argv[i] != NULL;
        if (!line->argv[i] && !(line->argv[i] = strdup(arguments[i])))
            return -ENOMEM;
    }
    line->moved |= any;
    for (size_t i = 1; i < count && !any; i++) {
        free(line->argv[i]);
        line->argv[i] = NULL;
    }
    return 0;
}

static int command_line(struct command_line *line,
                        const struct bisect_commit *commit,
                        struct mps_diag *diag)
{
    const char *was = trace_meta(commit->trace)->program;
    const char *const *arguments;
    size_t count = trace_arguments(commit->trace, &arguments);
    *line = (struct command_line){calloc(count + 2, sizeof(char *)), false};
    if (!line->argv)
        return diag_set(diag, -ENOMEM, "out of memory");
    const char *named = commit->program;
    if (named)
        line->argv[0] = *named == '/'
                            ? strdup(named)
                            : str_format("%s/%s%s", commit->tree->path,
                                         commit->tree->prefix, named);
    else
        line->argv[0] = moved_really(commit->tree, was);
    line->moved = line->argv[0];
    if (!line->argv[0])
        line->argv[0] = strdup(was);
    int err = line->argv[0] ? move_arguments(line, commit, arguments, count)
                            : -ENOMEM;
    if (err)
        return diag_set(diag, err, "out of memory");
    if (line->moved)
        return 0;
    struct str clean;
    str_init(&clean);
    words_clean(&clean, was);
    err = diag_set(diag, -MPS_EUSAGE,
                   "the target %s is not in the repository %s: name the file "
                   "that the build makes with --program FILE",
                   clean.data, commit->tree->top);
    str_fini(&clean);
    return err;
}

/* -- All of it
 * ----------------------------------------------------------------*/

static void add_why(struct str *s, const struct recheck *recheck)
{
    switch (recheck->verdict) {
    case RECHECK_OTHER:
        str_add(s, "each run shows another failure than this one");
        return;
    case RECHECK_FAILS:
        if (recheck->recorded)
            str_add(s, "the recorded schedule fails");
        else if (recheck->free_runs)
            str_addf(s, "free run %" PRIu64 " fails", recheck->free_runs);
        else
            str_addf(s, "schedule %" PRIu64 " near the recorded one fails",
                     recheck->schedules);
        return;
    case RECHECK_PASSES:
        break;
    }
    if (recheck->recorded)
        str_add(s, "the same operations in the same order pass");
    else if (recheck->schedules)
        str_addf(s, "the recorded schedule passes, and %" PRIu64 " near it",
                 recheck->schedules);
    else
        str_add(s, "passes");
    if (recheck->free_runs)
        str_addf(s, ", and %" PRIu64 " free runs", recheck->free_runs);
}

static int try_program(const struct bisect_commit *commit, char *const *program,
                       enum bisect_word *word, struct str *why,
                       struct mps_diag *diag)
{
    static const enum bisect_word words[] = {
        [RECHECK_FAILS] = BISECT_BAD,
        [RECHECK_PASSES] = BISECT_GOOD,
        [RECHECK_OTHER] = BISECT_SKIP,
    };
    struct recheck recheck = {.verdict = RECHECK_OTHER};
    const char *reason;
    struct recheck_options options = {
        .rerun = {.toolchain = &commit->places->toolchain,
                  .workspace = commit->places->workspace,
                  .isolation = isolation_probe(&reason),
                  .program = program,
                  .stop = commit->stop},
        .schedules = commit->schedules,
        .any = commit->any,
    };
    int err = recheck_run(&recheck, commit->trace, &options, diag);
    if (!err) {
        *word = words[recheck.verdict];
        add_why(why, &recheck);
    } else if (err == -MPS_ESTART) {
        *word = BISECT_SKIP;
        words_clean(why, diag->text);
        err = 0;
    }
    return err;
}

int bisect_commit_try(const struct bisect_commit *commit,
                      enum bisect_word *word, struct str *why,
                      struct mps_diag *diag)
{
    bool built = false;
    struct command_line line;
    *word = BISECT_SKIP;
    char *directory =
        str_format("%s/%s", commit->tree->path, commit->tree->prefix);
    /* Before anything is built in vain. */
    int err = command_line(&line, commit, diag);
    if (!err && !directory)
        err = diag_set(diag, -ENOMEM, "out of memory");
    /* Each time: the checkout may have made it anew. */
    if (!err && chdir(directory))
        str_addf(why, "it has no directory %s", commit->tree->prefix);
    else if (!err)
        err = build(commit, &built, why, diag);
    if (!err && built)
        err = try_program(commit, line.argv, word, why, diag);
    command_line_fini(&line);
    free(directory);
    return err;
}
