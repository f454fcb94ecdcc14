#include "rows.h"

/* How many of COUNT entries are near; the rest are far. Far rows are a page
 * each: programs of few tasks never touch them. */
static uint32_t near_part(uint32_t count)
{
    return count < MEMORY_NEAR ? count : MEMORY_NEAR;
}

static void join(uint32_t *to, const uint32_t *from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (to[i] < from[i])
            to[i] = from[i];
}

/* Entry by entry, and only where they differ: a compiler would make memcpy()
 * and memset() of plain loops, and inside a target those names may belong to
 * the target, or to an interceptor that comes back here. */
static void copy(uint32_t *to, const uint32_t *from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (to[i] != from[i])
            to[i] = from[i];
}

static void clear(uint32_t *row, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (row[i])
            row[i] = 0;
}

void rows_join(struct memory *memory, uint32_t to, uint32_t from)
{
    uint32_t count = rows_count(memory), near = near_part(count);
    join(memory->near[to], memory->near[from], near);
    join(memory->far[to], memory->far[from], count - near);
}

void rows_copy(struct memory *memory, uint32_t to, uint32_t from)
{
    uint32_t count = rows_count(memory), near = near_part(count);
    copy(memory->near[to], memory->near[from], near);
    copy(memory->far[to], memory->far[from], count - near);
}

void rows_clear(struct memory *memory, uint32_t row)
{
    uint32_t count = rows_count(memory), near = near_part(count);
    clear(memory->near[row], near);
    clear(memory->far[row], count - near);
}

bool rows_is_zero(const struct memory *memory, uint32_t row)
{
    for (uint32_t i = 0, count = rows_count(memory); i < count; i++)
        if (rows_get(memory, row, i))
            return false;
    return true;
}

void rows_tick(struct memory *memory, uint32_t task)
{
    uint32_t *own = rows_at(memory, rows_of_task(task, MEMORY_ROW_CLOCK), task);
    if (*own == UINT32_MAX) {
        memory->off = MEMORY_OFF_EPOCHS;
        return;
    }
    ++*own;
    *rows_at(memory, rows_of_task(task, MEMORY_ROW_HARD), task) = *own;
}
