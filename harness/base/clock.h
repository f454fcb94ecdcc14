/* The harness's only clocks. Safe anywhere. */
#ifndef MPS_BASE_CLOCK_H
#define MPS_BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since an arbitrary start; never goes back. */
uint64_t clock_now_ns(void);
/* Nanoseconds since 1970, UTC. */
uint64_t clock_wall_ns(void);

#endif
