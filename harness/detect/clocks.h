/* Vector clocks: what each task knows of the others (happens-before). Pure over
 * the segment, for the holder of the turn.
 *
 * FastTrack's rules (Flanagan and Freund, PLDI 2009): entry T of T's own clock
 * is its epoch and grows after each of its releases, so that what it does later
 * is not taken for ordered. Two clocks are kept: the full one, by which races
 * are judged, and the hard one, which those locks do not enter that are taken
 * while others are held: by that, two critical sections of one lock are
 * unordered, as they could have come the other way.
 *
 * Where a table is full, memory->off is set and all of this does nothing:
 * an order that is not known would be a race that is not there. */
#ifndef MPS_DETECT_CLOCKS_H
#define MPS_DETECT_CLOCKS_H

#include <stdbool.h>

#include "segment/memory.h"

/* TASK begins, made by PARENT (task + 1; 0: the root of an iteration). To be
 * called by the parent, before the child can run. */
void clocks_begin(struct memory *memory, uint32_t task, uint32_t parent);

/* How a release meets what earlier ones left. */
enum clocks_how {
    CLOCKS_REPLACE, /* of a lock: its holder has taken all of it in before */
    CLOCKS_JOIN     /* of a semaphore, a queue: the others' stay */
};

/* Which clocks an edge moves. */
enum clocks_kind {
    CLOCKS_HARD, /* both: whoever acquires had to wait for the release */
    CLOCKS_LOCK  /* the full one alone */
};

/* TASK lets out through SYNC what it knows; TASK takes in what is there. */
void clocks_release(struct memory *memory, uint32_t task, uint32_t sync,
                    enum clocks_how how, enum clocks_kind kind);
void clocks_acquire(struct memory *memory, uint32_t task, uint32_t sync,
                    enum clocks_kind kind);
/* SYNC is new: nothing was let out through it. */
void clocks_forget(struct memory *memory, uint32_t sync);

/* TASK has waited for the end of ENDED. */
void clocks_join(struct memory *memory, uint32_t task, uint32_t ended);
/* TASK ends: MEMORY_SYNC_DEAD knows what it knew. */
void clocks_end(struct memory *memory, uint32_t task);

/* The current epoch of TASK. */
uint32_t clocks_epoch(const struct memory *memory, uint32_t task,
                      enum memory_task_row row);
/* Whether EPOCH of TASK happened before what OTHER does now, by that row. */
bool clocks_before(const struct memory *memory, uint32_t task, uint32_t epoch,
                   uint32_t other, enum memory_task_row row);

/* -- Atomics and fences (C11 7.17; values are the compiler's __ATOMIC_*) ----*/

enum clocks_access {
    CLOCKS_LOAD,
    CLOCKS_STORE,
    CLOCKS_UPDATE /* read-modify-write: goes on with the release sequence */
};

/* TASK accesses the atomic [OFFSET, OFFSET + SIZE) of CHUNK with memory ORDER;
 * what is no order counts as seq_cst. A compare-and-swap that failed is a load.
 *
 * A relaxed store by a task that has released through the word goes on with
 * its release sequence, as C11 has it (C++20 does not). Where accesses of
 * different sizes overlap, stores replace nothing any more: that adds order
 * only. */
void clocks_atomic(struct memory *memory, uint32_t task, uint32_t chunk,
                   uint32_t offset, uint32_t size, enum clocks_access access,
                   int order);

/* A fence of TASK (of threads, not a signal fence).
 *
 * seq_cst is acquire and release, no more: C11 lets two such fences order the
 * values that loads may see, but happens-before comes from what is read alone.
 * Nothing correct needs more: Dekker's and Peterson's algorithms get theirs
 * from what the leaver stores and the next one reads, hazard pointers likewise
 * (algorithms_test.c); a clock common to all fences would only hide races. */
void clocks_fence(struct memory *memory, uint32_t task, int order);
/* The memory in [OFFSET, OFFSET + SIZE) of CHUNK is another object now: the
 * clocks of the atomics that lie within are forgotten. */
void clocks_forget_words(struct memory *memory, uint32_t chunk, uint32_t offset,
                         uint32_t size);

#endif
