#include "tried.h"

#include <stdlib.h>

#include "base/rng.h"
#include "segment/schedule.h"

void tried_fini(struct tried *tried)
{
    free(tried->hashes);
    *tried = (struct tried){NULL, 0, 0};
}

uint64_t tried_hash(const struct schedule_segment *segments, size_t count)
{
    uint64_t hash = count;
    for (size_t i = 0; i < count; i++)
        hash = rng_mix(hash, segments[i].task, segments[i].count);
    return hash ? hash : 1;
}

/* The slot of HASH, or the free one where it belongs. */
static uint64_t *slot_of(const struct tried *tried, uint64_t hash)
{
    size_t at = (size_t)hash & (tried->room - 1);
    while (tried->hashes[at] && tried->hashes[at] != hash)
        at = (at + 1) & (tried->room - 1);
    return &tried->hashes[at];
}

bool tried_has(const struct tried *tried, uint64_t hash)
{
    return tried->room && *slot_of(tried, hash);
}

static bool grow(struct tried *tried)
{
    struct tried larger = {.room = tried->room ? 2 * tried->room : 256};
    larger.hashes = calloc(larger.room, sizeof(*larger.hashes));
    if (!larger.hashes)
        return false;
    for (size_t i = 0; i < tried->room; i++)
        if (tried->hashes[i])
            *slot_of(&larger, tried->hashes[i]) = tried->hashes[i];
    larger.count = tried->count;
    free(tried->hashes);
    *tried = larger;
    return true;
}

void tried_add(struct tried *tried, uint64_t hash)
{
    if (2 * tried->count >= tried->room && !grow(tried))
        return;
    uint64_t *slot = slot_of(tried, hash);
    tried->count += !*slot;
    *slot = hash;
}
