#include "place.h"

#include "base/rng.h"
#include "detect/race.h"
#include "objects.h"
#include "state.h"
#include "tasks.h"

struct place places[PLACES];
uint32_t places_generation = 1;

void place_forget(void)
{
    places_generation++;
}

uint64_t place_private(void)
{
    return rng_mix(tasks_process() + 1, 0, 0x6f776e6d656d);
}

static bool make(struct place *place, uintptr_t at)
{
    struct region_view region;
    regions_look((const void *)at, &region);
    bool shared = region.backing;
    if (!shared) {
        if (!runtime.threads) {
            *place = (struct place){.start = region.start,
                                    .end = region.end,
                                    .generation = places_generation};
            return false;
        }
        region.backing = place_private();
        region.offset = region.start;
    }
    uint64_t offset = region.offset + (at - region.start);
    uint32_t in_chunk = offset % MEMORY_CHUNK_BYTES;
    uint32_t chunk =
        race_chunk(runtime.memory, region.backing, offset / MEMORY_CHUNK_BYTES,
                   local.task, region.name);
    if (!chunk)
        return false;
    /* As much of the chunk as lies in the region. */
    uint64_t before =
        at - region.start < in_chunk ? at - region.start : in_chunk;
    uint64_t after = MEMORY_CHUNK_BYTES - in_chunk;
    if (after > region.end - at)
        after = region.end - at;
    *place = (struct place){
        .start = at - before,
        .end = at + after,
        .chunk = chunk,
        .offset = in_chunk - (uint32_t)before,
        .shared = shared,
        .generation = places_generation,
    };
    return true;
}

const struct place *place_make(const volatile void *address)
{
    uintptr_t at = (uintptr_t)address;
    struct place *place = &places[at / MEMORY_CHUNK_BYTES % PLACES];
    return make(place, at) ? place : NULL;
}
