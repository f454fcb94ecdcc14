/* Copying where a fault is possible: the program's memory, on its behalf. */
#ifndef MPS_RUNTIME_GUARD_COPY_H
#define MPS_RUNTIME_GUARD_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copy SIZE bytes, upwards. Returns how many were not copied, because of a
 * fault at the next one. */
size_t guard_copy(void *to, const void *from, size_t size);

/* Where that goes on after a fault at PC; 0 when PC is not in there. For the
 * handlers of SIGSEGV and SIGBUS. */
uintptr_t guard_copy_fault(uintptr_t pc);

#endif
