#include "about.h"

#include <stddef.h>
#include <string.h>

#include "command.h"

const char about_name[] =
    "mpstress - stress, schedule and race-check programs of several processes";

const char about_program[] =
    "mpstress finds what goes wrong when several processes or threads share "
    "memory, queues, locks and files: it runs a program thousands of times "
    "under varied schedules, checks what must hold, and keeps each failure for "
    "a replay.";

const struct about_row about_examples[] = {
    {"mpstress run", "every scenario in ./scenarios"},
    {"mpstress run -- ./program arg", "any program, no scenario"},
    {"mpstress diagnose latest", "why the newest failure happens"},
    {0},
};

#define EXIT_CODE_ROW(name, code, about) {#code, about},
const struct about_row about_exit_codes[] = {EXIT_CODES(EXIT_CODE_ROW){0}};

const struct about_row about_environment[] = {
    {"TMPDIR", "Where the working directories of iterations are made; /tmp "
               "when it is not set, or not an absolute path."},
    {"PATH", "Where a target without a slash in its name is found, and "
             "compilers, git, gdb and Valgrind."},
    {"NO_COLOR", "When set and not empty, --color=auto means never."},
    {"CLICOLOR_FORCE",
     "When set and neither empty nor 0, --color=auto means always. NO_COLOR "
     "is stronger."},
    {"TERM", "When dumb, empty or not set, there are neither colours nor a "
             "progress bar."},
    {"MPSTRESS_CC", "The C compiler behind `mpstress cc`, with words that go "
                    "before all others, such as \"ccache gcc -m64\"."},
    {"MPSTRESS_CXX", "The same for `mpstress c++`."},
    {"LD_PRELOAD", "Libraries that targets load after mpstress's own."},
    {"ASAN_OPTIONS", "Of targets that have AddressSanitizer in them; a run "
                     "adds verify_asan_link_order=0 in front."},
    {"GITHUB_ACTIONS", "When true, a run annotates the source lines."},
    {"GITHUB_STEP_SUMMARY",
     "With GITHUB_ACTIONS, the file that a summary of the run is added to."},
    {0},
};

const struct about_row about_files[] = {
    {"scenarios/*.yml",
     "The scenarios that are run when none is named; `mpstress run NAME` finds "
     "scenarios/NAME.yml."},
    {STORE_DEFAULT_DIRECTORY "/history.db",
     "The store (--store) remembers runs and failures here, in an SQLite "
     "database."},
    {STORE_DEFAULT_DIRECTORY "/failures/ID.mpt",
     "A failure, in one file to attach to a bug report; an SQLite database, "
     "too."},
    {STORE_DEFAULT_DIRECTORY "/failures/latest",
     "A symbolic link to the newest failure."},
    {0},
};

static const struct argp_option options[] = {
    {"help", ABOUT_HELP, NULL, 0, "Say what mpstress is, and list the commands",
     0},
    {"version", ABOUT_VERSION, NULL, 0, "Print the version", 0},
    {0},
};

const struct argp about_argp = {
    .options = options,
    .args_doc = "COMMAND [ARGUMENT...]\n--help|--version",
};

int about_option(const char *text)
{
    for (const struct argp_option *o = options; o->name; o++)
        if ((!strncmp(text, "--", 2) && !strcmp(text + 2, o->name)) ||
            (text[0] == '-' && text[1] == (char)o->key && !text[2]))
            return o->key;
    return 0;
}
