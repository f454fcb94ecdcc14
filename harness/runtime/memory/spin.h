/* Reads that brought nothing new: a task that waits for a word to change must
 * let the others go on, or they never change it. */
#ifndef MPS_RUNTIME_MEMORY_SPIN_H
#define MPS_RUNTIME_MEMORY_SPIN_H

#include <stdbool.h>
#include <stdint.h>

/* The calling thread, a task now, has read nothing yet. */
void spin_begin(void);

/* The calling task is in an op that reads VALUE at ADDRESS and, CHANGED, puts
 * something else there. Returns whether it has read the same there before and
 * done nothing but read since. */
bool spin_looked(const volatile void *address, uint64_t value, bool changed);

/* The calling task accesses memory where no point is. Returns whether it is
 * time for one: long loops get them, too, so that one that waits ends. */
bool spin_is_long(bool writes);
/* It came to a point. */
void spin_paused(void);

#endif
