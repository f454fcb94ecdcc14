/* What ends with a task lets others through: descriptors are closed, locks of
 * files dropped, semaphores undone. Pure over the segment, for the holder of
 * the turn or, once the task is lost, the runner's watchdog. */
#ifndef MPS_DETECT_DEATH_H
#define MPS_DETECT_DEATH_H

#include "segment/memory.h"

/* TASK has ended, or is about to end at once. MEMORY may be NULL. May be said
 * twice. */
void death_note(struct segment *segment, struct memory *memory, uint32_t task);

/* The end of a task may let others through at OBJECT from now on. */
void death_watch(struct segment *segment, struct memory *memory,
                 uint32_t object);

#endif
