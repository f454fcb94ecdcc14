/* Instrumented code is there. */
#ifndef MPS_RUNTIME_MEMORY_INIT_H
#define MPS_RUNTIME_MEMORY_INIT_H

#include <stdbool.h>

/* An object file in whose code PC lies is instrumented. May be called as often
 * as there are object files, and before the runtime is attached. Ends the
 * process if another runtime for such code is there, too. */
void init_instrumented(const void *pc);
/* The runtime is attached now. */
void init_attached(void);
/* Whether any of the program's code is: what it does to memory is seen. */
bool init_has_instrumented(void);
/* Whether the caller at PC is instrumented code, whose accesses through the C
 * library are to be noted. */
bool init_is_instrumented(const void *pc);

#endif
