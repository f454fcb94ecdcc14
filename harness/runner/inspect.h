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

/* The proc file system in which the tasks of SERVER have the ids that they have
 * in the segment, as a directory to be closed; -1 when there is none. */
int inspect_open(pid_t server);

/* The state of TASK, as in proc(5), /proc/PID/stat; 'X' when it is gone. When
 * it sleeps, CALL (of SCHEDULE_CALL_BYTES, or NULL) gets the name of the
 * system call. PROC: of inspect_open(). */
char inspect_state(int proc, const struct segment *segment, uint32_t task,
                   char *call);

/* The process of TASK of the iteration that SERVER runs, and its thread into
 * TID (may be NULL), as the runner sees them; 0 when there is none, or when it
 * was missed: children come and go while one looks. Slow. */
pid_t inspect_pid(pid_t server, const struct segment *segment, uint32_t task,
                  pid_t *tid);

/* The time that SERVER and its descendants have had of processors so far, those
 * they have waited for included, and whether one of them is READY to run, or
 * running. Of a crowd only the first ones are looked at. */
uint64_t inspect_use(pid_t server, bool *ready);

/* SIGKILL every descendant of SERVER, once. Returns how many there were. */
size_t inspect_kill(pid_t server);

#endif
