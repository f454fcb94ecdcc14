/* A wrapper as system headers inline them (read() of a fortified program): its
 * caller is what counts. The file pretends to be such a header. */
#ifndef MPS_SYMBOLS_PROBE_WRAPPER_H
#define MPS_SYMBOLS_PROBE_WRAPPER_H

#include "note.h"

#line 1 "/usr/include/probe_wrapper.h"
static inline __attribute__((always_inline)) void
system_wrapper(const char *function, int line)
{
    note(function, line);
    KEEP();
}

#endif
