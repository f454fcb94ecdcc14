/* The beginnings and ends of tasks. */
#include "tasks.h"

#include "detect/death.h"
#include "edges.h"
#include "objects.h"
#include "through.h"

void edges_made(uint32_t task, uint32_t parent)
{
    if (edges_kept())
        clocks_begin(runtime.memory, task, parent);
}

void edges_attached(void)
{
    /* One that nobody made room for: made by a call that is not known. */
    if (edges_kept() &&
        !clocks_epoch(runtime.memory, local.task, MEMORY_ROW_CLOCK))
        clocks_begin(runtime.memory, local.task,
                     runtime.segment->tasks[local.task].parent);
}

void edges_ended(uint32_t task)
{
    if (edges_kept())
        death_note(runtime.segment, runtime.memory, task);
}

void edges_waited(int pid)
{
    if (!edges_kept())
        return;
    int found = pid > 0 ? segment_task_find(runtime.segment, pid, pid) : -1;
    if (found < 0) {
        through_acquire(DEAD, 0, CLOCKS_HARD);
        return;
    }
    for (uint32_t i = 0; i < runtime.memory->task_count; i++)
        if (tasks_process_of(i) == (uint32_t)found)
            clocks_join(runtime.memory, local.task, i);
}

/* Where it notices that, libc alone knows: from now on it knows what the
 * calling task does. The release is the op's. */
void edges_cancelled(uint32_t task)
{
    if (edges_kept())
        clocks_acquire(runtime.memory, task,
                       through_first(object_of_task_number(task, 0)),
                       CLOCKS_HARD);
}

void edges_unseen(void)
{
    if (edges_kept())
        __atomic_store_n(&runtime.segment->control.blind, MEMORY_OFF_UNSEEN,
                         __ATOMIC_RELEASE);
}
