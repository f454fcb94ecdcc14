/* From a faulting instruction to the accesses it makes. */
#ifndef MPS_RUNTIME_GUARD_ACCESSES_H
#define MPS_RUNTIME_GUARD_ACCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode.h"

/* How an access may have been written in the source. */
enum access_nature {
    ACCESS_PLAIN,  /* not as an atomic: too large, not aligned, a string */
    ACCESS_EITHER, /* a plain one and an atomic one look the same */
    ACCESS_HALVES, /* read and written by one instruction, in two steps */
    ACCESS_ATOMIC  /* in one: a lock prefix, xchg */
};

struct access {
    uintptr_t address;
    size_t size;
    bool reads, writes;
    uint8_t nature; /* enum access_nature */
};

/* What an instruction does. */
struct accesses {
    struct access list[2];
    unsigned count;
    /* A repeated string instruction: this stands for the first TIMES of the
     * LEFT repetitions that are to come, as many as stay within a page. */
    uint64_t times, left;
    struct instruction instruction; /* length 0: unknown */
};

/* The instruction at PC faulted at FAULT, when it was about to write (WRITING)
 * or to read there. REGISTERS has rax .. r15 as the processor numbers them,
 * BACKWARDS is the direction flag. One access at least covers FAULT. */
void accesses_find(struct accesses *out, uintptr_t pc,
                   const uint64_t registers[static 16], bool backwards,
                   uintptr_t fault, bool writing);

#endif
