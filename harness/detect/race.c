#include "race.h"

#include "words.h"

/* An access under way. Only what is inlined takes it: on a hot path it lives in
 * registers. */
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

/* ACCESS to BYTES of the 8 at OFFSET of CHUNK conflicts with that of CELL, and
 * the task's clock does not order them: note the race. False: it is none. */
__attribute__((noinline, cold)) static bool
note(struct memory *memory, uint32_t chunk, uint32_t offset, uint32_t bytes,
     const struct memory_access *access, const struct memory_cell *cell,
     uint64_t ticket)
{
    /* An atomic access may read what orders the two. Its memory order is not
     * asked for: whoever reads without acquiring is in a race when he comes
     * first. */
    if ((access->flags & MEMORY_ATOMIC) &&
        words_tell(memory, chunk, offset + lowest(bytes), extent(bytes),
                   cell->task, cell->epoch))
        return false;
    const struct memory_race race = {.now = *access,
                                     .before = {.task = cell->task,
                                                .size = extent(cell->mask),
                                                .flags = cell->flags,
                                                .context = cell->context,
                                                .locks = cell->locks},
                                     .chunk = chunk,
                                     .offset =
                                         offset + lowest(cell->mask & bytes),
                                     .ticket = ticket};
    memory->shadow[chunk].words[offset / 8].flags |= MEMORY_RACY;
    add(memory, &race);
    return true;
}

/* -- Looking at a word -----------------------------------------------------*/

/* Whether what OLD is of happened before what LOOK's task does now. */
static inline bool is_ordered(const struct look *look, uint64_t old)
{
    uint32_t task = cell_task(old);
    return task >= MEMORY_TASKS ||
           cell_epoch(old) <= rows_get(look->memory, look->row, task);
}

static inline bool conflicts(uint64_t a, uint64_t b)
{
    const uint64_t write = (uint64_t)MEMORY_WRITE << CELL_FLAGS;
    const uint64_t atomic = (uint64_t)MEMORY_ATOMIC << CELL_FLAGS;
    return (cell_bytes(a) & cell_bytes(b)) && ((a | b) & write) &&
           !(a & b & atomic);
}

/* That the task accesses WORD, as race_flags() tells it. */
static inline void mark(const struct look *look, uint32_t word)
{
    struct memory_word *mark = &look->shadow->words[word];
    uint16_t task = (uint16_t)(look->access->task + 1);
    uint16_t flags = look->access->flags & MEMORY_WRITE ? MEMORY_WRITTEN : 0;
    if (!mark->task) {
        mark->task = task;
        look->memory->chunks[look->chunk].touched |= words_part(word);
    } else if (mark->task != task) {
        flags |= MEMORY_SHARED;
    }
    if (flags & ~mark->flags)
        mark->flags |= flags;
}

/* Empty those of CELLS whose bits are set in GONE. The others stand together at
 * the beginning, so that looking at them ends early. */
static inline void drop(struct memory_cell cells[MEMORY_CELLS], uint32_t gone)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < MEMORY_CELLS; i++) {
        if (gone & 1u << i)
            continue;
        if (kept != i)
            cells[kept] = cells[i];
        kept++;
    }
    for (; kept < MEMORY_CELLS; kept++)
        cell_store(&cells[kept], 0, 0);
}

/* LOOK's access to BYTES of WORD. A cell that is ordered before it and that it
 * covers is replaced by it: whatever races with that later races with this. */
static inline bool look_at(const struct look *look, uint32_t word,
                           uint32_t bytes)
{
    struct memory_cell *cells = look->shadow->cells[word];
    const uint64_t now = look->head | (uint64_t)bytes << CELL_MASK;
    uint32_t covered = 0, ordered = 0, i = 0; /* bit I: cell I is */
    bool racy = false;
    for (; i < MEMORY_CELLS; i++) {
        uint64_t old = cell_load(&cells[i]);
        if (!cell_epoch(old))
            break;
        if (is_ordered(look, old)) {
            if (cell_is_of(old, now) && cell_covers(old, now))
                return racy;
            if (cell_covers(now, old))
                covered |= 1u << i;
            else
                ordered |= 1u << i;
        } else if (conflicts(old, now)) {
            racy |= note(look->memory, look->chunk, word * 8, bytes,
                         look->access, &cells[i], look->ticket);
        }
    }

    uint32_t place = i;
    if (covered)
        place = lowest(covered);
    else if (place == MEMORY_CELLS)
        /* Room is made by one that is ordered before this, as what races with
         * it is likely to race with this as well; else by each in turn. */
        place =
            ordered ? lowest(ordered) : look->memory->accesses % MEMORY_CELLS;
    cell_store(&cells[place], now, look->tail);
    if (covered & (covered - 1))
        drop(cells, covered & (covered - 1));
    mark(look, word);
    return racy;
}

/* -- Accesses --------------------------------------------------------------*/

bool race_access(struct memory *memory, uint32_t chunk, uint32_t offset,
                 const struct memory_access *access, uint64_t ticket)
{
    uint32_t task = access->task, size = access->size;
    if (!chunk || chunk >= MEMORY_CHUNKS || !rows_know(memory, task))
        return false;
    words_clip(offset, &size);
    if (!size)
        return false;
    memory->accesses++;

    uint32_t row = rows_of_task(task, MEMORY_ROW_CLOCK);
    const struct look look = {
        .memory = memory,
        .shadow = &memory->shadow[chunk],
        .access = access,
        .ticket = ticket,
        .head = cell_head(rows_get(memory, row, task), task, 0,
                          access->flags & (MEMORY_WRITE | MEMORY_ATOMIC)),
        .tail = cell_tail(access->context, access->locks),
        .chunk = chunk,
        .row = row};
    uint32_t word = offset / 8, first = offset & 7;
    if (first + size <= 8)
        return look_at(&look, word, cell_mask(first, size));

    bool racy = look_at(&look, word, cell_mask(first, 8 - first));
    uint32_t end = offset + size;
    for (word++; word < end / 8; word++)
        racy |= look_at(&look, word, 0xff);
    if (end % 8)
        racy |= look_at(&look, word, cell_mask(0, end % 8));
    return racy;
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
    for (uint32_t at = offset; at < end; at = (at | 7) + 1) {
        uint32_t part = 8 - (at & 7);
        uint32_t bytes = cell_mask(at & 7, part < end - at ? part : end - at);
        if (!cell_known(memory->shadow[chunk].cells[at / 8],
                        cell_head(epoch, task, bytes, flags)))
            return false;
    }
    return true;
}
