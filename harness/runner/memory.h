/* The memory part of a slot's segment (segment/memory.h), seen from the
 * runner: gigabytes of address space, of which only what is used exists. */
#ifndef MPS_RUNNER_MEMORY_H
#define MPS_RUNNER_MEMORY_H

#include "segment/memory.h"

/* Let the segment FD grow by its memory part, and map that. NULL when a limit
 * (RLIMIT_AS, RLIMIT_FSIZE) is in the way: then nothing has changed, and the
 * runtime goes without it, too. Release with memory_unmap(). */
struct memory *memory_map(int fd);
/* MEMORY may be NULL. */
void memory_unmap(struct memory *memory);

/* Make MEMORY (may be NULL), which is FD's, ready for the next iteration, while
 * no task lives. SEGMENT still says what the last one used, of which the cost
 * depends. */
void memory_reset(struct memory *memory, int fd, const struct segment *segment);

#endif
