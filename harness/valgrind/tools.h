/* The tools of Valgrind that mpstress runs targets under, and how they are
 * called. */
#ifndef MPS_VALGRIND_TOOLS_H
#define MPS_VALGRIND_TOOLS_H

#include <stdbool.h>
#include <stddef.h>

struct mps_diag;

enum valgrind_tool { VALGRIND_HELGRIND, VALGRIND_DRD, VALGRIND_TOOL_COUNT };

/* "helgrind", "drd". Static. */
const char *valgrind_tool_name(enum valgrind_tool tool);
/* Returns the tool called NAME, or -1. */
int valgrind_tool_find(const char *name);

/* Where valgrind is: *OUT, an absolute path, is the caller's to free.
 * -MPS_ESTART with DIAG when it is not installed. */
int valgrind_find(char **out, struct mps_diag *diag);

/* Whether the file PATH holds suppressions in Valgrind's own format, which
 * begins with a brace; ThreadSanitizer's has none. */
bool valgrind_is_suppressions(const char *path);

/* Its arguments up to the target's program, NULL-terminated: TOOL writes its
 * XML to descriptor XML and messages about itself to LOG, and leaves out what
 * the files SUPPRESSIONS (NULL-terminated, or NULL) name. *OUT is released
 * with valgrind_arguments_free(); -ENOMEM. */
int valgrind_arguments(char ***out, const char *valgrind,
                       enum valgrind_tool tool, int xml, int log,
                       const char *const *suppressions);
void valgrind_arguments_free(char **arguments);

#endif
