/* Whether a store puts back what a load has read, changed perhaps: the two
 * halves of x = x + 1 in machine code.
 *
 * Pure over the code bytes: one pass over what stands between the two, which
 * follows values through registers and the stack frame. What it cannot follow
 * it takes for unrelated: a no may be wrong, a yes hardly. */
#ifndef MPS_RUNTIME_GUARD_FLOW_H
#define MPS_RUNTIME_GUARD_FLOW_H

#include <stdbool.h>
#include <stdint.h>

/* The instructions at LOAD and STORE are of the same code, which ends at END:
 * does the value that the first reads from memory go into the one that the
 * second writes there? */
bool flow_reaches(const uint8_t *load, const uint8_t *store,
                  const uint8_t *end);

#endif
