/* The processes that are left when the root of an iteration has ended. */
#ifndef MPS_RUNTIME_SWEEP_H
#define MPS_RUNTIME_SWEEP_H

/* Call it in the process SERVER, the calling one, that has inherited them, and
 * which is process 1 of a namespace or a subreaper. Every process of the
 * iteration is gone when this returns; what was left is noted in the
 * segment. */
void sweep_processes(int server);

/* The calling process is about to end: note which of its children are dead and
 * have not been waited for. Later nobody can tell them from those that ended
 * because it did. */
void sweep_note_children(void);

#endif
