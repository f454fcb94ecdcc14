/* Stopping one thread of another process for a moment. */
#ifndef MPS_SYMBOLS_STOP_H
#define MPS_SYMBOLS_STOP_H

#include <sys/types.h>

/* Whether thread TID of process PID can be stopped now: 0, or -ESRCH (gone or a
 * zombie), -EBUSY (has a tracer, or sleeps where the kernel cannot stop it),
 * -EACCES. */
int stop_check(pid_t pid, pid_t tid);

/* Stop thread TID of process PID, call LOOK (on a thread of the caller's
 * process that is TID's tracer) and let TID run on; one that was stopped
 * before stays so. No wait status is consumed; the caller's process gets a
 * SIGCHLD, and a wait(2) of another of its threads for just this process may
 * report that it stopped. Calls that the kernel never restarts
 * (epoll_wait, semop, ...: signal(7)) end early with EINTR, as after SIGSTOP.
 *
 * Returns 0, or without having called LOOK: what stop_check() says, -ETIMEDOUT
 * (did not stop within a second), -EPERM or another -errno of ptrace(2). */
int stop_and_call(pid_t pid, pid_t tid, void (*look)(pid_t tid, void *context),
                  void *context);

#endif
