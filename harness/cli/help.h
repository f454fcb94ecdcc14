/* The help text of the whole program. */
#ifndef MPS_CLI_HELP_H
#define MPS_CLI_HELP_H

#include <stdio.h>

void help_print(FILE *out);
/* For help filters of argps: TEXT as it is; and "ONE|OTHER" of the names
 * that NAME gives for 0, 1, ... until NULL. argp, or whoever calls, frees the
 * latter; NULL when out of memory. */
char *help_unchanged(const char *text);
char *help_choice(const char *(*name)(size_t i));

/* A help filter: the exit codes, after all else. */
char *help_add_exit_codes(int key, const char *text, void *input);

/* Say on standard error that there is no command NAME, and which one may be
 * meant. Returns EXIT_USAGE. */
int help_refuse(const char *name);

#endif
