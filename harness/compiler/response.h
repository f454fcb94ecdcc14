/* Response files: a word @FILE stands for the words in FILE. */
#ifndef MPS_COMPILER_RESPONSE_H
#define MPS_COMPILER_RESPONSE_H

#include "words.h"

struct mps_diag;

/* Append the words of TEXT to OUT, split as gcc and clang do it: at white
 * space, '...' and "..." keep it, a backslash keeps the next character. */
void response_split(struct words *out, const char *text);

/* Append the words of ARGV to OUT, each @FILE replaced by what is in it, also
 * inside such files. One that cannot be read stays as it is, as in gcc.
 *
 * Fails with -MPS_EINPUT when the files include each other without end, and
 * with -ENOMEM. */
int response_expand(struct words *out, char *const *argv,
                    struct mps_diag *diag);

#endif
