/* Rows of clock entries in struct memory: see memory.h. Pure; for this folder
 * and what race.h has inline. Numbers of rows and tasks are checked by the
 * callers, the number of tasks here. */
#ifndef MPS_DETECT_ROWS_H
#define MPS_DETECT_ROWS_H

#include <stdbool.h>

#include "segment/memory.h"

static inline uint32_t rows_of_task(uint32_t task, enum memory_task_row row)
{
    return memory_row_of_task(task, row);
}

static inline uint32_t rows_of_sync(uint32_t sync, enum memory_task_row row)
{
    return memory_row_of_sync(sync, row);
}

/* How many entries of a row are in use: the rest are zero. */
static inline uint32_t rows_count(const struct memory *memory)
{
    uint32_t count = memory->task_count;
    return count < MEMORY_TASKS ? count : MEMORY_TASKS;
}

static inline uint32_t rows_get(const struct memory *memory, uint32_t row,
                                uint32_t task)
{
    return task < MEMORY_NEAR ? memory->near[row][task]
                              : memory->far[row][task - MEMORY_NEAR];
}

static inline uint32_t *rows_at(struct memory *memory, uint32_t row,
                                uint32_t task)
{
    return task < MEMORY_NEAR ? &memory->near[row][task]
                              : &memory->far[row][task - MEMORY_NEAR];
}

/* Each entry of TO := the larger of it and FROM's; FROM's; zero. */
void rows_join(struct memory *memory, uint32_t to, uint32_t from);
void rows_copy(struct memory *memory, uint32_t to, uint32_t from);
void rows_clear(struct memory *memory, uint32_t row);
/* Whether all entries are zero. */
bool rows_is_zero(const struct memory *memory, uint32_t row);

/* Whether there is anything to be done for TASK: if not because it has no
 * clock, all is off from now on, as what it orders is lost. */
static inline bool rows_know(struct memory *memory, uint32_t task)
{
    if (memory->off)
        return false;
    if (task < MEMORY_TASKS &&
        rows_get(memory, rows_of_task(task, MEMORY_ROW_CLOCK), task))
        return true;
    memory->off = MEMORY_OFF_TASKS;
    return false;
}

/* TASK has released: what it does now is not part of that. Both its rows have
 * the same entry for it, so that epochs of the one mean something in the
 * other. */
void rows_tick(struct memory *memory, uint32_t task);

#endif
