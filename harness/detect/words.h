/* Which clock an atomic has. Pure; for this folder. */
#ifndef MPS_DETECT_WORDS_H
#define MPS_DETECT_WORDS_H

#include <stdbool.h>

#include "segment/memory.h"

struct words_clock {
    uint32_t sync;
    bool mixed;          /* also of others: what is in there stays */
    uint64_t *releasers; /* see memory.h */
};

/* The clock of the atomic [OFFSET, OFFSET + SIZE) of CHUNK, which lies within 8
 * bytes, made on first use. False: there is no room, and memory->off is set. */
bool words_find(struct memory *memory, uint32_t chunk, uint32_t offset,
                uint32_t size, struct words_clock *clock);

/* Whether what TASK did in EPOCH is let out through an atomic that overlaps
 * [OFFSET, OFFSET + SIZE), within 8 bytes. */
bool words_tell(const struct memory *memory, uint32_t chunk, uint32_t offset,
                uint32_t size, uint32_t task, uint32_t epoch);

/* The bit of a chunk's maps that its word WORD is under. */
static inline uint64_t words_part(uint32_t word)
{
    return UINT64_C(1) << (word / (MEMORY_CHUNK_WORDS / 64) & 63);
}

/* Cut [*OFFSET, *OFFSET + *SIZE) to what lies in a chunk. */
static inline void words_clip(uint32_t offset, uint32_t *size)
{
    if (offset > MEMORY_CHUNK_BYTES)
        *size = 0;
    else if (*size > MEMORY_CHUNK_BYTES - offset)
        *size = MEMORY_CHUNK_BYTES - offset;
}

#endif
