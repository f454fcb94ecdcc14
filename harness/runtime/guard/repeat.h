/* Repeated moves and stores, made for the program: a trap after each of a few
 * thousand repetitions costs more than all else. */
#ifndef MPS_RUNTIME_GUARD_REPEAT_H
#define MPS_RUNTIME_GUARD_REPEAT_H

#include "accesses.h"

/* Make the repetitions that ACCESSES stands for, whose guarded pages are open;
 * REGISTERS as accesses_find() takes them. Returns how many were made; 0 as
 * well when the instruction is another one, or has to be made one by one. */
uint64_t repeat(const struct accesses *accesses,
                const uint64_t registers[static 16], bool backwards);

#endif
