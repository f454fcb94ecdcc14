/* What one iteration left: facts, no judgement (check/ judges).
 *
 * Valid until the slot that made it starts its next iteration or is closed;
 * the descriptors and the segment belong to the slot. */
#ifndef MPS_RUNNER_OUTCOME_H
#define MPS_RUNNER_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/scenario.h"
#include "segment/memory.h"
#include "segment/read.h"
#include "symbols/symbols.h"

/* A living task, looked at when the time limit passed, before anything was
 * killed. */
struct task_snapshot {
    int task;     /* number in the segment, or -1: not one mpstress knows */
    int pid, tid; /* inside the namespace */
    char state;   /* of /proc/PID/stat: 'S', 'R', 'D', 'T', 'Z' ... */
    char command[32];
    char syscall[48];           /* "futex", "read", "" when running */
    struct location frames[24]; /* innermost first */
    size_t frame_count;
};

struct outcome {
    const struct choice *choice; /* the parameters */
    uint64_t iteration;
    uint64_t seed; /* of this iteration */

    /* Under control: segment->schedule tells the rest (its verdict, the
     * schedule as recorded, mishaps). A verdict other than SCHEDULE_OPEN ended
     * the iteration, and the snapshots show the tasks as they stood then. */
    bool controlled;
    const struct control *control; /* as given to slot_iterate() */

    /* "helgrind": run under that, without the runtime: the segment knows the
     * root's end and nothing else. NULL: not so. */
    const char *tool;

    const struct segment *segment;
    /* Under control: who touched which shared memory when. NULL: not known, or
     * not for all tasks. What a target that went wild wrote there, stands
     * there. */
    const struct memory *memory;
    struct symbols *symbols; /* for sites in the segment */
    const char *program;     /* absolute path */

    int status;           /* of the root, as wait(2) gives it; valid if it ended
                             by itself */
    bool timed_out;       /* the time limit passed; snapshots tell the state */
    bool server_lost;     /* the fork server died during the iteration */
    bool segment_damaged; /* the target wrote over mpstress's memory */
    uint64_t elapsed_ns;  /* from the root's fork to its death */
    uint64_t time_limit_ns;

    const struct task_snapshot *snapshots; /* also after a verdict */
    size_t snapshot_count;

    int stdout_fd, stderr_fd; /* seekable; what the target wrote */
    int directory_fd;         /* the working directory; -1: not a private one */
};

/* The number of the iteration's points (ops of all tasks). */
uint64_t outcome_points(const struct outcome *outcome);

#endif
