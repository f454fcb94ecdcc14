/* Points: the moment just before an operation. In stress mode a point may
 * delay the task, by the schedule stream of the iteration's seed, and stamps
 * the op with the global ticket. */
#ifndef MPS_RUNTIME_POINT_H
#define MPS_RUNTIME_POINT_H

#include <stdint.h>

#include "segment/ops.h"

struct point {
    uint64_t position; /* of the op in the ring, + 1; 0: not stamped */
};

/* Come to the point before an op of the calling task on OBJECT (0: none).
 * SITE is where the program asked for it. */
struct point point_begin(enum op_kind kind, uint32_t object, uint64_t argument,
                         uint64_t site, uint32_t flags);

/* The op is done; RESULT is what it gave, -errno on failure. */
void point_end(struct point point, int64_t result);

/* A task begins: start offsets vary, too. Not an op. */
void point_start(void);

#endif
