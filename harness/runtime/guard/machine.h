/* Accesses as machine code makes them, on their way to the clocks, the race
 * detector and the scheduler. For the handler of the guard's faults, whose
 * pages are open.
 *
 * What the source said of an access, its instruction does not always: see
 * enum access_nature, and detect/either.h for what follows from that. */
#ifndef MPS_RUNTIME_GUARD_MACHINE_H
#define MPS_RUNTIME_GUARD_MACHINE_H

#include "accesses.h"
#include "memory/access.h"

/* The calling task is about to make ACCESS, which is not atomic for certain, or
 * one half of it: KIND is CLOCKS_LOAD or CLOCKS_STORE. */
void machine_note(const struct access *access, enum clocks_access kind,
                  uintptr_t pc);

/* The same in two steps, around an atomic ACCESS. */
struct machine_atomic {
    struct access_atomic atomic;
    uint8_t before[16], size;
    bool compares; /* cmpxchg */
};
void machine_atomic_begin(struct machine_atomic *atomic,
                          const struct accesses *accesses, uintptr_t pc);
/* It was made; EQUAL is the processor's zero flag. Does nothing when none has
 * begun. */
void machine_atomic_end(struct machine_atomic *atomic, bool equal);

#endif
