/* Which task is which: slots in the segment for processes and threads. */
#ifndef MPS_RUNTIME_TASKS_H
#define MPS_RUNTIME_TASKS_H

#include <stdbool.h>
#include <stdint.h>

/* Reserve a slot for a child that the calling task is about to make at SITE.
 * Returns the task number, or -1 when the table is full: then the iteration
 * is ended (a target that forks without end). */
int tasks_reserve(uint64_t site, bool is_thread);

/* The reserved child was not made after all. */
void tasks_cancel(int task);

/* The reserved child is there: under control it may have the turn. */
void tasks_made(int task);

/* The same, and the parent learnt the child's process id. */
void tasks_set_pid(int task, int pid);

/* The calling thread is task TASK from now on: first thing in a new process
 * or thread. Arms Syscall User Dispatch. */
void tasks_become(uint32_t task);

/* The task that is the first thread of the calling process: the same number
 * for all its threads. */
uint32_t tasks_process(void);
/* The same for the process of any TASK. */
uint32_t tasks_process_of(uint32_t task);

/* The calling process is a task of a running iteration but a new program
 * image (exec, posix_spawn): find its slot by pid, or the slot its parent
 * reserved, or take a new one. Returns the number, or -1. */
int tasks_adopt(void);

/* Somebody waited for process PID and got STATUS (as wait(2) gives it). */
void tasks_reaped(int pid, int status);

#endif
