/* What of a guarded process's shared memory is open: nothing, the pages that
 * one instruction touches, or everything. See guard.h for the rest of it. */
#ifndef MPS_RUNTIME_GUARD_WINDOWS_H
#define MPS_RUNTIME_GUARD_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The calling process begins to be guarded: nothing is open. */
void windows_begin(void);
/* And ends to be: everything is, for ever. */
void windows_end(void);

/* Open the pages of [ADDRESS, ADDRESS + SIZE) that are guarded; everything,
 * when there are too many. */
void windows_open(uintptr_t address, size_t size);
/* Close what is open. */
void windows_close(void);
/* Whether the page at PAGE is open. */
bool windows_have(uintptr_t page);

#endif
