/* Which operation orders what: from the ops of tasks to vector clocks.
 *
 * One rule: a task lets out what it knows before its op takes effect, and takes
 * in what is there after the op succeeded. Where it is not known what exactly
 * lets an op through, order is added: a race may be missed, none is made up.
 *
 * For the holder of the turn. All of this does nothing unless the iteration
 * keeps clocks. */
#ifndef MPS_RUNTIME_MEMORY_EDGES_H
#define MPS_RUNTIME_MEMORY_EDGES_H

#include <stdbool.h>
#include <stdint.h>

#include "segment/ops.h"
#include "state.h"

static inline bool edges_kept(void)
{
    return runtime.memory;
}

/* -- Ops: from point_begin() and point_end() --------------------------------*/

/* The calling task has come past the point of an op, and makes it now. */
void edges_before(enum op_kind kind, uint32_t object, uint64_t argument);
/* The op gave RESULT, -errno on failure. */
void edges_after(enum op_kind kind, uint32_t object, int64_t result);

/* -- Locks and barriers that ops contain ------------------------------------*/

void edges_unlock(uint32_t object);
/* RESULT: 0 or -errno. */
void edges_lock(uint32_t object, int64_t result);
/* The calling task has come to barrier OBJECT; what to leave it with. */
uint32_t edges_arrive(uint32_t object);
/* The last one has come: the next round begins. */
void edges_turn_over(uint32_t object);
void edges_leave(uint32_t sync);

/* -- What calls do beside their op ------------------------------------------*/

/* What moves through OBJECT, as read() and write() do it; ENDED: nothing more
 * will come, or nobody takes it. */
void edges_output(uint32_t object);
void edges_input(uint32_t object, bool ended);
/* Something is known to be ready at OBJECT. */
void edges_ready(uint32_t object, bool ended);
/* An end of OBJECT, or of something that is not known (0), is closed. */
void edges_closing(uint32_t object);

/* A lock of file OBJECT, on the whole or a part, is about to be taken, for
 * writing or not, or given back. */
enum edges_lock_kind { EDGES_UNLOCK, EDGES_LOCK_SHARED, EDGES_LOCK_EXCLUSIVE };
void edges_lock_file(uint32_t object, enum edges_lock_kind kind);
/* It was taken, or seen to be free. */
void edges_locked_file(uint32_t object);

/* OBJECT's first number, its second one, or both, as bits. */
enum edges_which { EDGES_FIRST = 1, EDGES_SECOND = 2, EDGES_BOTH = 3 };
void edges_release(uint32_t object, enum edges_which which);
void edges_acquire(uint32_t object, enum edges_which which);

/* Something was written to OBJECT at descriptor FD; before edges_after(). */
void edges_written(long fd, uint32_t object);
/* OBJECT was opened by CALL. */
struct call;
void edges_opened(const struct call *call, uint32_t object);
/* CALL was refused to open the FIFO that it names, since nobody reads there. */
void edges_refused(const struct call *call);
/* A name - of a file, a queue ... - was looked at, perhaps in vain. */
void edges_name_seen(void);
/* Names have been made, removed, or moved. */
void edges_name_changed(void);

/* -- Tasks ------------------------------------------------------------------*/

/* TASK, which PARENT (task + 1; 0: nobody) has made, is about to run. */
void edges_made(uint32_t task, uint32_t parent);
/* This program image is a task. */
void edges_attached(void);
/* TASK has ended, or will do so at once. */
void edges_ended(uint32_t task);
/* The end of process PID was waited for; 0: of one that is not known. */
void edges_waited(int pid);
/* TASK is told by the calling one to end. */
void edges_cancelled(uint32_t task);
/* Something runs that nobody sees: what is known of this iteration is not all
 * there is. */
void edges_unseen(void);

#endif
