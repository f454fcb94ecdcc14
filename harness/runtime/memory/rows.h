/* What a process keeps for each of its tasks, for itself: not in static memory,
 * of which fork() would copy the page tables in every iteration, also of those
 * that keep no such thing; nor thread-local, which is taken out of the stacks
 * of the program's threads. */
#ifndef MPS_RUNTIME_MEMORY_ROWS_H
#define MPS_RUNTIME_MEMORY_ROWS_H

#include <stdbool.h>

#include "held.h"
#include "segment/memory.h"
#include "stack.h"

/* A page is there only once its task needs it. */
struct task_rows {
    struct stack_frame frames[MEMORY_TASKS][STACK_FRAMES];
    struct held_list held[MEMORY_TASKS];
};

/* NULL: not mapped. A child of fork() has a copy of its own. */
extern struct task_rows *task_rows;

/* Map them, if they are not. Returns whether they are there. */
bool task_rows_map(void);

#endif
