/* The compiler that does the work. */
#ifndef MPS_COMPILER_UNDERLYING_H
#define MPS_COMPILER_UNDERLYING_H

#include "words.h"

struct mps_diag;

struct language {
    const char *wrapper;      /* mpstress-cc, for messages */
    const char *variable;     /* the environment variable with its name */
    const char *const *names; /* what to look for without it; ends in NULL */
};

enum language_id { LANGUAGE_C, LANGUAGE_CXX, LANGUAGE_COUNT };
extern const struct language languages[LANGUAGE_COUNT];

/* Find the compiler of LANGUAGE and append its path and the words that belong
 * before all others, as in MPSTRESS_CC="ccache gcc -m64", to OUT.
 *
 * NAMED is the value of the variable, or NULL; PATH that of $PATH, or NULL.
 * mpstress's own wrappers are passed over in PATH. Fails with -MPS_EUSAGE when
 * NAMED is one of them, -MPS_ESTART when there is no such program. */
int underlying_find(struct words *out, const struct language *language,
                    const char *named, const char *path, struct mps_diag *diag);

#endif
