/* The memory part of the segment (segment/memory.h), mapped in the target. */
#ifndef MPS_RUNTIME_MEMORY_PART_H
#define MPS_RUNTIME_MEMORY_PART_H

#include <stdbool.h>

/* The server, before it forks the first iteration: map the part, which children
 * inherit at no cost. Returns whether that could be done. */
bool part_map(void);

/* The server is about to fork the root of an iteration: runtime.memory is set
 * if that is one that keeps clocks. */
void part_begin(void);

/* A new program image in the middle of an iteration: map the part if it is
 * used. When there is no room, all is given up for this iteration:
 * control.blind says so. */
void part_attach(void);

/* This process limits its own address space (setrlimit), which the part would
 * fill: give it up. */
void part_give_up(void);

#endif
