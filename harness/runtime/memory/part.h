/* The memory part of the segment (segment/memory.h), mapped in the target. */
#ifndef MPS_RUNTIME_MEMORY_PART_H
#define MPS_RUNTIME_MEMORY_PART_H

#include <stdbool.h>

/* Whether the segment's file has one. It is mapped once it is wanted: a mapping
 * is work for each fork(). */
bool part_is_there(void);

/* The server is about to fork the root of an iteration: runtime.memory is set
 * if that is one that keeps clocks. */
void part_begin(void);

/* A new program image in the middle of an iteration. When there is no room, all
 * is given up for this iteration: control.blind says so. */
void part_attach(void);

/* This process limits its own address space (setrlimit), which the part would
 * fill: give it up. */
void part_give_up(void);

#endif
