/* How a program is called under a tool: lists of texts, NULL-terminated, which
 * the caller releases with command_free(); NULL when out of memory. Private to
 * valgrind/. */
#ifndef MPS_VALGRIND_COMMAND_H
#define MPS_VALGRIND_COMMAND_H

#include "scenario/scenario.h"
#include "tools.h"

/* VALGRIND OPTION... PROGRAM ARGUMENT..., with the scenario's arguments and the
 * parameters of CHOICE in them. */
char **command_line(const char *valgrind, enum valgrind_tool tool,
                    const char *const *suppressions, const char *program,
                    const struct choice *choice);

/* mpstress's own environment, and the scenario's over it. */
char **command_environment(const struct choice *choice);

void command_free(char **list);

#endif
