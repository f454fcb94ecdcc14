/* System calls as accesses: what the kernel reads and writes for instrumented
 * code. Those that libc makes for itself are not looked at: the locks that
 * order them are hidden. */
#ifndef MPS_RUNTIME_MEMORY_BUFFERS_H
#define MPS_RUNTIME_MEMORY_BUFFERS_H

#include "calls.h"

/* CALL is about to be made, before its point: what it takes. */
void buffers_given(const struct call *call);
/* It gave RESULT: what it filled. */
void buffers_filled(const struct call *call, long result);

#endif
