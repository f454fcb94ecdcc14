/* From addresses to shadow: which chunk of memory.h an address lies in, and
 * where. For the holder of the turn, with runtime.memory. */
#ifndef MPS_RUNTIME_MEMORY_PLACE_H
#define MPS_RUNTIME_MEMORY_PLACE_H

#include <stdbool.h>
#include <stdint.h>

/* Consecutive addresses in one chunk. */
struct place {
    uintptr_t start, end;
    uint32_t chunk;  /* never 0 */
    uint32_t offset; /* of START in it */
    bool shared;     /* in a shared mapping */
    uint32_t generation;
};

/* The place that ADDRESS lies in, NULL when it is not watched or the table of
 * chunks is full. Valid until the turn is given away. */
const struct place *place_of(const volatile void *address);

static inline uint32_t place_offset(const struct place *place,
                                    const volatile void *address)
{
    return place->offset + (uint32_t)((uintptr_t)address - place->start);
}

/* What is mapped where, or whose private memory it is, has changed. */
void place_forget(void);

/* The backing of the calling process's private memory, in which an address is
 * its own offset. */
uint64_t place_private(void);

#endif
