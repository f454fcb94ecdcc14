/* Looking at the living tasks of a slot: what each is doing, and killing them.
 * From outside, through /proc, so that it works whatever the target does. */
#ifndef MPS_RUNNER_INSPECT_H
#define MPS_RUNNER_INSPECT_H

#include <stddef.h>
#include <sys/types.h>

#include "outcome.h"

/* Whether the iteration has made so many tasks that it is ended rather than
 * looked at. */
bool inspect_is_crowd(const struct segment *segment);

/* Take a snapshot of every thread of every descendant of SERVER, at most MAX,
 * in spawn order of their processes; stacks of the first ones only. Gives up
 * after a few seconds and in front of a crowd. Returns the number. */
size_t inspect_tasks(pid_t server, const struct segment *segment,
                     struct symbols *symbols, struct task_snapshot *out,
                     size_t max);

/* The state of TASK of the iteration that SERVER runs, as in /proc/PID/stat;
 * 'X' when there is no such process any more. When it sleeps, CALL (of
 * SCHEDULE_CALL_BYTES, or NULL) gets the name of the system call. A few
 * hundred microseconds: for tasks that are suspect. */
char inspect_state(pid_t server, const struct segment *segment, uint32_t task,
                   char *call);

/* Its process, as the runner sees it; 0 when there is none. */
pid_t inspect_pid(pid_t server, const struct segment *segment, uint32_t task);

/* SIGKILL every descendant of SERVER, once. Returns how many there were. */
size_t inspect_kill(pid_t server);

#endif
