/* Memory that becomes another object's: what was done to it before does not
 * count. All of this does nothing unless accesses are noted. */
#ifndef MPS_RUNTIME_MEMORY_RENEW_H
#define MPS_RUNTIME_MEMORY_RENEW_H

#include <stddef.h>

#include "hooks.h"

/* Private memory of this process was mapped, or unmapped, there. */
void renew_private(const void *start, size_t length);

/* A file was opened, with FLAGS of open(2): it may be a new one. */
void renew_opened(long fd, long flags);

/* Of calls that cut files off, grow them, or make holes in them. */
hook_before hook_resizing;
hook_after hook_resized, hook_allocated;

#endif
