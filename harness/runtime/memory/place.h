/* From addresses to shadow: which chunk of memory.h an address lies in, and
 * where. For the holder of the turn, with runtime.memory. */
#ifndef MPS_RUNTIME_MEMORY_PLACE_H
#define MPS_RUNTIME_MEMORY_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "segment/memory.h"

/* Consecutive addresses in one chunk. */
struct place {
    uintptr_t start, end;
    uint32_t chunk;  /* never 0 in what place_of() gives */
    uint32_t offset; /* of START in it */
    bool shared;     /* in a shared mapping */
    uint32_t generation;
};

/* By address in units of a chunk, of this process alone; those of another
 * generation do not hold any more. */
enum { PLACES = 128 };
extern struct place places[PLACES];
extern uint32_t places_generation;

/* The place of ADDRESS if it has been asked for lately, else NULL. Its chunk is
 * 0 where nothing is watched. */
static inline const struct place *place_known(const volatile void *address)
{
    uintptr_t at = (uintptr_t)address;
    const struct place *place = &places[at / MEMORY_CHUNK_BYTES % PLACES];
    return at - place->start < place->end - place->start &&
                   place->generation == places_generation
               ? place
               : NULL;
}

/* The place that ADDRESS lies in, NULL when it is not watched or the table of
 * chunks is full. Valid until the turn is given away. */
const struct place *place_make(const volatile void *address);
static inline const struct place *place_of(const volatile void *address)
{
    const struct place *place = place_known(address);
    return !place ? place_make(address) : place->chunk ? place : NULL;
}

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
