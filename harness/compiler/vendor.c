#include "vendor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "base/str.h"
#include "words.h"

#define ANSWER_BYTES_MAX 65536

static const struct {
    const char *text;
    enum vendor vendor;
} signs[] = {
    /* clang first: it may name the gcc whose libraries it uses. */
    {"clang version ", VENDOR_CLANG},
    {"gcc version ", VENDOR_GCC},
};

enum vendor vendor_read(const char *text)
{
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (strstr(text, signs[i].text))
            return signs[i].vendor;
    return VENDOR_UNKNOWN;
}

enum vendor vendor_of_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return strncmp(name, "clang", 5) ? VENDOR_UNKNOWN : VENDOR_CLANG;
}

static void __attribute__((noreturn)) run(char *const *argv, int output)
{
    /* gcc translates its answer. */
    setenv("LC_ALL", "C", 1);
    int null = open("/dev/null", O_RDONLY);
    if (dup2(null, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
        dup2(output, STDERR_FILENO) >= 0)
        execv(argv[0], argv);
    _exit(127);
}

static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -MPS_ESTART;
}

/* Run ARGV and append what it prints to ANSWER. */
static int capture(struct str *answer, char *const *argv)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return -errno;
    pid_t child = fork();
    if (!child)
        run(argv, ends[1]);
    int err = child < 0 ? -errno : 0;
    close(ends[1]);
    if (!err)
        err = io_read_fd(ends[0], answer, ANSWER_BYTES_MAX);
    close(ends[0]);
    if (child > 0) {
        int ended = wait_for(child);
        err = err ? err : ended;
    }
    return err;
}

int vendor_ask(enum vendor *vendor, char *const *compiler,
               struct mps_diag *diag)
{
    struct words argv;
    words_init(&argv);
    words_add_all(&argv, compiler);
    words_add(&argv, "-v");
    struct str answer;
    str_init(&answer);
    int err = words_ok(&argv) ? capture(&answer, argv.items) : -ENOMEM;
    if (err) {
        err =
            diag_set(diag, -MPS_ESTART, "%s does not answer to -v: %.*s",
                     compiler[0], (int)strcspn(answer.data, "\n"), answer.data);
        goto done;
    }
    *vendor = vendor_read(answer.data);
    if (*vendor == VENDOR_UNKNOWN)
        err = diag_set(diag, -MPS_ESTART,
                       "%s: neither gcc nor clang; name one in MPSTRESS_CC "
                       "and MPSTRESS_CXX",
                       compiler[0]);
done:
    str_fini(&answer);
    words_fini(&argv);
    return err;
}
