#include "words.h"

#include "cell.h"
#include "clocks.h"
#include "rows.h"
#include "table.h"

#include <stddef.h>

/* -- The table -------------------------------------------------------------*/

static bool same(const struct memory *memory, uint32_t number, const void *key)
{
    const struct memory_word_sync *word = &memory->words[number], *wanted = key;
    return word->chunk == wanted->chunk && word->offset == wanted->offset;
}

static uint64_t hash(const struct memory *memory, uint32_t number)
{
    const struct memory_word_sync *word = &memory->words[number];
    return table_hash(word->chunk, word->offset);
}

static const struct table_kind kind = {MEMORY_WORD_SLOTS, MEMORY_WORD_SYNCS,
                                       same, hash};

static uint32_t find(const struct memory *memory, uint32_t chunk,
                     uint32_t offset, uint32_t *slot)
{
    const struct memory_word_sync wanted = {.chunk = chunk, .offset = offset};
    return table_find(memory, &kind, memory->word_slots, memory->word_count,
                      table_hash(chunk, offset), &wanted, slot);
}

static struct memory_word_sync *make(struct memory *memory, uint32_t chunk,
                                     uint32_t offset)
{
    uint32_t slot, number = find(memory, chunk, offset, &slot);
    if (number)
        return &memory->words[number];
    number = table_add(memory, &kind, memory->word_slots, &memory->word_count,
                       table_hash(chunk, offset), slot);
    if (!number)
        return NULL;
    struct memory_word_sync *word = &memory->words[number];
    *word = (struct memory_word_sync){.chunk = chunk, .offset = offset};
    memory->chunks[chunk].synced |= words_part(offset / 8);
    return word;
}

/* -- The clocks of a word --------------------------------------------------*/

/* The number of the clock of what begins at byte FIRST, made on first use; 0
 * when there is no room. Numbers read from memory are checked. */
static uint32_t clock_of(struct memory *memory, struct memory_word_sync *word,
                         uint32_t first)
{
    if (!word->clocks[first] && memory->clock_count < MEMORY_WORD_SYNCS - 1)
        word->clocks[first] = (uint16_t)++memory->clock_count;
    return word->clocks[first];
}

static void clear(struct memory *memory, uint32_t clock)
{
    uint32_t sync = MEMORY_SYNC_WORD + clock;
    rows_clear(memory, rows_of_sync(sync, MEMORY_ROW_CLOCK));
    rows_clear(memory, rows_of_sync(sync, MEMORY_ROW_HARD));
    memory->releasers[clock] = 0;
}

/* The bytes of the atomic that begins at byte FIRST. */
static uint32_t extent(const struct memory_word_sync *word, uint32_t first)
{
    uint32_t end = first + 1;
    while (end < 8 && (word->covered & 1u << end) &&
           !(word->starts & 1u << end))
        end++;
    return cell_mask(first, end - first);
}

/* WORD's atomics overlap: one clock for all of them. */
static bool mix(struct memory *memory, struct memory_word_sync *word)
{
    uint32_t all = clock_of(memory, word, 0);
    if (!all)
        return false;
    uint32_t to = MEMORY_SYNC_WORD + all;
    for (uint32_t first = 1; first < 8; first++) {
        uint32_t clock = word->clocks[first];
        if (!clock)
            continue;
        uint32_t from = MEMORY_SYNC_WORD + clock;
        for (uint32_t row = MEMORY_ROW_CLOCK; row <= MEMORY_ROW_HARD; row++)
            rows_join(memory, rows_of_sync(to, row), rows_of_sync(from, row));
    }
    word->mixed = 1;
    return true;
}

bool words_find(struct memory *memory, uint32_t chunk, uint32_t offset,
                uint32_t size, struct words_clock *clock)
{
    struct memory_word_sync *word = make(memory, chunk, offset & ~7u);
    uint32_t first = offset & 7, bytes = cell_mask(first, size);
    if (word && !word->mixed) {
        if (!(word->covered & bytes)) {
            word->starts |= (uint8_t)(1u << first);
            word->covered |= (uint8_t)bytes;
        } else if (!(word->starts & 1u << first) ||
                   extent(word, first) != bytes) {
            if (!mix(memory, word))
                word = NULL;
        }
    }
    uint32_t found = word ? clock_of(memory, word, word->mixed ? 0 : first) : 0;
    if (!found) {
        memory->off = MEMORY_OFF_SYNCS;
        return false;
    }
    *clock = (struct words_clock){.sync = MEMORY_SYNC_WORD + found,
                                  .mixed = word->mixed,
                                  .releasers = &memory->releasers[found]};
    return true;
}

bool words_tell(const struct memory *memory, uint32_t chunk, uint32_t offset,
                uint32_t size, uint32_t task, uint32_t epoch)
{
    uint32_t slot, number = find(memory, chunk, offset & ~7u, &slot);
    const struct memory_word_sync *word = &memory->words[number];
    uint32_t bytes = cell_mask(offset & 7, size);
    for (uint32_t first = 0; number && first < 8; first++) {
        if (!word->mixed &&
            (!(word->starts & 1u << first) || !(extent(word, first) & bytes)))
            continue;
        uint32_t sync = MEMORY_SYNC_WORD + word->clocks[first];
        if (word->clocks[first] &&
            epoch <=
                rows_get(memory, rows_of_sync(sync, MEMORY_ROW_CLOCK), task))
            return true;
    }
    return false;
}

/* -- Forgetting ------------------------------------------------------------*/

/* BYTES of WORD are new. What lies there only in part stays: an edge too many
 * is no harm. */
static void forget(struct memory *memory, struct memory_word_sync *word,
                   uint32_t bytes)
{
    if (word->mixed && (word->covered & ~bytes))
        return;
    for (uint32_t first = 0; first < 8; first++) {
        uint32_t own = word->mixed ? 0xff : extent(word, first);
        if (!word->mixed && (!(word->starts & 1u << first) || (own & ~bytes)))
            continue;
        if (word->clocks[first])
            clear(memory, word->clocks[first]);
        word->starts &= (uint8_t) ~(1u << first);
        word->covered &= (uint8_t)~own;
    }
    word->mixed = 0;
}

void clocks_forget_words(struct memory *memory, uint32_t chunk, uint32_t offset,
                         uint32_t size)
{
    words_clip(offset, &size);
    if (memory->off || chunk >= MEMORY_CHUNKS || !size)
        return;
    uint32_t end = offset + size, last = (end - 1) / 8;
    for (uint32_t word = offset / 8; word <= last; word++) {
        if (!(memory->chunks[chunk].synced & words_part(word))) {
            word |= MEMORY_CHUNK_WORDS / 64 - 1;
            continue;
        }
        uint32_t slot, number = find(memory, chunk, word * 8, &slot);
        if (!number)
            continue;
        uint32_t from = word * 8 < offset ? offset - word * 8 : 0;
        uint32_t to = end - word * 8 < 8 ? end - word * 8 : 8;
        forget(memory, &memory->words[number], cell_mask(from, to - from));
    }
}
