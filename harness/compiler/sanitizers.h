/* The lists behind -fsanitize=. */
#ifndef MPS_COMPILER_SANITIZERS_H
#define MPS_COMPILER_SANITIZERS_H

#include <stdbool.h>

struct mps_diag;

/* Read LIST, such as "thread,undefined".
 *
 * `thread` is what mpstress does anyway. The undefined-behaviour checks work
 * without a runtime of theirs when they trap: *TRAPS becomes true if there
 * are any. What brings a runtime that cannot be in one program with this one
 * fails with -MPS_EUSAGE and says in DIAG what to do. */
int sanitizers_read(const char *list, bool *traps, struct mps_diag *diag);

#endif
