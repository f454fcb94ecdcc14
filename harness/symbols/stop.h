/* Stopping one thread of another process for a moment. */
#ifndef MPS_SYMBOLS_STOP_H
#define MPS_SYMBOLS_STOP_H

#include <sys/types.h>

/* Stop thread TID of process PID, call LOOK (on a thread of the caller's
 * process that is TID's tracer) and let TID run on; one that was stopped
 * before stays so. No signal is sent, no wait status consumed: whoever waits
 * for the process notices nothing. Calls that the kernel never restarts
 * (epoll_wait, semop, ...: signal(7)) end early with EINTR, as after SIGSTOP.
 *
 * Returns 0, or without having called LOOK: -ESRCH (gone or a zombie), -EBUSY
 * (has a tracer, or sleeps where the kernel cannot stop it), -ETIMEDOUT (did
 * not stop within a second), -EPERM or another -errno of ptrace(2). */
int stop_and_call(pid_t pid, pid_t tid, void (*look)(pid_t tid, void *context),
                  void *context);

#endif
