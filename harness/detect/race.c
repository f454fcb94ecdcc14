#include "race.h"

#include "words.h"

/* An access under way. */
struct look {
    struct memory *memory;
    struct memory_shadow *shadow;
    const struct memory_access *access;
    uint32_t row;  /* of the task's clock */
    uint64_t head; /* of its cells, but for the bytes */
    uint64_t tail;
    uint32_t chunk;
    uint64_t ticket;
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

static uint32_t lowest(uint32_t bytes)
{
    return (uint32_t)__builtin_ctz(bytes);
}

/* From the first to the last of them: accesses have no gaps. */
static uint32_t extent(uint32_t bytes)
{
    return 32 - (uint32_t)__builtin_clz(bytes) - lowest(bytes);
}

/* Whether the atomic access of LOOK may read what orders the other one. Its
 * memory order is not asked for: who reads without acquiring races with that
 * one when he comes first. */
static bool is_told(const struct look *look, uint32_t word, uint32_t bytes,
                    uint64_t head)
{
    return (look->access->flags & MEMORY_ATOMIC) &&
           words_tell(look->memory, look->chunk, word * 8 + lowest(bytes),
                      extent(bytes), cell_task(head), cell_epoch(head));
}

/* The access whose cell has HEAD and TAIL conflicts with LOOK's to BYTES of
 * WORD, unordered by the task's clock: note the race. False: it is none. */
__attribute__((noinline)) static bool note(const struct look *look,
                                           uint32_t word, uint32_t bytes,
                                           uint64_t head, uint64_t tail)
{
    if (is_told(look, word, bytes, head))
        return false;
    struct memory *memory = look->memory;
    const uint32_t its = cell_bytes(head);
    const struct memory_race race = {
        .now = *look->access,
        .before = {.task = cell_task(head),
                   .size = extent(its),
                   .flags = cell_flags(head),
                   .context = (uint32_t)(tail >> CELL_CONTEXT),
                   .locks = (uint32_t)(tail >> CELL_LOCKS)},
        .chunk = look->chunk,
        .offset = word * 8 + lowest(its & bytes),
        .ticket = look->ticket};
    look->shadow->words[word].flags |= MEMORY_RACY;
    uint32_t count = memory->race_count;
    for (uint32_t i = 0; i < count && i < MEMORY_RACES; i++)
        if (same_race(&memory->races[i], &race))
            return true;
    if (count < MEMORY_RACES)
        memory->races[count] = race;
    memory->race_count = count + 1;
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

/* That TASK accesses WORD, as race_flags() tells it. */
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

/* Which cell has to make room: one that is ordered before NOW, as what races
 * with it is likely to race with NOW as well; else any, in turn. */
static inline uint32_t victim(const struct look *look, uint32_t ordered)
{
    return ordered ? lowest(ordered) : look->memory->accesses % MEMORY_CELLS;
}

/* LOOK's access to BYTES of WORD. A cell that is ordered before it and that it
 * covers is replaced by it: whatever races with that later races with this. */
static inline bool look_at(const struct look *look, uint32_t word,
                           uint32_t bytes)
{
    struct memory_cell *cells = look->shadow->cells[word];
    const uint64_t now = look->head | (uint64_t)bytes << CELL_MASK;
    uint32_t empty = 0, covered = 0, ordered = 0; /* bit I: cell I is */
    bool racy = false, known = false;
    for (uint32_t i = 0; i < MEMORY_CELLS; i++) {
        uint64_t old = cell_load(&cells[i]);
        if (!cell_epoch(old)) {
            empty |= 1u << i;
            continue;
        }
        if (is_ordered(look, old)) {
            if (!((old ^ now) & CELL_WHOSE) && cell_covers(old, now))
                known = true;
            else if (cell_covers(now, old))
                covered |= 1u << i;
            else
                ordered |= 1u << i;
            continue;
        }
        uint32_t common = bytes & cell_bytes(old);
        uint32_t flags = cell_flags(old), mine = look->access->flags;
        if (common && ((flags | mine) & MEMORY_WRITE) &&
            !(flags & mine & MEMORY_ATOMIC)) {
            racy |= note(look, word, bytes, old,
                         cell_tail(cells[i].context, cells[i].locks));
        }
    }
    if (known)
        return racy;

    uint32_t free = covered | empty;
    uint32_t place =
        free ? lowest(covered ? covered : empty) : victim(look, ordered);
    for (covered &= ~(1u << place); covered; covered &= covered - 1)
        cell_store(&cells[lowest(covered)], 0, 0);
    cell_store(&cells[place], now, look->tail);
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
        .row = row,
        .head = cell_head(rows_get(memory, row, task), task, 0,
                          access->flags & (MEMORY_WRITE | MEMORY_ATOMIC)),
        .tail = cell_tail(access->context, access->locks),
        .chunk = chunk,
        .ticket = ticket};
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
