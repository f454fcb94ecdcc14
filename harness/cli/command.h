/* The subcommands: rows of one table, from which help text, manual page and
 * completion are made. */
#ifndef MPS_CLI_COMMAND_H
#define MPS_CLI_COMMAND_H

#include <argp.h>
#include <stdbool.h>

/* What help text and manual page say of them, too. */
#define EXIT_CODES(X)                                                      \
    X(AS_EXPECTED, 0, "everything as expected")                            \
    X(FAILURE_FOUND, 1, "a failure was found, or an expected one was not") \
    X(USAGE, 2, "usage or scenario error")                                 \
    X(START, 3, "the target could not start")                              \
    X(NO_MATCH, 4, "nothing matched")                                      \
    X(INCONCLUSIVE, 5,                                                     \
      "inconclusive: ended early, or a state was never reached")           \
    X(INTERNAL, 6, "internal error")                                       \
    X(INTERRUPTED, 130, "interrupted")

#define EXIT_CODE_ENUM(name, code, about) EXIT_##name = (code),
enum exit_code { EXIT_CODES(EXIT_CODE_ENUM) };

struct command {
    const char *name;
    const char *summary; /* one line, for the list of commands */
    const struct argp *argp;
    /* ARGV[0] is "mpstress NAME". Returns an exit code. */
    int (*run)(int argc, char **argv);
    /* Hands its arguments on to another program, but for its options when they
     * stand alone; argp_parse() is not for it. */
    bool foreign;
};

extern const struct command command_run, command_replay, command_shrink,
    command_diagnose, command_show, command_list, command_history,
    command_merge, command_bisect, command_bench, command_doctor, command_cc,
    command_cxx, command_completion, command_manual, command_help;

/* All of them, in the order of the help text. */
const struct command *const *commands(size_t *count);

/* NULL: there is none of that name. */
const struct command *command_find(const char *name);

/* Run it. ARGV[0] is replaced. Returns an exit code. */
int command_start(const struct command *command, int argc, char **argv);

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
