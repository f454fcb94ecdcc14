#include "intern.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

void intern_init(struct intern *set)
{
    *set = (struct intern){0};
}

void intern_fini(struct intern *set)
{
    for (size_t i = 0; i < set->capacity; i++)
        free(set->slots[i]);
    free(set->slots);
    intern_init(set);
}

uint64_t intern_hash(const void *bytes, size_t len)
{
    /* FNV-1a; its low bits are weak, the mixer spreads them. */
    const unsigned char *p = bytes;
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ p[i]) * 0x100000001b3u;
    return rng_mix(hash, 0, 0);
}

/* The slot of TEXT: where it is, or where it would go. */
static char **slot_of(const struct intern *set, const char *text, size_t len)
{
    size_t mask = set->capacity - 1;
    size_t at = intern_hash(text, len) & mask;
    while (set->slots[at] && strcmp(set->slots[at], text) != 0)
        at = (at + 1) & mask;
    return &set->slots[at];
}

static int grow(struct intern *set)
{
    struct intern bigger = {.capacity = set->capacity ? set->capacity * 2 : 64,
                            .count = set->count};
    bigger.slots = calloc(bigger.capacity, sizeof(*bigger.slots));
    if (!bigger.slots)
        return -1;
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i])
            *slot_of(&bigger, set->slots[i], strlen(set->slots[i])) =
                set->slots[i];
    free(set->slots);
    *set = bigger;
    return 0;
}

const char *intern(struct intern *set, const char *text)
{
    if (!text)
        return NULL;
    if (set->count * 2 >= set->capacity && grow(set))
        return NULL;
    char **slot = slot_of(set, text, strlen(text));
    if (!*slot) {
        *slot = strdup(text);
        set->count += *slot != NULL;
    }
    return *slot;
}
