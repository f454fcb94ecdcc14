/* mpstress cc, mpstress c++: the compilers for programs that mpstress sees
 * into. The work is done by mpstress-cc and mpstress-c++, which this becomes,
 * since a build system starts them once a file. */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/installed.h"
#include "command.h"
#include "compiler/rewrite.h"
#include "compiler/underlying.h"

#define ARGUMENTS "ARGUMENT-OF-THE-COMPILER...\n--link-flags"
#define ABOUT(name, variable)                                              \
    "Compiles and links as " name " does, so that mpstress sees what the " \
    "program does with shared memory. For build systems there are "        \
    "mpstress-cc and mpstress-c++: CC=mpstress-cc CXX=mpstress-c++.\v"     \
    "The work is done by the gcc or clang named in " variable              \
    ", or found as " name " in PATH.\n\n"                                  \
    "The program runs as usual outside mpstress."

/* Alone, these are for us; with more words they may be a probe of the
 * compiler by a build system. */
static const struct argp_option options[] = {
    {"link-flags", 256, NULL, 0,
     "Print what a link command needs that is not run through this one", 0},
    {"help", 257, NULL, 0, "Describe the command", -1},
    {0},
};

static const struct argp argp_c = {
    .options = options,
    .args_doc = ARGUMENTS,
    .doc = ABOUT("cc", "MPSTRESS_CC"),
};
static const struct argp argp_cxx = {
    .options = options,
    .args_doc = ARGUMENTS,
    .doc = ABOUT("c++", "MPSTRESS_CXX"),
};

static int print_link_flags(const struct command *command)
{
    struct mps_diag diag = {""};
    struct words flags;
    words_init(&flags);
    char *runtime = installed_find(installed_libraries, "libmpstress.so");
    if (!runtime) {
        int err = diag_set(&diag, -MPS_EINTERNAL, "libmpstress.so is missing");
        return command_fail(command, err, &diag);
    }
    rewrite_add_runtime(&flags, runtime);
    free(runtime);
    if (!words_ok(&flags))
        return command_fail(command, -ENOMEM, NULL);
    for (size_t i = 0; i < flags.count; i++)
        printf("%s%s", i ? " " : "", flags.items[i]);
    putchar('\n');
    words_fini(&flags);
    return 0;
}

static int become(const struct command *command,
                  const struct language *language, char **argv)
{
    struct mps_diag diag = {""};
    int err;
    signal(SIGXFSZ, SIG_DFL); /* main() ignores it */
    char *wrapper = installed_find(installed_programs, language->wrapper);
    if (wrapper) {
        argv[0] = wrapper;
        execv(wrapper, argv);
        err = diag_set(&diag, -errno, "%s: %s", wrapper, strerror(errno));
        free(wrapper);
    } else {
        err = diag_set(&diag, -MPS_EINTERNAL,
                       "%s is missing beside the executable; install or build "
                       "mpstress again",
                       language->wrapper);
    }
    return command_fail(command, err, &diag);
}

static int run(const struct command *command, const struct language *language,
               int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        argp_help(command->argp, stdout,
                  ARGP_HELP_STD_HELP & ~(unsigned)ARGP_HELP_EXIT_OK, argv[0]);
        return 0;
    }
    if (argc == 2 && !strcmp(argv[1], "--link-flags"))
        return print_link_flags(command);
    return become(command, language, argv);
}

static int run_c(int argc, char **argv)
{
    return run(&command_cc, &languages[LANGUAGE_C], argc, argv);
}

static int run_cxx(int argc, char **argv)
{
    return run(&command_cxx, &languages[LANGUAGE_CXX], argc, argv);
}

const struct command command_cc = {
    .name = "cc",
    .summary = "compile C so that mpstress sees shared memory",
    .argp = &argp_c,
    .run = run_c,
    .foreign = true,
};
const struct command command_cxx = {
    .name = "c++",
    .summary = "the same for C++",
    .argp = &argp_cxx,
    .run = run_cxx,
    .foreign = true,
};
