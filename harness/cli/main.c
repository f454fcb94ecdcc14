/* mpstress: the command line. */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "command.h"
#include "output.h"
#include "scenario/suggest.h"

static const struct command *const table[] = {
    &command_run,    &command_replay, &command_shrink,  &command_diagnose,
    &command_show,   &command_list,   &command_history, &command_merge,
    &command_bisect, &command_bench,  &command_doctor,  &command_cc,
    &command_cxx,
};

const struct command *const *commands(size_t *count)
{
    *count = sizeof(table) / sizeof(table[0]);
    return table;
}

int command_parse(const struct command *command, int argc, char **argv,
                  void *input)
{
    return argp_parse(command->argp, argc, argv, ARGP_IN_ORDER, NULL, input)
               ? EXIT_USAGE
               : 0;
}

static const struct {
    int error;
    enum exit_code code;
} exit_codes[] = {
    {-MPS_EUSAGE, EXIT_USAGE},
    {-MPS_EINPUT, EXIT_USAGE},
    {-MPS_EVERSION, EXIT_USAGE},
    {-MPS_ECORRUPT, EXIT_USAGE},
    {-MPS_ESTART, EXIT_START},
    {-MPS_ENOMATCH, EXIT_NO_MATCH},
    {-MPS_ESTORE, EXIT_USAGE},
    /* What the machine refuses: for the user to change, no bug of ours. */
    {-ENOENT, EXIT_USAGE},
    {-ENOTDIR, EXIT_USAGE},
    {-EACCES, EXIT_USAGE},
    {-EPERM, EXIT_USAGE},
    {-EROFS, EXIT_USAGE},
    {-ENOSPC, EXIT_USAGE},
    {-EDQUOT, EXIT_USAGE},
    {-EFBIG, EXIT_USAGE},
    {-EISDIR, EXIT_USAGE},
    {-EBADF, EXIT_USAGE}, /* a closed standard output */
    {-EIO, EXIT_USAGE},
};

int command_exit(int err)
{
    for (size_t i = 0; i < sizeof(exit_codes) / sizeof(exit_codes[0]); i++)
        if (exit_codes[i].error == err)
            return exit_codes[i].code;
    return err ? EXIT_INTERNAL : EXIT_AS_EXPECTED;
}

int command_fail(const struct command *command, int err,
                 const struct mps_diag *diag)
{
    fprintf(stderr, "mpstress %s: %s\n", command->name,
            diag && *diag->text ? diag->text : error_text(err));
    return command_exit(err);
}

static void print_help(FILE *out)
{
    fputs("mpstress finds what goes wrong when several processes or threads "
          "share\nmemory, queues, locks and files: it runs a program "
          "thousands of times under\nvaried schedules, checks what must "
          "hold, and keeps each failure for a replay.\n\n"
          "usage: mpstress COMMAND [ARGUMENT...]\n\n"
          "  mpstress run                     every scenario in ./scenarios\n"
          "  mpstress run -- ./program arg    any program, no scenario\n"
          "  mpstress diagnose latest         why the newest failure "
          "happens\n\n"
          "commands:\n",
          out);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        fprintf(out, "  %-9s %s\n", table[i]->name, table[i]->summary);
    fputs("\n`mpstress COMMAND --help` describes a command.\n\n"
          "exit codes: 0 as expected, 1 failure found, 2 usage or scenario "
          "error,\n3 target could not start, 4 nothing matched, "
          "5 inconclusive,\n6 internal error, 130 interrupted\n",
          out);
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (!strcmp(table[i]->name, name))
            return table[i];
    return NULL;
}

static int refuse(const char *name)
{
    const char *known[sizeof(table) / sizeof(table[0])];
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        known[i] = table[i]->name;
    const char *meant = suggest(name, known, sizeof(known) / sizeof(known[0]));
    fprintf(stderr, "mpstress: no command '%s'", name);
    if (meant)
        fprintf(stderr, " (did you mean '%s'?)", meant);
    else if (!access(name, X_OK) && strchr(name, '/'))
        fprintf(stderr, "; a program is run by `mpstress run -- %s`", name);
    else
        fputs("; `mpstress --help` lists them", stderr);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

/* CODE, unless what it is about has not arrived; a verdict stays. */
static int finish(const struct command *command, int code)
{
    struct mps_diag diag;
    bool said =
        code != 0 && code != EXIT_FAILURE_FOUND && code != EXIT_INCONCLUSIVE;
    int err = said ? 0 : output_finish(&diag);
    int failed = err ? command_fail(command, err, &diag) : 0;
    return code ? code : failed;
}

int main(int argc, char **argv)
{
    output_prepare();
    /* Over the limit of `ulimit -f` a write is to fail, and be told. */
    signal(SIGXFSZ, SIG_IGN);
    argp_program_version = "mpstress " MPS_VERSION;
    argp_err_exit_status = EXIT_USAGE;
    /* Symbols come from this machine; see symbols.h. */
    unsetenv("DEBUGINFOD_URLS");
    const char *name = argc > 1 ? argv[1] : NULL;
    if (!name) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (!strcmp(name, "--help") || !strcmp(name, "-h") ||
        !strcmp(name, "help")) {
        const struct command *about = argc > 2 ? find(argv[2]) : NULL;
        if (!about && argc > 2)
            return refuse(argv[2]);
        if (!about) {
            print_help(stdout);
            return 0;
        }
        char *help[] = {argv[2], (char[]){"--help"}, NULL};
        return about->run(2, help);
    }
    if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
        puts(argp_program_version);
        return 0;
    }
    const struct command *command = find(name);
    if (!command)
        return refuse(name);
    /* argp shows this as the program's name. */
    char title[64];
    snprintf(title, sizeof(title), "mpstress %s", command->name);
    argv[1] = title;
    program_invocation_name = title;
    return finish(command, command->run(argc - 1, argv + 1));
}
