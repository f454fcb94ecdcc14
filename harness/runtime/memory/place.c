#include "place.h"

#include "base/rng.h"
#include "detect/race.h"
#include "objects.h"
#include "state.h"
#include "tasks.h"

/* By address in units of a chunk; the table is of this process alone. */
enum { PLACES = 128 };
static struct place places[PLACES];
static uint32_t generation = 1;

void place_forget(void)
{
    generation++;
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
        if (!runtime.threads)
            return false;
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
        .generation = generation,
    };
    return true;
}

const struct place *place_of(const volatile void *address)
{
    uintptr_t at = (uintptr_t)address;
    struct place *place = &places[at / MEMORY_CHUNK_BYTES % PLACES];
    if (at >= place->start && at < place->end &&
        place->generation == generation)
        return place;
    return make(place, at) ? place : NULL;
}
