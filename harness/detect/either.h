/* Accesses of machine code that nobody has instrumented. On x86-64 the plain
 * ones of a program and its relaxed, acquire and release atomics are the same
 * instructions, so each may order others: whoever reads what a store has left
 * is taken to be ordered after it. An edge too many, where it was a plain one;
 * but never one that is missing.
 *
 * Nearly all words never need a clock for that, as their writers and readers
 * are ordered by something else: one is made only once somebody is found not
 * to be. Pure over the segment, for the holder of the turn. */
#ifndef MPS_DETECT_EITHER_H
#define MPS_DETECT_EITHER_H

#include "clocks.h"

/* TASK reads [OFFSET, OFFSET + SIZE) of CHUNK, in one of its words: to be
 * called before the access is noted by race_access(). */
void either_load(struct memory *memory, uint32_t task, uint32_t chunk,
                 uint32_t offset, uint32_t size);

/* TASK writes there: to be called after race_access(). */
void either_store(struct memory *memory, uint32_t task, uint32_t chunk,
                  uint32_t offset, uint32_t size);

/* An access there is certain to be atomic, and clocks_atomic() is told so:
 * before race_access(). */
void either_atomic(struct memory *memory, uint32_t task, uint32_t chunk,
                   uint32_t offset, uint32_t size);

#endif
