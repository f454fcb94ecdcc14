/* The order in which tasks take locks, for the lock-order graph: what each task
 * holds, where it was taken (with its stack), and an entry in
 * runtime.memory->orders whenever a task takes one lock while it holds another.
 *
 * Under control alone, where it is known what orders two takings for certain;
 * by the holder of the turn. Elsewhere all of this does nothing. */
#ifndef MPS_RUNTIME_MEMORY_ORDER_H
#define MPS_RUNTIME_MEMORY_ORDER_H

#include <stdbool.h>
#include <stdint.h>

/* The calling task has got OBJECT at SITE; FLAGS: enum lock_flag. FOREVER: it
 * would have waited without a time limit; else, a try or a timed wait, it
 * cannot be the one that waits in a deadlock, but those that wait for it can.
 * Called before clocks take the acquisition in. */
void order_taken(uint32_t object, uint64_t site, uint32_t flags, bool forever);
/* It has given OBJECT back, or lost it. What it does not hold is ignored. */
void order_given(uint32_t object);
/* Whether a taking was noted in this iteration: until then there is nothing that
 * a new object could be mixed up with. */
bool order_is_kept(void);
/* OBJECT is made, or its life is over: what comes after it at the same place is
 * another one. */
void order_anew(uint32_t object);
/* OBJECT, a semaphore, was seen to be no lock: it let more than one in, or
 * another task posted it than the one that took it. */
void order_never(uint32_t object);
/* The calling thread is a new task, which holds nothing. */
void order_begin(void);

/* Whether OBJECT was ever held while another lock was taken, or taken while
 * another was held. Only the order of such locks is a matter of luck for the
 * graph: what the others order stays ordered, as a flag under a lock does. */
bool order_is_nested(uint32_t object);

#endif
