/* Stacks of calls as nodes of memory.h: equal stacks of all tasks of an
 * iteration have equal numbers. For the holder of the turn. */
#ifndef MPS_RUNTIME_MEMORY_CONTEXT_H
#define MPS_RUNTIME_MEMORY_CONTEXT_H

#include <stdint.h>

/* The node of PC, or of the place SITE, in the function that was entered last;
 * 0 when there is no runtime.memory, or no room in it. */
uint32_t context_of(const void *pc);
uint32_t context_at(uint64_t site);

#endif
