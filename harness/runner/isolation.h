/* Namespaces of a job slot: its own process ids, System V and POSIX IPC,
 * /dev/shm, /proc and a memory file system for working directories, so that
 * every iteration starts from the same, empty state and nothing it leaves can
 * reach the machine. Unprivileged where the kernel allows user namespaces
 * (user_namespaces(7)); as root without one. */
#ifndef MPS_RUNNER_ISOLATION_H
#define MPS_RUNNER_ISOLATION_H

#include <stdbool.h>
#include <sys/types.h>

struct mps_diag;

enum isolation {
    ISOLATION_NONE, /* plain child processes; a subreaper finds orphans */
    ISOLATION_FULL
};

/* Fork into new namespaces (or plainly with ISOLATION_NONE). In the child
 * returns 0 once the parent has finished its half; the child dies when the
 * calling thread does. In the parent returns the pid, or -errno with DIAG. */
pid_t isolation_fork(enum isolation isolation, struct mps_diag *diag);

/* In the child of ISOLATION_FULL: mount what the slot needs on DIRECTORY (an
 * existing empty directory): a memory file system with DIRECTORY/work and
 * DIRECTORY/mq (message queues), and private /dev/shm and /proc. Returns 0,
 * or -errno with *STEP naming what failed. A /proc that may not be mounted is
 * left as it is. Only system calls: between fork and exec. */
int isolation_mount(const char *directory, const char **step);

/* In the child, just before exec: keep the right to set the next process id
 * through exec, although the user is not root inside. */
void isolation_keep_capability(void);

/* The strongest isolation that works here, tried in a child of its own;
 * *WHY (static) says what was refused, "" if nothing. */
enum isolation isolation_probe(const char **why);

#endif
