/* What help text and manual page say of the whole program, and which options it
 * takes itself, before a command. */
#ifndef MPS_CLI_ABOUT_H
#define MPS_CLI_ABOUT_H

#include <argp.h>

/* "mpstress - what it is" */
extern const char about_name[];
/* A few lines of prose, without line ends. */
extern const char about_program[];

/* Lists that end with a name of NULL. */
struct about_row {
    const char *name, *about;
};
extern const struct about_row about_examples[]; /* "mpstress run" */
extern const struct about_row about_exit_codes[];
/* Variables that mpstress reads. */
extern const struct about_row about_environment[];
/* What it reads and writes; a store's name is the default one. */
extern const struct about_row about_files[];

/* The options of `mpstress` alone. Without a parser: main() looks at the first
 * argument only. */
extern const struct argp about_argp;
enum { ABOUT_HELP = 'h', ABOUT_VERSION = 'V' };
/* The key of the option that TEXT is, short or long; 0: none. */
int about_option(const char *text);

#endif
