#include "clocks.h"

#include "rows.h"

void clocks_begin(struct memory *memory, uint32_t task, uint32_t parent)
{
    if (memory->off)
        return;
    if (task >= MEMORY_TASKS) {
        memory->off = MEMORY_OFF_TASKS;
        return;
    }
    if (parent && (!rows_know(memory, parent - 1) || parent - 1 == task))
        return;
    if (memory->task_count <= task)
        memory->task_count = task + 1;

    uint32_t own = rows_of_task(task, MEMORY_ROW_CLOCK);
    uint32_t epoch = rows_get(memory, own, task) + 1;
    for (uint32_t row = 0; row < MEMORY_TASK_ROWS; row++) {
        /* With the fences, too: a forked process goes on where its parent was,
         * and a thread loses hardly anything by it. */
        if (parent)
            rows_copy(memory, own + row,
                      rows_of_task(parent - 1, MEMORY_ROW_CLOCK) + row);
        else
            rows_clear(memory, own + row);
    }
    *rows_at(memory, rows_of_task(task, MEMORY_ROW_CLOCK), task) = epoch;
    *rows_at(memory, rows_of_task(task, MEMORY_ROW_HARD), task) = epoch;
    if (parent)
        rows_tick(memory, parent - 1);
}

/* Whether SYNC is one: a wrong number would be an order that gets lost. */
static bool is_sync(struct memory *memory, uint32_t sync)
{
    if (sync >= MEMORY_SYNCS)
        memory->off = MEMORY_OFF_SYNCS;
    return sync != MEMORY_SYNC_NONE && sync < MEMORY_SYNCS;
}

/* Stands for more than one object: those of SEGMENT_OBJECTS that found no room
 * are number 0. */
static bool is_common(uint32_t sync)
{
    return sync < MEMORY_SYNC_OBJECT + 2;
}

void clocks_release(struct memory *memory, uint32_t task, uint32_t sync,
                    enum clocks_how how, enum clocks_kind kind)
{
    if (!rows_know(memory, task) || !is_sync(memory, sync))
        return;
    uint32_t rows = kind == CLOCKS_HARD ? 2 : 1;
    for (uint32_t row = 0; row < rows; row++) {
        uint32_t to = rows_of_sync(sync, row), from = rows_of_task(task, row);
        if (how == CLOCKS_REPLACE && !is_common(sync))
            rows_copy(memory, to, from);
        else
            rows_join(memory, to, from);
    }
    rows_tick(memory, task);
}

void clocks_acquire(struct memory *memory, uint32_t task, uint32_t sync,
                    enum clocks_kind kind)
{
    if (!rows_know(memory, task) || !is_sync(memory, sync))
        return;
    uint32_t rows = kind == CLOCKS_HARD ? 2 : 1;
    for (uint32_t row = 0; row < rows; row++)
        rows_join(memory, rows_of_task(task, row), rows_of_sync(sync, row));
}

void clocks_forget(struct memory *memory, uint32_t sync)
{
    if (memory->off || !is_sync(memory, sync) || is_common(sync))
        return;
    rows_clear(memory, rows_of_sync(sync, MEMORY_ROW_CLOCK));
    rows_clear(memory, rows_of_sync(sync, MEMORY_ROW_HARD));
}

void clocks_join(struct memory *memory, uint32_t task, uint32_t ended)
{
    if (task == ended || !rows_know(memory, task) || !rows_know(memory, ended))
        return;
    for (uint32_t row = MEMORY_ROW_CLOCK; row <= MEMORY_ROW_HARD; row++)
        rows_join(memory, rows_of_task(task, row), rows_of_task(ended, row));
    /* Should it not have been the end, after all. */
    rows_tick(memory, ended);
}

void clocks_end(struct memory *memory, uint32_t task)
{
    clocks_release(memory, task, MEMORY_SYNC_DEAD, CLOCKS_JOIN, CLOCKS_HARD);
}

uint32_t clocks_epoch(const struct memory *memory, uint32_t task,
                      enum memory_task_row row)
{
    return task < MEMORY_TASKS ? rows_get(memory, rows_of_task(task, row), task)
                               : 0;
}

bool clocks_before(const struct memory *memory, uint32_t task, uint32_t epoch,
                   uint32_t other, enum memory_task_row row)
{
    if (memory->off || task == other || task >= MEMORY_TASKS ||
        other >= MEMORY_TASKS)
        return true;
    return epoch <= rows_get(memory, rows_of_task(other, row), task);
}
