/* Points: the moment just before an operation, or just after one that lets
 * others through. In stress mode a point may delay the task, by the schedule
 * stream of the iteration's seed; in control mode another task may go on
 * there. Either way it stamps the op with the global ticket. */
#ifndef MPS_RUNTIME_POINT_H
#define MPS_RUNTIME_POINT_H

#include <stdint.h>

#include "segment/ops.h"

struct point {
    uint64_t position; /* of the op in the ring, + 1; 0: not stamped */
    uint64_t site;
    uint32_t object, flags;
    enum op_kind kind;
};

/* Come to the point before an op of the calling task on OBJECT (0: none).
 * SITE is where the program asked for it. */
struct point point_begin(enum op_kind kind, uint32_t object, uint64_t argument,
                         uint64_t site, uint32_t flags);

/* The same, for a sleep that ends at DEADLINE_NS of the virtual time: when this
 * returns, it has. Control mode only. */
struct point point_sleep(uint64_t deadline_ns, uint64_t site, uint32_t flags);

/* The op is done; RESULT is what it gave, -errno on failure. */
void point_end(struct point point, int64_t result);
/* The same; it gave the caller nothing new, and others should have a go. */
void point_end_idle(struct point point, int64_t result);

/* A task begins: start offsets vary, too, and under control it waits for its
 * turn. Not an op. */
void point_start(void);

#endif
