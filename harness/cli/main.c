/* mpstress: the command line. */
#include <argp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "about.h"
#include "base/diag.h"
#include "command.h"
#include "help.h"
#include "output.h"

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
    if (argc < 2) {
        help_print(stderr);
        return EXIT_USAGE;
    }
    const int option = about_option(argv[1]);
    if (option == ABOUT_VERSION) {
        puts(argp_program_version);
        return finish(&command_help, 0);
    }
    const struct command *command =
        option == ABOUT_HELP ? &command_help : command_find(argv[1]);
    if (!command)
        return help_refuse(argv[1]);
    return finish(command, command_start(command, argc - 1, argv + 1));
}
