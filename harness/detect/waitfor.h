/* The wait-for graph: which task waits for a lock that which task holds. Pure
 * over the segment, for the holder of the turn. */
#ifndef MPS_DETECT_WAITFOR_H
#define MPS_DETECT_WAITFOR_H

#include <stdint.h>

#include "segment/segment.h"

/* TASK has just parked: if it is part of a cycle of tasks that each wait
 * without a time limit for a lock that the next one holds exclusively, store
 * their numbers in CYCLE, in order, starting with TASK, and return how many; 0
 * if not. Such a cycle never ends, whatever the other tasks do: semaphores,
 * which anybody may post, and read locks, which others may share, are not
 * counted. */
uint32_t waitfor_cycle(const struct segment *segment, uint32_t task,
                       uint32_t *cycle, uint32_t max);

#endif
