/* command: a checker of the user's. It reads the observations as JSON lines
 * (json.h) on stdin, runs in the working directory of the iteration, and says
 * with exit status 0 that all is well. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"
#include "check/json.h"
#include "check/program.h"
#include "check/show.h"
#include "oracle.h"

#define LIMIT_NS UINT64_C(10000000000)
/* What a shell says when it cannot start a program. */
enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127, LINE_COLUMNS = 120 };

static void free_arguments(char **argv)
{
    for (size_t i = 0; argv && argv[i]; i++)
        free(argv[i]);
    free(argv);
}

/* The program's path: one with a slash starts from the scenario's directory.
 * Takes PROGRAM. */
static char *locate(const struct scenario *scenario, char *program)
{
    if (!program || *program == '/' || !strchr(program, '/'))
        return program;
    char *path = str_format("%s/%s", scenario->directory, program);
    free(program);
    return path;
}

/* The arguments with the parameters of CHOICE in them; NULL when out of
 * memory. */
static char **expand(const struct choice *choice, const char *const *command)
{
    size_t count = 0;
    while (command[count])
        count++;
    char **argv = calloc(count + 1, sizeof(*argv));
    if (!argv)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        argv[i] = choice_expand(choice, command[i]);
        if (!i)
            argv[i] = locate(choice->scenario, argv[i]);
        if (!argv[i]) {
            free_arguments(argv);
            return NULL;
        }
    }
    return argv;
}

/* A file of its own rather than a pipe: the checker need not read it. */
static int open_input(const struct segment *segment)
{
    struct str lines;
    str_init(&lines);
    int err = json_observations(&lines, segment);
    int fd = err ? err : memfd_create("observations", MFD_CLOEXEC);
    if (!err && fd < 0)
        fd = -errno;
    if (fd >= 0) {
        err = io_write_all(fd, lines.data, lines.len);
        if (!err && lseek(fd, 0, SEEK_SET) < 0)
            err = -errno;
        if (err) {
            close(fd);
            fd = err;
        }
    }
    str_fini(&lines);
    return fd;
}

/* What the checker said, as whole lines. */
static void show_output(struct str *s, const struct program_result *result)
{
    const char *at = result->output, *end = at + result->output_size;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        show_bytes(s, at, (size_t)(stop - at), PROGRAM_OUTPUT_BYTES);
        str_add_char(s, '\n');
        at = stop + 1;
    }
}

static void report(struct judge *judge, const struct invariant *invariant,
                   const struct program_result *result)
{
    struct str first, all;
    str_init(&first);
    str_init(&all);
    const char *newline = memchr(result->output, '\n', result->output_size);
    size_t length =
        newline ? (size_t)(newline - result->output) : result->output_size;
    if (length)
        str_add(&first, ": ");
    show_bytes(&first, result->output, length, LINE_COLUMNS);
    show_output(&all, result);
    struct finding *finding = judge_violation(
        judge, invariant, "%s failed with status %d%s", invariant->command[0],
        WEXITSTATUS(result->status), first.data);
    judge_expected(judge, finding, "exit status 0");
    judge_actual(judge, finding, "exit status %d", WEXITSTATUS(result->status));
    judge_detail(judge, finding, &all);
    str_fini(&first);
}

static int fail(struct judge *judge, const struct invariant *invariant, int err,
                const char *why)
{
    return diag_set(judge->diag, err, "invariant '%s': %s %s", invariant->name,
                    invariant->command[0], why);
}

static int judge_result(struct judge *judge, const struct invariant *invariant,
                        const struct program_result *result)
{
    if (result->timed_out)
        return fail(judge, invariant, -MPS_ETIMEOUT,
                    "did not answer within 10 s and was killed");
    if (WIFEXITED(result->status) && !WEXITSTATUS(result->status))
        return 0;
    struct str why;
    str_init(&why);
    if (WIFSIGNALED(result->status)) {
        str_add(&why, "was killed by ");
        show_signal(&why, WTERMSIG(result->status));
    } else if (WEXITSTATUS(result->status) == NOT_EXECUTABLE ||
               WEXITSTATUS(result->status) == NOT_FOUND) {
        str_add(&why, "could not do its work: ");
        show_bytes(&why, result->output, result->output_size, LINE_COLUMNS);
    } else {
        report(judge, invariant, result);
    }
    int err = why.len ? fail(judge, invariant, -MPS_EINPUT, why.data) : 0;
    str_fini(&why);
    return err;
}

int oracle_command(struct judge *judge, const struct invariant *invariant)
{
    char **argv = expand(judge->outcome->choice, invariant->command);
    int input = argv ? open_input(judge->segment) : -ENOMEM;
    if (input < 0) {
        free_arguments(argv);
        return fail(judge, invariant, input, error_text(input));
    }
    const struct program program = {
        .argv = argv,
        .directory = judge->outcome->directory_fd,
        .input = input,
        .limit_ns = LIMIT_NS,
    };
    struct program_result result;
    int err = program_run(&program, &result);
    close(input);
    free_arguments(argv);
    if (err)
        return fail(judge, invariant, err, error_text(err));
    return judge_result(judge, invariant, &result);
}
