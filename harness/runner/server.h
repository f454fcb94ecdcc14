/* The fork server of a job slot, and the segment that it shares with the slot:
 * both are made anew together. Private to slot.c, whose thread calls it. */
#ifndef MPS_RUNNER_SERVER_H
#define MPS_RUNNER_SERVER_H

#include <sched.h>
#include <sys/types.h>

#include "slot.h"

struct slot {
    const struct slot_options *options;
    struct segment *segment;
    struct memory *memory; /* behind it; NULL: no room for that */
    int segment_fd;
    uint64_t run;  /* segment_header.run */
    pid_t server;  /* 0: not started, or to be started again */
    int killed_by; /* the signal that ended the last one before main(), or 0 */
    int stdout_fd, stderr_fd;
    int directory_fd; /* the working directory, or -1 */
    off_t empty_size; /* its size on a memory file system, or -1 */
    struct task_snapshot *snapshots;
    bool outside;
    cpu_set_t cpus_before; /* of the calling thread */
};

/* Make a segment and start the target with it; waits until it stands before
 * main(). Tried again should somebody from outside kill it on the way. Fails
 * with -MPS_ESTART and the reason in DIAG, -EINTR when *stop was set. */
int server_start(struct slot *slot, struct mps_diag *diag);

/* Kill the server, if there is one, and with its namespace everything in it. */
void server_stop(struct slot *slot);

/* Whether it has ended by itself; it stays to be waited for. */
bool server_is_gone(const struct slot *slot);

/* Wait until *WORD is no longer VALUE, at most LIMIT_NS or as long as one may
 * without a look at the server and the stop flag. */
void server_wait_slice(const uint32_t *word, uint32_t value, uint64_t limit_ns);

#endif
