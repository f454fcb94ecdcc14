/* What the process that runs into a race knows of the memory, put down while it
 * lives: for the holder of the turn. */
#ifndef MPS_RUNTIME_MEMORY_WHEREABOUTS_H
#define MPS_RUNTIME_MEMORY_WHEREABOUTS_H

#include <stddef.h>
#include <stdint.h>

/* race_access() was called for an access that begins at OFFSET in its chunk,
 * and before that, memory->race_count was BEFORE: when it noted a race, note
 * who mapped the memory and which global variables point to it. */
void whereabouts_note(uint32_t before, uint32_t offset);

/* The heap handed out SIZE bytes at ADDRESS to the calling task; CONTEXT is the
 * call's (a node, 0: not known). */
void whereabouts_block(const void *address, size_t size, uint32_t context);

/* The stack of TASK is [LOW, HIGH). */
void whereabouts_stack(uint32_t task, uintptr_t low, uintptr_t high);

/* mps_name_memory(): SIZE bytes at ADDRESS are a TYPE (may be NULL) called
 * NAME. BACKING and OFFSET are those of ADDRESS, as the shadow has them. */
void whereabouts_name(uint64_t backing, uint64_t offset, uint64_t size,
                      const char *type, const char *name);

#endif
