/* Atomics and fences of C11: what its memory orders hand over. The table is in
 * the notes on race detection; why relaxed stores and seq_cst fences are as
 * they are, in clocks.h. */
#include "clocks.h"
#include "rows.h"
#include "words.h"

struct order {
    bool acquires, releases;
};

/* Consume is taken for acquire, as compilers do. */
static struct order understand(int order)
{
    switch (order) {
    case __ATOMIC_RELAXED:
        return (struct order){false, false};
    case __ATOMIC_CONSUME:
    case __ATOMIC_ACQUIRE:
        return (struct order){true, false};
    case __ATOMIC_RELEASE:
        return (struct order){false, true};
    default:
        return (struct order){true, true};
    }
}

/* TASK reads what was let out through SYNC: now, or by its next fence. */
static void take(struct memory *memory, uint32_t task, uint32_t sync,
                 bool acquires)
{
    uint32_t from = rows_of_sync(sync, MEMORY_ROW_CLOCK);
    if (!acquires) {
        rows_join(memory, rows_of_task(task, MEMORY_ROW_FENCE_ACQUIRE), from);
        return;
    }
    rows_join(memory, rows_of_task(task, MEMORY_ROW_CLOCK), from);
    rows_join(memory, rows_of_task(task, MEMORY_ROW_HARD),
              rows_of_sync(sync, MEMORY_ROW_HARD));
}

/* TASK writes: lets out what it knows, or what it knew at its last fence. A
 * fence keeps no hard row: the full one stands for it, which is the larger. */
static void let(struct memory *memory, uint32_t task,
                const struct words_clock *clock, enum clocks_access access,
                bool releases)
{
    uint64_t own = UINT64_C(1) << (task < 63 ? task : 63);
    uint32_t fence = rows_of_task(task, MEMORY_ROW_FENCE_RELEASE);
    bool heads = releases || !rows_is_zero(memory, fence);
    /* A store ends the release sequences of all but its own task. */
    bool goes_on = access == CLOCKS_UPDATE || clock->mixed ||
                   (!releases && (*clock->releasers & own));
    for (uint32_t row = MEMORY_ROW_CLOCK; row <= MEMORY_ROW_HARD; row++) {
        uint32_t to = rows_of_sync(clock->sync, row);
        uint32_t from = releases ? rows_of_task(task, row) : fence;
        if (goes_on)
            rows_join(memory, to, from);
        else
            rows_copy(memory, to, from);
    }
    if (access == CLOCKS_STORE)
        *clock->releasers &= own;
    if (heads)
        *clock->releasers |= own;
}

/* The part of the access that lies within 8 bytes. */
static void within(struct memory *memory, uint32_t task,
                   const struct words_clock *clock, enum clocks_access access,
                   struct order order)
{
    if (access != CLOCKS_STORE)
        take(memory, task, clock->sync, order.acquires);
    if (access != CLOCKS_LOAD)
        let(memory, task, clock, access, order.releases);
}

void clocks_atomic(struct memory *memory, uint32_t task, uint32_t chunk,
                   uint32_t offset, uint32_t size, enum clocks_access access,
                   int order)
{
    words_clip(offset, &size);
    if (!size || !chunk || chunk >= MEMORY_CHUNKS || !rows_know(memory, task))
        return;
    struct order how = understand(order);
    for (uint32_t at = offset, end = offset + size; at < end;
         at = (at | 7) + 1) {
        uint32_t part = 8 - (at & 7);
        struct words_clock clock;
        if (!words_find(memory, chunk, at, part < end - at ? part : end - at,
                        &clock))
            return;
        within(memory, task, &clock, access, how);
    }
    if (access != CLOCKS_LOAD && how.releases)
        rows_tick(memory, task);
}

void clocks_fence(struct memory *memory, uint32_t task, int order)
{
    if (!rows_know(memory, task))
        return;
    struct order how = understand(order);
    uint32_t own = rows_of_task(task, MEMORY_ROW_CLOCK);
    if (how.acquires) {
        uint32_t seen = rows_of_task(task, MEMORY_ROW_FENCE_ACQUIRE);
        rows_join(memory, own, seen);
        rows_join(memory, rows_of_task(task, MEMORY_ROW_HARD), seen);
    }
    if (!how.releases)
        return;
    rows_copy(memory, rows_of_task(task, MEMORY_ROW_FENCE_RELEASE), own);
    rows_tick(memory, task);
}
