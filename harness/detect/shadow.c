/* The shadow of watched memory: chunks, and what is known of their words. */
#include "cell.h"
#include "race.h"
#include "table.h"
#include "words.h"

#include <stddef.h>

/* -- Chunks ----------------------------------------------------------------*/

static bool same(const struct memory *memory, uint32_t number, const void *key)
{
    const struct memory_chunk *chunk = &memory->chunks[number], *wanted = key;
    return chunk->backing == wanted->backing && chunk->index == wanted->index;
}

static uint64_t hash(const struct memory *memory, uint32_t number)
{
    const struct memory_chunk *chunk = &memory->chunks[number];
    return table_hash(chunk->backing, chunk->index);
}

static const struct table_kind kind = {MEMORY_CHUNK_SLOTS, MEMORY_CHUNKS, same,
                                       hash};

static uint32_t find(const struct memory *memory, uint64_t backing,
                     uint64_t index, uint32_t *slot)
{
    const struct memory_chunk wanted = {.backing = backing, .index = index};
    return table_find(memory, &kind, memory->chunk_slots, memory->chunk_count,
                      table_hash(backing, index), &wanted, slot);
}

/* Whether the text at AT of names[] is NAME. */
static bool is_named(const struct memory *memory, uint32_t at, const char *name)
{
    for (uint32_t i = at; i < sizeof(memory->names); i++) {
        if (memory->names[i] != name[i - at])
            return false;
        if (!memory->names[i])
            return true;
    }
    return false;
}

/* Where NAME stands in names[]: in most cases it is that of the newest chunk,
 * or of the first of the same backing. 0: there is no room. */
static uint32_t intern(struct memory *memory, uint64_t backing,
                       const char *name)
{
    uint32_t slot;
    const uint32_t likely[] = {memory->chunk_count,
                               find(memory, backing, 0, &slot)};
    for (size_t i = 0; i < sizeof(likely) / sizeof(likely[0]); i++) {
        uint32_t at =
            likely[i] < MEMORY_CHUNKS ? memory->chunks[likely[i]].name : 0;
        if (at && is_named(memory, at, name))
            return at;
    }
    uint32_t start = memory->name_bytes ? memory->name_bytes : 1, end = start;
    do {
        if (end >= sizeof(memory->names))
            return 0;
        memory->names[end] = name[end - start];
    } while (memory->names[end++]);
    memory->name_bytes = end;
    return start;
}

uint32_t race_find_chunk(const struct memory *memory, uint64_t backing,
                         uint64_t index)
{
    uint32_t slot;
    return memory->off ? 0 : find(memory, backing, index, &slot);
}

uint32_t race_chunk(struct memory *memory, uint64_t backing, uint64_t index,
                    uint32_t task, const char *name)
{
    if (memory->off)
        return 0;
    uint32_t slot, number = find(memory, backing, index, &slot);
    if (number)
        return number;
    uint32_t at = name && *name ? intern(memory, backing, name) : 0;
    number = table_add(memory, &kind, memory->chunk_slots, &memory->chunk_count,
                       table_hash(backing, index), slot);
    if (!number) {
        memory->off = MEMORY_OFF_CHUNKS;
        return 0;
    }
    memory->chunks[number] = (struct memory_chunk){
        .backing = backing, .index = index, .task = task + 1, .name = at};
    return number;
}

/* -- Words -----------------------------------------------------------------*/

uint32_t race_flags(const struct memory *memory, uint32_t chunk,
                    uint32_t offset, uint32_t size, uint32_t task, bool write)
{
    words_clip(offset, &size);
    if (memory->off || chunk >= MEMORY_CHUNKS || !size)
        return 0;
    const struct memory_word *words = memory->shadow[chunk].words;
    uint32_t flags = write ? MEMORY_WRITTEN : 0;
    for (uint32_t i = offset / 8, last = (offset + size - 1) / 8; i <= last;
         i++) {
        flags |= words[i].flags;
        if (words[i].task && words[i].task != task + 1)
            flags |= MEMORY_SHARED;
    }
    return flags;
}

/* -- Forgetting ------------------------------------------------------------*/

static void forget_whole(struct memory_shadow *shadow, uint32_t word)
{
    if (!shadow->words[word].task)
        return;
    shadow->words[word] = (struct memory_word){0};
    for (uint32_t i = 0; i < MEMORY_CELLS; i++)
        cell_store(&shadow->cells[word][i], 0, 0);
}

static void forget_bytes(struct memory_shadow *shadow, uint32_t word,
                         uint32_t bytes)
{
    struct memory_cell *cells = shadow->cells[word];
    uint32_t kept = 0; /* they stand together at the beginning */
    for (uint32_t i = 0; i < MEMORY_CELLS; i++) {
        struct memory_cell cell = cells[i];
        cell_store(&cells[i], 0, 0);
        cell.mask &= (uint8_t)~bytes;
        if (cell.epoch && cell.mask)
            cells[kept++] = cell;
    }
}

void race_forget(struct memory *memory, uint32_t chunk, uint32_t offset,
                 uint32_t size)
{
    const uint32_t part = MEMORY_CHUNK_WORDS / 64;
    words_clip(offset, &size);
    if (memory->off || chunk >= MEMORY_CHUNKS || !size)
        return;
    uint64_t *touched = &memory->chunks[chunk].touched;
    struct memory_shadow *shadow = &memory->shadow[chunk];
    uint32_t end = offset + size, last = (end - 1) / 8;
    for (uint32_t word = offset / 8; word <= last; word++) {
        if (!(*touched & words_part(word))) {
            word |= part - 1;
            continue;
        }
        uint32_t from = word * 8 < offset ? offset - word * 8 : 0;
        uint32_t to = end - word * 8 < 8 ? end - word * 8 : 8;
        if (to - from < 8)
            forget_bytes(shadow, word, cell_mask(from, to - from));
        else
            forget_whole(shadow, word);
    }
    /* The parts that are gone as a whole. */
    for (uint32_t word = (offset / 8 + part - 1) & ~(part - 1);
         (word + part) * 8 <= end; word += part)
        if (word * 8 >= offset)
            *touched &= ~words_part(word);
}
