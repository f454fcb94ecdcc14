#include "race.h"

#include "words.h"

/* An access under way. Where its address is not taken, it lives in registers.
 */
struct look {
    struct memory *memory;
    struct memory_shadow *shadow;
    const struct memory_access *access;
    uint64_t ticket;
    uint64_t head; /* of its cells, but for the bytes */
    uint64_t tail;
    uint32_t chunk;
    uint32_t row; /* of its task's clock */
};

/* -- Noting a race ---------------------------------------------------------*/

/* The same two places, whichever came first; where one is not known, at the
 * same word. */
static bool same_race(const struct memory_race *a, const struct memory_race *b)
{
    uint32_t now = a->now.context, before = a->before.context;
    bool pair = (now == b->now.context && before == b->before.context) ||
                (now == b->before.context && before == b->now.context);
    if (!pair || (now && before))
        return pair;
    return a->chunk == b->chunk && a->offset / 8 == b->offset / 8;
}

static void add(struct memory *memory, const struct memory_race *race)
{
    uint32_t count = memory->race_count;
    for (uint32_t i = 0; i < count && i < MEMORY_RACES; i++)
        if (same_race(&memory->races[i], race))
            return;
    if (count < MEMORY_RACES)
        memory->races[count] = *race;
    memory->race_count = count + 1;
}

static uint32_t lowest(uint32_t bits)
{
    return (uint32_t)__builtin_ctz(bits);
}

/* From the first to the last of them: accesses have no gaps. */
static uint32_t extent(uint32_t bytes)
{
    return 32 - (uint32_t)__builtin_clz(bytes) - lowest(bytes);
}

/* LOOK's access to BYTES of WORD conflicts with that of CELL, and the task's
 * clock does not order them: note the race. False: it is none. */
static bool note(const struct look *look, uint32_t word, uint32_t bytes,
                 const struct memory_cell *cell)
{
    /* An atomic access may read what orders the two. Its memory order is not
     * asked for: whoever reads without acquiring is in a race when he comes
     * first. The half that writes has read before. */
    if ((look->access->flags & MEMORY_ATOMIC) &&
        !(look->access->flags & MEMORY_HALF) &&
        words_tell(look->memory, look->chunk, word * 8 + lowest(bytes),
                   extent(bytes), cell->task, cell->epoch))
        return false;
    const struct memory_race race = {.now = *look->access,
                                     .before = {.task = cell->task,
                                                .size = extent(cell->mask),
                                                .flags = cell->flags,
                                                .context = cell->context,
                                                .locks = cell->locks},
                                     .chunk = look->chunk,
                                     .offset =
                                         word * 8 + lowest(cell->mask & bytes),
                                     .ticket = look->ticket};
    look->shadow->words[word].flags |= MEMORY_RACY;
    add(look->memory, &race);
    return true;
}

/* -- Looking at a word -----------------------------------------------------*/

/* What OLD is of happened before what the task whose clock is ROW does now. */
static inline bool is_ordered(const struct memory *memory, uint32_t row,
                              uint64_t old)
{
    uint32_t task = cell_task(old);
    return task >= MEMORY_TASKS ||
           cell_epoch(old) <= rows_get(memory, row, task);
}

static inline bool conflicts(uint64_t a, uint64_t b)
{
    const uint64_t write = (uint64_t)MEMORY_WRITE << CELL_FLAGS;
    const uint64_t atomic = (uint64_t)MEMORY_ATOMIC << CELL_FLAGS;
    const uint64_t half = (uint64_t)MEMORY_HALF << CELL_FLAGS;
    return (cell_bytes(a) & cell_bytes(b)) && ((a | b) & write) &&
           (!(a & b & atomic) || (a & b & half));
}

/* NOW is of WORD, as race_flags() tells it. */
static inline void mark(const struct look *look, uint32_t word, uint64_t now)
{
    struct memory_word *mark = &look->shadow->words[word];
    uint32_t flags = cell_flags(now) & MEMORY_WRITE ? MEMORY_WRITTEN : 0;
    if (mark->task != cell_task(now) + 1)
        flags |= MEMORY_SHARED;
    if (flags & ~(uint32_t)mark->flags)
        mark->flags |= (uint16_t)flags;
}

/* It is the first. */
static inline void touch(const struct look *look, uint32_t word)
{
    look->shadow->words[word].task = (uint16_t)(look->access->task + 1);
    look->memory->chunks[look->chunk].touched |= words_part(word);
}

/* Empty those of CELLS, of which the first COUNT are in use, whose bits are set
 * in GONE. The last ones move up, so that those in use stay together. */
static inline void drop(struct memory_cell cells[MEMORY_CELLS], uint32_t count,
                        uint32_t gone)
{
    for (uint32_t i = count; i-- > 0;) {
        if (!(gone & 1u << i))
            continue;
        count--;
        if (i != count)
            cells[i] = cells[count];
        cell_store(&cells[count], 0, 0);
    }
}

/* Which of CELLS, all in use, has to make room: one that is ordered before the
 * access, as what races with that is likely to race with this as well; else
 * each in turn. */
__attribute__((noinline)) static uint32_t
victim(const struct memory *memory, uint32_t row,
       const struct memory_cell cells[MEMORY_CELLS])
{
    for (uint32_t i = 0; i < MEMORY_CELLS; i++)
        if (is_ordered(memory, row, cell_load(&cells[i])))
            return i;
    return memory->accesses % MEMORY_CELLS;
}

enum found { FOUND_NOTHING, FOUND_RACE, FOUND_HARD };

/* Whether the quick way does not go past OLD: its task's entries are far. */
static inline bool is_far(uint64_t old)
{
    return cell_task(old) >= MEMORY_NEAR;
}

/* LOOK's access to BYTES of WORD. A cell that is ordered before it and that it
 * covers is replaced by it: whatever races with that later races with this.
 *
 * QUICKLY: what is rare, as a conflict, is left alone and FOUND_HARD; without
 * it, the hot path is short and needs few registers. */
static inline __attribute__((always_inline)) enum found
look_at(const struct look *look, uint32_t word, uint32_t bytes, bool quickly)
{
    struct memory_cell *cells = look->shadow->cells[word];
    const uint64_t now = look->head | (uint64_t)bytes << CELL_MASK;
    uint32_t covered = 0, count = 0; /* bit I: cell I is */
    enum found found = FOUND_NOTHING;
    if (!look->shadow->words[word].task) {
        if (quickly)
            return FOUND_HARD;
        touch(look, word);
    }
    for (; count < MEMORY_CELLS; count++) {
        uint64_t old = cell_load(&cells[count]);
        if (!cell_epoch(old))
            break;
        if (quickly && is_far(old))
            return FOUND_HARD;
        if (is_ordered(look->memory, look->row, old)) {
            if (cell_covers(now, old))
                covered |= 1u << count;
            else if (cell_is_of(old, now) && cell_covers(old, now))
                return found;
        } else if (conflicts(old, now)) {
            if (quickly)
                return FOUND_HARD;
            if (note(look, word, bytes, &cells[count]))
                found = FOUND_RACE;
        }
    }

    uint32_t place = covered ? lowest(covered) : count;
    uint32_t gone = covered & (covered - 1);
    if (quickly &&
        (place == MEMORY_CELLS || (gone && gone != 1u << (count - 1))))
        return FOUND_HARD;
    if (place == MEMORY_CELLS)
        place = victim(look->memory, look->row, cells);
    cell_store(&cells[place], now, look->tail);
    if (quickly && gone)
        cell_store(&cells[count - 1], 0, 0);
    else if (gone)
        drop(cells, count, gone);
    mark(look, word, now);
    return found;
}

/* -- Accesses --------------------------------------------------------------*/

/* The bytes of WORD in [OFFSET, END), which meets it. */
static inline uint32_t bytes_of(uint32_t word, uint32_t offset, uint32_t end)
{
    uint32_t first = offset > word * 8 ? offset - word * 8 : 0;
    uint32_t last = end - word * 8 < 8 ? end - word * 8 : 8;
    return cell_mask(first, last - first);
}

static inline struct look look_make(struct memory *memory, uint32_t chunk,
                                    const struct memory_access *access,
                                    uint64_t ticket)
{
    uint32_t task = access->task, row = rows_of_task(task, MEMORY_ROW_CLOCK);
    return (struct look){
        .memory = memory,
        .shadow = &memory->shadow[chunk],
        .access = access,
        .ticket = ticket,
        .head = cell_head(rows_get(memory, row, task), task, 0,
                          access->flags & (MEMORY_WRITE | MEMORY_ATOMIC |
                                           MEMORY_HALF | MEMORY_EITHER)),
        .tail = cell_tail(access->context, access->locks),
        .chunk = chunk,
        .row = row};
}

/* race_access() of what is not simple, or of more than one word. */
__attribute__((noinline)) static bool
access_all(struct memory *memory, uint32_t chunk, uint32_t offset,
           const struct memory_access *access, uint64_t ticket)
{
    const struct look look = look_make(memory, chunk, access, ticket);
    uint32_t size = access->size;
    words_clip(offset, &size);
    bool racy = false;
    for (uint32_t word = offset / 8; size && word * 8 < offset + size; word++) {
        uint32_t bytes = bytes_of(word, offset, offset + size);
        racy |= look_at(&look, word, bytes, false) == FOUND_RACE;
    }
    return racy;
}

bool race_access(struct memory *memory, uint32_t chunk, uint32_t offset,
                 const struct memory_access *access, uint64_t ticket)
{
    uint32_t first = offset & 7, size = access->size;
    if (!chunk || chunk >= MEMORY_CHUNKS || offset >= MEMORY_CHUNK_BYTES ||
        !rows_know(memory, access->task))
        return false;
    memory->accesses++;
    if (size - 1 >= 8 - first || access->task >= MEMORY_NEAR)
        return access_all(memory, chunk, offset, access, ticket);
    const struct look look = look_make(memory, chunk, access, ticket);
    uint32_t bytes = cell_mask(first, size);
    if (look_at(&look, offset / 8, bytes, true) == FOUND_HARD)
        return access_all(memory, chunk, offset, access, ticket);
    return false;
}

bool race_is_known_widely(const struct memory *memory, uint32_t chunk,
                          uint32_t offset, uint32_t size, uint32_t task,
                          uint32_t flags)
{
    words_clip(offset, &size);
    if (memory->off || !size || chunk >= MEMORY_CHUNKS || task >= MEMORY_TASKS)
        return true;
    uint32_t epoch =
        rows_get(memory, rows_of_task(task, MEMORY_ROW_CLOCK), task);
    uint32_t end = offset + size;
    for (uint32_t word = offset / 8; word * 8 < end; word++)
        if (!cell_known(
                memory->shadow[chunk].cells[word],
                cell_head(epoch, task, bytes_of(word, offset, end), flags)))
            return false;
    return true;
}
