/* The race detector: two accesses to the same byte, one of them a write, not
 * both atomic, that nothing orders. Pure over the segment, for the holder of
 * the turn.
 *
 * A bounded history as ThreadSanitizer's: the last MEMORY_CELLS accesses of
 * each 8 bytes. Never wrong; may miss a race whose other side has been pushed
 * out. */
#ifndef MPS_DETECT_RACE_H
#define MPS_DETECT_RACE_H

#include <stdbool.h>

#include "cell.h"
#include "clocks.h"

/* The shadow of chunk INDEX of BACKING: its number, made on first use, TASK
 * being who touches it and NAME what the region is called (may be NULL). 0 when
 * the table is full: then memory->off is set. */
uint32_t race_chunk(struct memory *memory, uint64_t backing, uint64_t index,
                    uint32_t task, const char *name);

/* Its number if it has been made; 0 if not. */
uint32_t race_find_chunk(const struct memory *memory, uint64_t backing,
                         uint64_t index);

/* What is known of the words that [OFFSET, OFFSET + SIZE) touches, all of
 * enum memory_word_flag that hold for any of them once TASK has touched it,
 * too, with WRITE or not. Changes nothing. */
uint32_t race_flags(const struct memory *memory, uint32_t chunk,
                    uint32_t offset, uint32_t size, uint32_t task, bool write);

/* race_is_known() of what is not within one word. */
bool race_is_known_widely(const struct memory *memory, uint32_t chunk,
                          uint32_t offset, uint32_t size, uint32_t task,
                          uint32_t flags);

/* Whether recording the access again would change nothing: TASK has made one at
 * least as strong in this epoch, or nothing is looked at. The quick way out: no
 * context is needed. */
static inline bool race_is_known(const struct memory *memory, uint32_t chunk,
                                 uint32_t offset, uint32_t size, uint32_t task,
                                 uint32_t flags)
{
    uint32_t first = offset & 7;
    if (memory->off)
        return true;
    if (first + size > 8 || !size || offset >= MEMORY_CHUNK_BYTES ||
        chunk >= MEMORY_CHUNKS || task >= MEMORY_TASKS)
        return race_is_known_widely(memory, chunk, offset, size, task, flags);
    uint32_t epoch =
        rows_get(memory, rows_of_task(task, MEMORY_ROW_CLOCK), task);
    return cell_known(memory->shadow[chunk].cells[offset / 8],
                      cell_head(epoch, task, cell_mask(first, size), flags));
}

/* ACCESS is about to be made (its task's clock is current; an atomic one:
 * before clocks_atomic()). SIZE may be anything that stays within the chunk.
 * Returns whether it is in a race: an atomic one is in none with what was let
 * out through the same word before, as its load may take that in. A pair of
 * contexts is noted in memory->races once an iteration. */
bool race_access(struct memory *memory, uint32_t chunk, uint32_t offset,
                 const struct memory_access *access, uint64_t ticket);

/* [OFFSET, OFFSET + SIZE) of CHUNK is new memory: nobody has touched it. */
void race_forget(struct memory *memory, uint32_t chunk, uint32_t offset,
                 uint32_t size);

/* The node with KEY below PARENT, made on first use; 0 when the table is full
 * (memory->off is set). */
uint32_t race_node(struct memory *memory, uint32_t parent, uint64_t key);

#endif
