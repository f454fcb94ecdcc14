/* What an iteration left behind beside processes: named memory, semaphores,
 * queues, System V objects, files. Found by the fork server, which shares the
 * target's namespaces; noted in the segment; the IPC objects are removed. */
#ifndef MPS_RUNTIME_LEFTOVERS_H
#define MPS_RUNTIME_LEFTOVERS_H

/* Before the first iteration: remember what is there already. */
void leftovers_begin(void);

/* After an iteration, when no task lives. Costs a few system calls when
 * nothing was left. */
void leftovers_collect(void);

#endif
