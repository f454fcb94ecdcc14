/* Reading a segment after an iteration, whatever the target did to it: every
 * index is checked, every text ends, every loop is bounded. Pure; any thread
 * of the runner, while no task writes. */
#ifndef MPS_SEGMENT_READ_H
#define MPS_SEGMENT_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "segment.h"

enum { TASK_PATH_BYTES = 128 };

/* Whether the header is still what the runner of run RUN wrote. */
bool segment_intact(const struct segment *segment, uint64_t run);
/* Whether the tables of tasks and turns, and the state of the schedule, hold
 * nothing that only a target writes which has gone wild: after a controlled
 * iteration. */
bool segment_plausible(const struct segment *segment);

/* The first task of the process that TASK, which must be in the table, is a
 * thread of, or is. */
uint32_t segment_task_process(const struct segment *segment, uint32_t task);

/* Number of tasks, at most SEGMENT_TASKS. */
size_t segment_task_count(const struct segment *segment);
/* "0.1.2" into PATH; a broken parent chain ends in "?". Returns PATH. */
const char *segment_task_path(const struct segment *segment, uint32_t task,
                              char path[static TASK_PATH_BYTES]);
/* The task with process (or thread) id PID inside the namespace, or -1; the
 * newest one if the id was used twice. */
int segment_task_find(const struct segment *segment, int pid, int tid);

/* Object NUMBER, or NULL (also for 0). */
const struct segment_object *segment_object_get(const struct segment *segment,
                                                uint32_t number);
/* `mutex /ring+0x40`, `file log.txt`, `pipe 0.1:3` into BUF. Returns BUF. */
const char *segment_object_text(const struct segment *segment, uint32_t number,
                                char *buf, size_t size);

/* A number that means the same object in every iteration with the same places
 * of tasks in the tree, whatever the order in which objects were met: of its
 * kind and its name and offset, or, when it has no name, of what its first user
 * met before. 0 when there is no such object. No system call, no allocation. */
uint64_t segment_object_key(const struct segment *segment, uint32_t number);

/* Walk the ops that are still in the ring, oldest first. Start with *AT = 0;
 * returns NULL at the end. Ops half-written by a killed task are skipped. */
const struct segment_op *segment_op_next(const struct segment *segment,
                                         uint64_t *at);
/* Ops of this iteration that the ring no longer holds. */
uint64_t segment_ops_lost(const struct segment *segment);
/* The newest op of TASK, or NULL. */
const struct segment_op *segment_op_current(const struct segment *segment,
                                            uint32_t task);

/* One observation. NAME and DATA point into the segment. */
struct observation {
    unsigned kind; /* enum mps_record_kind of <mpstress/mpstress.h> */
    uint32_t task;
    const char *name;
    const void *data; /* not aligned for more than 8 bytes */
    size_t size;
    uint64_t ticket; /* total order over ops and observations */
    uint64_t site;
};

/* Walk the observations in the order in which tasks reserved them. Start with
 * *AT = 0; returns false at the end. */
bool segment_observation_next(const struct segment *segment, size_t *at,
                              struct observation *out);

/* Path and build-id of the module of SITE, or NULL when unknown. */
const struct segment_module *segment_module_of(const struct segment *segment,
                                               uint64_t site);
uint64_t segment_site_offset(uint64_t site);

#endif
