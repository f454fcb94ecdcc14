/* Names of locks, tasks and places that mean the same in every iteration, as
 * numbers. Private to check/. */
#ifndef MPS_CHECK_LOCKS_IDS_H
#define MPS_CHECK_LOCKS_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "segment/lockorder.h"
#include "segment/read.h"

/* What HOLD is about: the object's name and offset, or the global variable's;
 * never an address. 0 for what has no name that lasts: memory from the heap or
 * a stack, an object that was made anew. */
uint64_t lock_id(const struct segment *segment, const struct lock_hold *hold);
/* TASK's place in the tree. */
uint64_t task_id(const struct segment *segment, uint32_t task);
/* Where HOLD was taken. */
uint64_t place_id(const struct segment *segment, const struct lock_hold *hold);

#endif
