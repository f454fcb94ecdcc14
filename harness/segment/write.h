/* Writing to a segment from inside a task. Pure: no system call, no
 * allocation, no global; safe in signal handlers and between fork and exec.
 * Many tasks write at once and any of them may be killed at any instruction;
 * nothing here waits for another task. */
#ifndef MPS_SEGMENT_WRITE_H
#define MPS_SEGMENT_WRITE_H

#include <stddef.h>

#include "segment.h"

/* The next number of the global order over ops and observations. */
static inline uint64_t segment_ticket(struct segment *segment)
{
    /* Acquire and release: what a task did before its ticket is visible to
     * whoever draws a later one. */
    return __atomic_fetch_add(&segment->ticket, 1, __ATOMIC_ACQ_REL);
}

/* Make everything ready for the next iteration: runner only, while no task
 * lives. Cheap: costs what the last iteration used. */
void segment_reset(struct segment *segment);

/* Take a slot for a child of PARENT (task number + 1; 0: the root), state
 * TASK_BORN. Returns its number, or -1 when the table is full. */
int segment_task_new(struct segment *segment, uint32_t parent, uint64_t site);

/* Record that TASK ended (any observer may; the first one counts). */
void segment_task_end(struct segment *segment, uint32_t task);

/* Begin an op of TASK and return its ring position + 1, for
 * segment_op_end(). */
uint64_t segment_op_begin(struct segment *segment, uint32_t task,
                          const struct segment_op *op);
/* The op at POSITION came back with RESULT; a ring that went round since is
 * left alone. */
void segment_op_end(struct segment *segment, uint32_t task, uint64_t position,
                    int64_t result);

/* It turned out to be about OBJECT (an open), or to have FLAGS as well. */
void segment_op_set_object(struct segment *segment, uint64_t position,
                           uint32_t object);
void segment_op_add_flags(struct segment *segment, uint64_t position,
                          uint32_t flags);

/* Find or make the object (KIND, BACKING, OFFSET). TASK and SITE are noted as
 * the first to touch it; NAME may be NULL. Returns its number, or 0 when the
 * table is full. */
uint32_t segment_object_intern(struct segment *segment, enum object_kind kind,
                               uint64_t backing, uint64_t offset, uint32_t task,
                               uint64_t site, const char *name);

/* Number of NAME (cut to SEGMENT_NAME_BYTES - 1) for observations; 0 when the
 * table is full. */
uint32_t segment_name_intern(struct segment *segment, const char *name);

/* Append an observation of DATA_SIZE bytes; counts it as refused when the
 * arena is full. */
void segment_record_add(struct segment *segment, uint32_t task, unsigned kind,
                        const char *name, const void *data, size_t data_size,
                        uint64_t site);

/* Number of the module with this path and build-id, from 1; 0 when the table
 * is full. */
uint32_t segment_module_add(struct segment *segment, const char *path,
                            const uint8_t *build_id, size_t build_id_size);

/* Note something left behind; beyond the table only counted. NAME is cut. */
void segment_leftover_add(struct segment *segment, enum leftover_kind kind,
                          uint32_t task_plus_one, uint64_t site,
                          uint64_t amount, const char *name);

#endif
