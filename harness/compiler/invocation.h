/* What a command line of gcc or clang asks for. */
#ifndef MPS_COMPILER_INVOCATION_H
#define MPS_COMPILER_INVOCATION_H

#include <stdbool.h>

struct mps_diag;

struct invocation {
    bool preprocesses; /* C, C++ or Objective-C goes into the preprocessor */
    bool compiles;     /* and comes out as code */
    bool links;        /* into a program or a shared library */
    bool joins;        /* objects into one object; with LTO, makes code */
    bool defers;       /* code is made in the end by the linker: -flto */
    bool traps;        /* undefined behaviour is checked for */
};

/* Read ARGV, without the compiler's name and with response files expanded.
 * What only asks the compiler something does nothing of the above.
 *
 * Fails with -MPS_EUSAGE, and says in DIAG what to do, when the command asks
 * for a program that mpstress cannot watch. */
int invocation_read(struct invocation *invocation, char *const *argv,
                    struct mps_diag *diag);

#endif
