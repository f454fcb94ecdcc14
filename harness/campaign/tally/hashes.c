#include "tally/hashes.h"

#include <stdlib.h>

enum { SLOTS_FIRST = 1024, HASHES_MAX = 1 << 17 };

struct hash_set {
    uint64_t *slots; /* open addressing; 0: free */
    uint32_t slot_count, count;
    bool full;
};

struct hash_set *hash_set_new(void)
{
    struct hash_set *set = calloc(1, sizeof(*set));
    if (!set)
        return NULL;
    set->slot_count = SLOTS_FIRST;
    set->slots = calloc(set->slot_count, sizeof(*set->slots));
    if (set->slots)
        return set;
    free(set);
    return NULL;
}

void hash_set_free(struct hash_set *set)
{
    if (!set)
        return;
    free(set->slots);
    free(set);
}

static bool insert(struct hash_set *set, uint64_t hash)
{
    uint32_t at = (uint32_t)(hash ^ hash >> 32);
    for (;; at++) {
        uint64_t *slot = &set->slots[at & (set->slot_count - 1)];
        if (*slot == hash)
            return false;
        if (*slot)
            continue;
        *slot = hash;
        return true;
    }
}

static bool grow(struct hash_set *set)
{
    uint64_t *old = set->slots;
    uint32_t count = set->slot_count;
    uint64_t *slots = calloc(count * 2u, sizeof(*slots));
    if (!slots)
        return false;
    set->slots = slots;
    set->slot_count = count * 2;
    for (uint32_t i = 0; i < count; i++)
        if (old[i])
            insert(set, old[i]);
    free(old);
    return true;
}

void hash_set_add(struct hash_set *set, uint64_t hash)
{
    if (!set || set->full)
        return;
    if (set->count >= HASHES_MAX ||
        (set->count * 2 >= set->slot_count && !grow(set))) {
        set->full = true;
        return;
    }
    set->count += insert(set, hash ? hash : 1);
}

uint64_t hash_set_count(const struct hash_set *set, bool *full)
{
    *full = set && set->full;
    return set ? set->count : 0;
}
