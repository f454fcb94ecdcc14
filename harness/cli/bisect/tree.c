#include "bisect/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/str.h"
#include "git.h"
#include "places.h"
#include "report/words.h"

#define TREE_NAME "/tree"

/* Calls LINE with each line of TEXT, which it takes apart. */
static void each_line(char *text, void (*line)(void *context, char *text),
                      void *context)
{
    for (char *rest = text, *one; (one = strsep(&rest, "\n"));)
        line(context, one);
}

/* git goes on listing what is no longer there; of ours, the workspace it was
 * in is gone. */
static void forget(void *context, char *line)
{
    static const char word[] = "worktree ";
    const struct bisect_tree *tree = context;
    size_t length = strlen(line), name = strlen(TREE_NAME);
    if (strncmp(line, word, strlen(word)) || length < name ||
        strcmp(line + length - name, TREE_NAME) ||
        !strstr(line, "/" WORKSPACE_PREFIX))
        return;
    const char *path = line + strlen(word);
    if (access(path, F_OK) && errno == ENOENT)
        git_run(tree->top, NULL, NULL, "worktree", "remove", "--force", path,
                NULL);
}

static void forget_stale(struct bisect_tree *tree)
{
    struct str list;
    str_init(&list);
    if (!git_run(tree->top, &list, NULL, "worktree", "list", "--porcelain",
                 NULL))
        each_line(list.data, forget, tree);
    str_fini(&list);
}

static int ask(char **out, const char *what, struct mps_diag *diag)
{
    struct str said;
    str_init(&said);
    int err = git_run(NULL, &said, diag, "rev-parse", what, NULL);
    *out = err ? NULL : str_take(&said);
    str_fini(&said);
    return err || *out ? err : diag_set(diag, -ENOMEM, "out of memory");
}

int bisect_tree_open(struct bisect_tree *tree, struct mps_diag *diag)
{
    /* As git sets them for its hooks: they would name the user's checkout. */
    static const char *const variables[] = {"GIT_INDEX_FILE", "GIT_WORK_TREE",
                                            "GIT_PREFIX", "GIT_DIR"};
    *tree = (struct bisect_tree){.added = false};
    int err = ask(&tree->top, "--show-toplevel", diag);
    if (!err)
        err = ask(&tree->prefix, "--show-prefix", diag);
    if (err) {
        bisect_tree_close(tree);
        return err;
    }
    for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
        unsetenv(variables[i]);
    forget_stale(tree);
    return 0;
}

void bisect_tree_close(struct bisect_tree *tree)
{
    if (tree->added && git_run(tree->top, NULL, NULL, "worktree", "remove",
                               "--force", tree->path, NULL)) {
        /* One with submodules, or with what git may not remove. */
        fs_remove_tree(tree->path);
        git_run(tree->top, NULL, NULL, "worktree", "remove", "--force",
                tree->path, NULL);
    }
    free(tree->top);
    free(tree->prefix);
    free(tree->path);
    *tree = (struct bisect_tree){.added = false};
}

int bisect_tree_resolve(const struct bisect_tree *tree, const char *which,
                        const char *revision, char **commit,
                        struct mps_diag *diag)
{
    struct str said;
    char *wanted = str_format("%s^{commit}", revision);
    str_init(&said);
    int err = wanted ? git_run(tree->top, &said, NULL, "rev-parse", "--verify",
                               "--quiet", "--end-of-options", wanted, NULL)
                     : -ENOMEM;
    free(wanted);
    *commit = err ? NULL : str_take(&said);
    str_fini(&said);
    if (!err && *commit)
        return 0;
    struct str clean;
    str_init(&clean);
    words_clean(&clean, revision);
    err = diag_set(diag, -MPS_EINPUT,
                   "%s: '%s' is no commit of the repository in %s", which,
                   clean.data, tree->top);
    str_fini(&clean);
    return err;
}

int bisect_tree_add(struct bisect_tree *tree, const char *directory,
                    const char *commit, struct mps_diag *diag)
{
    tree->path = str_format("%s" TREE_NAME, directory);
    if (!tree->path)
        return diag_set(diag, -ENOMEM, "out of memory");
    int err = git_run(tree->top, NULL, diag, "worktree", "add", "--quiet",
                      "--detach", tree->path, commit, NULL);
    tree->added = !err;
    return err;
}

/* Also of files that the build changed: a checkout would refuse to go over
 * them. */
static int discard(const struct bisect_tree *tree, struct mps_diag *diag)
{
    return git_run(tree->path, NULL, diag, "reset", "--quiet", "--hard", NULL);
}

int bisect_tree_checkout(const struct bisect_tree *tree, const char *commit,
                         struct mps_diag *diag)
{
    int err = discard(tree, diag);
    return err ? err
               : git_run(tree->path, NULL, diag, "checkout", "--quiet",
                         "--detach", commit, NULL);
}

int bisect_tree_start(const struct bisect_tree *tree, const char *good,
                      const char *bad, struct mps_diag *diag)
{
    int err = discard(tree, diag);
    return err ? err
               : git_run(tree->path, NULL, diag, "bisect", "start", bad, good,
                         NULL);
}

int bisect_tree_mark(const struct bisect_tree *tree, const char *word,
                     struct mps_diag *diag)
{
    struct str first, candidates;
    int err = discard(tree, diag);
    if (!err)
        err = git_run(tree->path, NULL, diag, "bisect", word, NULL);
    if (err != -MPS_EINPUT)
        return err;
    /* So it ends when all that is left was skipped. */
    str_init(&first);
    str_init(&candidates);
    if (!bisect_tree_result(tree, &first, &candidates, NULL) && candidates.len)
        err = 0;
    str_fini(&first);
    str_fini(&candidates);
    return err;
}

struct result {
    struct str *first, *candidates;
};

/* The log is meant for `git bisect replay` and the same in every language:
 * "# first bad commit: [HASH] subject". */
static void read_log(void *context, char *line)
{
    static const char first[] = "# first bad commit: [",
                      possible[] = "# possible first bad commit: [";
    struct result *result = context;
    struct str *to = result->first;
    char *hash = line + strlen(first);
    if (!strncmp(line, possible, strlen(possible))) {
        to = result->candidates;
        hash = line + strlen(possible);
    } else if (strncmp(line, first, strlen(first))) {
        return;
    }
    hash[strcspn(hash, "]")] = '\0';
    str_addf(to, "%s%s", to->len ? "\n" : "", hash);
}

int bisect_tree_result(const struct bisect_tree *tree, struct str *first,
                       struct str *candidates, struct mps_diag *diag)
{
    struct str log;
    str_init(&log);
    struct result result = {first, candidates};
    int err = git_run(tree->path, &log, diag, "bisect", "log", NULL);
    if (!err)
        each_line(log.data, read_log, &result);
    str_fini(&log);
    return err;
}

int bisect_tree_describe(const struct bisect_tree *tree, const char *commit,
                         unsigned width, struct str *out, struct mps_diag *diag)
{
    struct str said, clean;
    str_init(&said);
    str_init(&clean);
    int err =
        git_run(tree->path, &said, diag, "log", "-1", "--no-show-signature",
                "--format=%h  %s", "--abbrev=12", commit, "--", NULL);
    words_clean(&clean, said.data);
    size_t end = 0;
    /* Whole characters. */
    for (unsigned columns = 0; clean.data[end] && columns < width; columns++)
        do
            end++;
        while (((unsigned char)clean.data[end] & 0xc0) == 0x80);
    str_add_bytes(out, clean.data, end);
    str_fini(&said);
    str_fini(&clean);
    return err;
}
