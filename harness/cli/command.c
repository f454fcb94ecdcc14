#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"

static const struct command *const table[] = {
    &command_run,    &command_replay,     &command_shrink,  &command_diagnose,
    &command_show,   &command_list,       &command_history, &command_merge,
    &command_bisect, &command_bench,      &command_doctor,  &command_cc,
    &command_cxx,    &command_completion, &command_manual,  &command_help,
};

const struct command *const *commands(size_t *count)
{
    *count = sizeof(table) / sizeof(table[0]);
    return table;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (!strcmp(table[i]->name, name))
            return table[i];
    return NULL;
}

int command_start(const struct command *command, int argc, char **argv)
{
    /* argp shows this as the program's name. */
    char title[64];
    snprintf(title, sizeof(title), "mpstress %s", command->name);
    argv[0] = title;
    program_invocation_name = title;
    return command->run(argc, argv);
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
