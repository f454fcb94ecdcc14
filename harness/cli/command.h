/* The subcommands: rows of one table, from which the list in the help text is
 * made. */
#ifndef MPS_CLI_COMMAND_H
#define MPS_CLI_COMMAND_H

#include <argp.h>

enum exit_code {
    EXIT_AS_EXPECTED = 0,
    EXIT_FAILURE_FOUND = 1,
    EXIT_USAGE = 2,
    EXIT_START = 3, /* the target could not be started */
    EXIT_NO_MATCH = 4,
    EXIT_INCONCLUSIVE = 5,
    EXIT_INTERNAL = 6,
    EXIT_INTERRUPTED = 130
};

struct command {
    const char *name;
    const char *summary; /* one line, for the list of commands */
    const struct argp *argp;
    /* ARGV[0] is "mpstress NAME". Returns an exit code. */
    int (*run)(int argc, char **argv);
};

extern const struct command command_run, command_replay, command_shrink,
    command_diagnose, command_show, command_list, command_history,
    command_merge, command_bisect, command_bench, command_doctor, command_cc,
    command_cxx;

/* All of them, in the order of the help text. */
const struct command *const *commands(size_t *count);

/* Parse ARGV with the command's argp. Returns 0, or EXIT_USAGE after argp has
 * printed what was wrong; --help and --version end the program. */
int command_parse(const struct command *command, int argc, char **argv,
                  void *input);

/* Where failures and history are kept unless --store says otherwise. */
#define STORE_DEFAULT_DIRECTORY ".mpstress"
#define STORE_OPTION_ABOUT \
    "Where runs keep failures and history (default " STORE_DEFAULT_DIRECTORY ")"

/* The exit code that belongs to ERR; 0 for 0. */
int command_exit(int err);

struct mps_diag;
/* Print "mpstress NAME: what DIAG says" to standard error and return
 * command_exit(ERR). */
int command_fail(const struct command *command, int err,
                 const struct mps_diag *diag);

#endif
