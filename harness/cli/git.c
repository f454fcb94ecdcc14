#include "git.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "base/str.h"
#include "report/words.h"

enum { ARGUMENTS = 16, OUTPUT_BYTES = 4 << 20 };

static int read_back(int fd, struct str *out)
{
    if (lseek(fd, 0, SEEK_SET) < 0)
        return -errno;
    int err = io_read_fd(fd, out, OUTPUT_BYTES);
    if (out->len && out->data[out->len - 1] == '\n')
        out->data[--out->len] = '\0';
    return err ? err : str_ok(out) ? 0 : -ENOMEM;
}

/* Its first line, as git wrote it for people. */
static int refused(const char *what, struct str *said, struct mps_diag *diag)
{
    static const char *const prefixes[] = {"fatal: ", "error: "};
    char *text = said->data;
    struct str clean;
    str_init(&clean);
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
        if (!strncmp(text, prefixes[i], strlen(prefixes[i])))
            text += strlen(prefixes[i]);
    text[strcspn(text, "\n")] = '\0';
    words_clean(&clean, *text ? text : "it refused");
    int err = diag_set(diag, -MPS_EINPUT, "git %s: %s", what, clean.data);
    str_fini(&clean);
    return err;
}

static int run(const char *directory, char **argv, struct str *out,
               struct mps_diag *diag)
{
    struct str said;
    int status = 0;
    struct child_options options = {
        .directory = directory,
        .out = memfd_create("git-out", MFD_CLOEXEC),
        .err = memfd_create("git-err", MFD_CLOEXEC),
    };
    str_init(&said);
    int err = options.out < 0 || options.err < 0
                  ? -errno
                  : child_run(argv, &options, &status);
    if (!err && out)
        err = read_back(options.out, out);
    if (!err)
        err = read_back(options.err, &said);
    if (err)
        diag_set(diag, err, "git %s: %s", argv[1], error_text(err));
    else if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        err = diag_set(diag, -ENOENT, "git: no such program in PATH");
    else if (status)
        err = refused(argv[1], &said, diag);
    str_fini(&said);
    close(options.out);
    close(options.err);
    return err;
}

int git_run(const char *directory, struct str *out, struct mps_diag *diag,
            const char *first, ...)
{
    char *argv[ARGUMENTS + 1] = {strdup("git"), strdup(first)};
    size_t count = 2;
    va_list arguments;
    va_start(arguments, first);
    for (const char *one; (one = va_arg(arguments, const char *));)
        if (count < ARGUMENTS)
            argv[count++] = strdup(one);
    va_end(arguments);
    bool whole = true;
    for (size_t i = 0; i < count; i++)
        whole = whole && argv[i];
    int err = whole ? run(directory, argv, out, diag)
                    : diag_set(diag, -ENOMEM, "out of memory");
    for (size_t i = 0; i < count; i++)
        free(argv[i]);
    return err;
}

void git_current_commit(char commit[static GIT_COMMIT_BYTES])
{
    struct str hash, changes;
    str_init(&hash);
    str_init(&changes);
    commit[0] = '\0';
    if (!git_run(NULL, &hash, NULL, "rev-parse", "--short=12", "HEAD", NULL) &&
        hash.len < GIT_COMMIT_BYTES - sizeof("-dirty")) {
        /* What is not tracked is mostly what builds leave. */
        int err = git_run(NULL, &changes, NULL, "--no-optional-locks", "status",
                          "--porcelain", "--untracked-files=no", NULL);
        snprintf(commit, GIT_COMMIT_BYTES, "%s%s", hash.data,
                 !err && changes.len ? "-dirty" : "");
    }
    str_fini(&hash);
    str_fini(&changes);
}
