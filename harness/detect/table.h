/* The tables of struct memory: entries are numbered from 1 as they come, and
 * found through an open-addressed table of these numbers. The part of it that
 * is used grows with the entries, so that few of them touch few pages.
 *
 * A target that goes wild can write over all of it: numbers are checked, and
 * every loop ends. Pure; for this folder. */
#ifndef MPS_DETECT_TABLE_H
#define MPS_DETECT_TABLE_H

#include <stdbool.h>

#include "segment/memory.h"

enum {
    TABLE_LEAST = 256,
    TABLE_PROBES = 1024 /* slots looked at; in a table that nobody has written
                           over, half full at most, it takes far fewer */
};

/* How table entries are told apart; KEY is what is looked for. */
struct table_kind {
    uint32_t slot_max;  /* length of the table, a power of two */
    uint32_t entry_max; /* numbers stay below it */
    bool (*same)(const struct memory *memory, uint32_t number, const void *key);
    uint64_t (*hash)(const struct memory *memory, uint32_t number);
};

static inline uint64_t table_hash(uint64_t a, uint64_t b)
{
    uint64_t z =
        (a + b * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 32)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 29);
}

/* Length of the part in use with COUNT entries: at most half full. */
static inline uint32_t table_length(const struct table_kind *kind,
                                    uint32_t count)
{
    if (count < TABLE_LEAST / 2)
        return TABLE_LEAST;
    if (count >= kind->slot_max / 2)
        return kind->slot_max;
    return 4u << (31 - __builtin_clz(count));
}

/* The first free slot for HASH of LENGTH ones; LENGTH if there is none near. */
static inline uint32_t table_free(const uint32_t *slots, uint32_t length,
                                  uint64_t hash)
{
    for (uint32_t i = 0; i < TABLE_PROBES; i++) {
        uint32_t at = (uint32_t)(hash + i) & (length - 1);
        if (!slots[at])
            return at;
    }
    return length;
}

/* The number of the entry KEY, whose hash is HASH, of COUNT ones; or 0, and the
 * slot it belongs into, as table_free() has it, in *SLOT. */
static inline uint32_t table_find(const struct memory *memory,
                                  const struct table_kind *kind,
                                  const uint32_t *slots, uint32_t count,
                                  uint64_t hash, const void *key,
                                  uint32_t *slot)
{
    uint32_t length = table_length(kind, count);
    for (uint32_t i = 0; i < TABLE_PROBES; i++) {
        uint32_t at = (uint32_t)(hash + i) & (length - 1);
        uint32_t number = slots[at];
        if (!number) {
            *slot = at;
            return 0;
        }
        if (number < kind->entry_max && kind->same(memory, number, key))
            return number;
    }
    *slot = length;
    return 0;
}

/* Put all COUNT entries into a table of LENGTH slots. */
static inline void table_rebuild(const struct memory *memory,
                                 const struct table_kind *kind, uint32_t *slots,
                                 uint32_t length, uint32_t count)
{
    for (uint32_t i = 0; i < length; i++)
        if (slots[i])
            slots[i] = 0;
    for (uint32_t number = 1; number <= count; number++) {
        uint32_t at = table_free(slots, length, kind->hash(memory, number));
        if (at < length)
            slots[at] = number;
    }
}

/* Give the entry with HASH that table_find() did not find, and would put into
 * SLOT, the next number. 0: the table is full. */
static inline uint32_t table_add(const struct memory *memory,
                                 const struct table_kind *kind, uint32_t *slots,
                                 uint32_t *count, uint64_t hash, uint32_t slot)
{
    uint32_t old = *count, length = table_length(kind, old);
    if (old >= kind->entry_max - 1 || slot >= length)
        return 0;
    uint32_t longer = table_length(kind, old + 1);
    if (longer != length) {
        table_rebuild(memory, kind, slots, longer, old);
        slot = table_free(slots, longer, hash);
        if (slot >= longer)
            return 0;
    }
    slots[slot] = old + 1;
    *count = old + 1;
    return old + 1;
}

#endif
