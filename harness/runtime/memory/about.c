/* What memory is: new, so that nothing that was done to it counts, or meant to
 * be raced on. */
#include "detect/race.h"
#include "look.h"
#include "objects.h"
#include "whereabouts.h"

static void name_of(const volatile void *address, uint64_t *backing,
                    uint64_t *offset)
{
    struct region_view region;
    regions_look(address, &region);
    *backing = region.backing ? region.backing : place_private();
    *offset = (uintptr_t)address;
    if (region.backing)
        *offset = region.offset + (*offset - region.start);
}

/* -- New memory -------------------------------------------------------------*/

static void forget_in(uint32_t chunk, uint32_t offset, uint32_t size)
{
    race_forget(runtime.memory, chunk, offset, size);
    clocks_forget_words(runtime.memory, chunk, offset, size);
}

void access_forget(uint64_t backing, uint64_t offset, uint64_t length)
{
    struct memory *memory = runtime.memory;
    if (!memory || memory->off || !length)
        return;
    look_anew();
    uint64_t last_byte =
        offset + length - 1 < offset ? UINT64_MAX : offset + length - 1;
    uint64_t first = offset / MEMORY_CHUNK_BYTES;
    uint64_t last = last_byte / MEMORY_CHUNK_BYTES;
    /* By number or by index, whichever are fewer. */
    bool by_number = last - first > memory->chunk_count;
    uint64_t count = by_number ? memory->chunk_count : last - first + 1;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t number = i + 1, index = first + i;
        if (!by_number)
            number = race_find_chunk(memory, backing, index);
        else if (memory->chunks[number].backing != backing)
            continue;
        else
            index = memory->chunks[number].index;
        if (!number || index < first || index > last)
            continue;
        uint32_t from = index == first ? offset % MEMORY_CHUNK_BYTES : 0;
        uint32_t to = index == last ? last_byte % MEMORY_CHUNK_BYTES + 1
                                    : MEMORY_CHUNK_BYTES;
        forget_in((uint32_t)number, from, to - from);
    }
}

void access_forget_at(const volatile void *address, size_t length)
{
    while (length) {
        struct region_view region;
        regions_look(address, &region);
        size_t part = region.end - (uintptr_t)address;
        if (part > length)
            part = length;
        uint64_t backing, offset;
        name_of(address, &backing, &offset);
        access_forget(backing, offset, part);
        address = (const volatile char *)address + part;
        length -= part;
    }
}

/* -- Races that are meant
 * ------------------------------------------------------------------------*/

enum { BENIGN = 64 };
static struct {
    uint64_t backing, start, end;
} benign[BENIGN];
static uint32_t benign_count;

void access_benign(const volatile void *address, size_t size)
{
    if (!access_mode || look(__builtin_frame_address(0)) == LOOK_AWAY ||
        benign_count == BENIGN)
        return;
    uint64_t backing, offset;
    name_of(address, &backing, &offset);
    benign[benign_count].backing = backing;
    benign[benign_count].start = offset;
    benign[benign_count++].end = offset + size;
}

bool look_is_benign(const volatile void *address, size_t size)
{
    if (!benign_count)
        return false;
    uint64_t backing, offset;
    name_of(address, &backing, &offset);
    for (uint32_t i = 0; i < benign_count; i++)
        if (benign[i].backing == backing && offset < benign[i].end &&
            offset + size > benign[i].start)
            return true;
    return false;
}

void access_name(const volatile void *address, size_t size, const char *type,
                 const char *name)
{
    if (!access_mode || look(__builtin_frame_address(0)) == LOOK_AWAY ||
        !is_looked_at())
        return;
    uint64_t backing, offset;
    name_of(address, &backing, &offset);
    whereabouts_name(backing, offset, size, type, name);
}
