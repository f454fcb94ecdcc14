#include "either.h"

#include <stddef.h>

#include "words.h"

/* -- The last writer --------------------------------------------------------*/

static struct memory_word *word_at(struct memory *memory, uint32_t chunk,
                                   uint32_t offset)
{
    if (memory->off || !chunk || chunk >= MEMORY_CHUNKS ||
        offset >= MEMORY_CHUNK_BYTES)
        return NULL;
    return &memory->shadow[chunk].words[offset / 8];
}

/* From here on each access to WORD, whose bytes begin at OFFSET of CHUNK,
 * moves its clock. What its last writer let out then is not known any more:
 * what it knows by now is at least that. All who wrote before are ordered
 * before it, else this would have happened earlier. */
static void make_exact(struct memory *memory, struct memory_word *word,
                       uint32_t chunk, uint32_t offset)
{
    if (word->flags & MEMORY_EXACT)
        return;
    word->flags |= MEMORY_EXACT;
    if (word->writer)
        clocks_atomic(memory, word->writer - 1u, chunk, offset & ~7u, 8,
                      CLOCKS_STORE, __ATOMIC_RELEASE);
}

/* Whether TASK comes after the last writer of WORD. */
static bool is_ordered(const struct memory *memory,
                       const struct memory_word *word, uint32_t task)
{
    return !word->writer || clocks_before(memory, word->writer - 1u,
                                          word->epoch, task, MEMORY_ROW_CLOCK);
}

/* -- Accesses ---------------------------------------------------------------*/

void either_load(struct memory *memory, uint32_t task, uint32_t chunk,
                 uint32_t offset, uint32_t size)
{
    struct memory_word *word = word_at(memory, chunk, offset);
    if (!word)
        return;
    if (!is_ordered(memory, word, task))
        make_exact(memory, word, chunk, offset);
    if (word->flags & MEMORY_EXACT)
        clocks_atomic(memory, task, chunk, offset, size, CLOCKS_LOAD,
                      __ATOMIC_ACQUIRE);
}

void either_store(struct memory *memory, uint32_t task, uint32_t chunk,
                  uint32_t offset, uint32_t size)
{
    struct memory_word *word = word_at(memory, chunk, offset);
    if (!word)
        return;
    if (!is_ordered(memory, word, task))
        make_exact(memory, word, chunk, offset);
    word->writer = (uint16_t)(task + 1);
    word->epoch = clocks_epoch(memory, task, MEMORY_ROW_CLOCK);
    if (word->flags & MEMORY_EXACT)
        clocks_atomic(memory, task, chunk, offset, size, CLOCKS_STORE,
                      __ATOMIC_RELEASE);
}

void either_atomic(struct memory *memory, uint32_t task, uint32_t chunk,
                   uint32_t offset, uint32_t size)
{
    struct memory_word *word = word_at(memory, chunk, offset);
    if (!word)
        return;
    make_exact(memory, word, chunk, offset);
    clocks_atomic(memory, task, chunk, offset, size, CLOCKS_LOAD,
                  __ATOMIC_ACQUIRE);
}
