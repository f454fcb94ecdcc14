/* Where locks were taken, with stacks: walked once in the life of a segment for
 * each key, by the holder of the turn. */
#ifndef MPS_RUNTIME_MEMORY_ORIGINS_H
#define MPS_RUNTIME_MEMORY_ORIGINS_H

#include <stdint.h>

/* The number (from 1) of the place that KEY and SITE stand for; should it be
 * new, its stack is that of the caller. 0 when the table is full. */
uint32_t origins_find(uint64_t key, uint64_t site);

#endif
