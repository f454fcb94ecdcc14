/* Cells of shadow as two 64-bit words: compared and stored as such, they cost
 * less than field by field. The head says who, when and what, the tail from
 * where. Pure. */
#ifndef MPS_DETECT_CELL_H
#define MPS_DETECT_CELL_H

#include <stdbool.h>

#include "rows.h"

/* Where the fields of struct memory_cell lie in its words. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum {
    CELL_EPOCH = 0,
    CELL_TASK = 32,
    CELL_MASK = 48,
    CELL_FLAGS = 56,
    CELL_CONTEXT = 0,
    CELL_LOCKS = 32
};
#else
enum {
    CELL_EPOCH = 32,
    CELL_TASK = 16,
    CELL_MASK = 8,
    CELL_FLAGS = 0,
    CELL_CONTEXT = 32,
    CELL_LOCKS = 0
};
#endif

/* Bits of bytes FIRST .. FIRST + SIZE - 1 of a word. */
static inline uint32_t cell_mask(uint32_t first, uint32_t size)
{
    return ((1u << size) - 1) << first;
}

static inline uint64_t cell_head(uint32_t epoch, uint32_t task, uint32_t mask,
                                 uint32_t flags)
{
    return (uint64_t)epoch << CELL_EPOCH | (uint64_t)task << CELL_TASK |
           (uint64_t)mask << CELL_MASK | (uint64_t)flags << CELL_FLAGS;
}

static inline uint64_t cell_tail(uint32_t context, uint32_t locks)
{
    return (uint64_t)context << CELL_CONTEXT | (uint64_t)locks << CELL_LOCKS;
}

static inline uint64_t cell_load(const struct memory_cell *cell)
{
    uint64_t head;
    __builtin_memcpy(&head, cell, sizeof(head));
    return head;
}

static inline void cell_store(struct memory_cell *cell, uint64_t head,
                              uint64_t tail)
{
    __builtin_memcpy(cell, &head, sizeof(head));
    __builtin_memcpy((char *)cell + sizeof(head), &tail, sizeof(tail));
}

static inline uint32_t cell_epoch(uint64_t head)
{
    return (uint32_t)(head >> CELL_EPOCH);
}

static inline uint32_t cell_task(uint64_t head)
{
    return (head >> CELL_TASK) & 0xffff;
}

static inline uint32_t cell_bytes(uint64_t head)
{
    return (head >> CELL_MASK) & 0xff;
}

static inline uint32_t cell_flags(uint64_t head)
{
    return (uint32_t)(head >> CELL_FLAGS) & 0xff;
}

/* Whether A and B are of the same task and epoch. */
static inline bool cell_is_of(uint64_t a, uint64_t b)
{
    const uint64_t whose =
        UINT64_C(0xffffffff) << CELL_EPOCH | UINT64_C(0xffff) << CELL_TASK;
    return !((a ^ b) & whose);
}

/* Whether whatever races with access WEAK, as far as its bytes and kind go,
 * races with STRONG as well: a write stands for a read, a plain access for an
 * atomic one, half an update for a store. */
static inline bool cell_covers(uint64_t strong, uint64_t weak)
{
    const uint64_t atomic = (uint64_t)MEMORY_ATOMIC << CELL_FLAGS;
    const uint64_t more =
        (UINT64_C(0xff) << CELL_MASK) |
        ((uint64_t)(MEMORY_WRITE | MEMORY_HALF) << CELL_FLAGS);
    /* Bytes, WRITE and HALF that only WEAK has, ATOMIC that only STRONG has. */
    return !(((weak & ~strong) & more) | ((strong & ~weak) & atomic));
}

/* Whether CELLS, those of one word, which stand together at its beginning, hold
 * an access of the same task and epoch as NOW that covers it. */
static inline bool cell_known(const struct memory_cell cells[MEMORY_CELLS],
                              uint64_t now)
{
    for (uint32_t i = 0; i < MEMORY_CELLS; i++) {
        uint64_t old = cell_load(&cells[i]);
        if (!cell_epoch(old))
            break;
        if (cell_is_of(old, now) && cell_covers(old, now))
            return true;
    }
    return false;
}

#endif
