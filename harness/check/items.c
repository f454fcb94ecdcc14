#include "items.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

int items_init(struct items *items, size_t capacity)
{
    *items = (struct items){.capacity = capacity, .slot_count = 16};
    while (items->slot_count < 2 * capacity)
        items->slot_count *= 2;
    items->slots = calloc(items->slot_count, sizeof(*items->slots));
    items->list = malloc((capacity + 1) * sizeof(*items->list));
    if (items->slots && items->list)
        return 0;
    items_fini(items);
    return -ENOMEM;
}

void items_fini(struct items *items)
{
    free(items->slots);
    free(items->list);
    *items = (struct items){0};
}

/* The slot that holds BYTES, or the empty one where they belong. A slot is the
 * item's index + 1, or 0. */
static uint32_t *find_slot(const struct items *items, const void *bytes,
                           size_t size, uint64_t hash)
{
    size_t mask = items->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &items->slots[i];
        if (!*slot)
            return slot;
        const struct item *item = &items->list[*slot - 1];
        if (item->hash == hash && item->size == size &&
            !memcmp(item->bytes, bytes, size))
            return slot;
    }
}

struct item *items_add(struct items *items, unsigned which, const void *bytes,
                       size_t size, uint32_t number)
{
    uint64_t hash = XXH3_64bits(bytes, size);
    uint32_t *slot = find_slot(items, bytes, size, hash);
    if (!*slot) {
        assert(items->count < items->capacity);
        items->list[items->count] =
            (struct item){.bytes = bytes, .size = size, .hash = hash};
        *slot = (uint32_t)++items->count;
    }
    struct item *item = &items->list[*slot - 1];
    if (!item->count[which]++)
        item->first[which] = number;
    return item;
}

struct item *items_find(const struct items *items, const void *bytes,
                        size_t size)
{
    uint32_t slot = *find_slot(items, bytes, size, XXH3_64bits(bytes, size));
    return slot ? &items->list[slot - 1] : NULL;
}
