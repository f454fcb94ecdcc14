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
enum {
    SPIN_READING = 1000, /* accesses in a row without a point */
    SPIN_WRITING = 50000 /* when some of them write: a computation, perhaps */
};
struct spin {
    uint32_t quiet;
    bool wrote;
};
extern __thread struct spin spin __attribute__((tls_model("initial-exec")));

static inline bool spin_is_long(bool writes)
{
    spin.wrote |= writes;
    return ++spin.quiet >= SPIN_READING &&
           (!spin.wrote || spin.quiet >= SPIN_WRITING);
}

/* It came to a point. */
static inline void spin_paused(void)
{
    spin.quiet = 0;
    spin.wrote = false;
}

#endif
