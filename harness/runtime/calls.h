/* System calls as operations: one table says for each call number which op it
 * is, on which object, and what else the runtime must do around it. Both the
 * interposed libc functions and the dispatch of raw system calls come here,
 * so that a write() and the write inside fprintf() are the same op. */
#ifndef MPS_RUNTIME_CALLS_H
#define MPS_RUNTIME_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "point.h"

struct call {
    long number;  /* SYS_... */
    long args[6]; /* as the kernel takes them */
    uint64_t site;
    uint32_t flags; /* enum op_flag */

    /* Set by call_begin(): */
    struct point point;
    bool answered; /* do not make the call: `result` is the answer */
    bool creates;  /* a file, if it is an open that succeeds */
    bool made;     /* the call was made, and gave `result` */
    long result;
    long opened; /* under control: descriptor + 1 of a FIFO being opened */
    union {      /* copies that stand in for what an argument points to */
        uint64_t mask;
        struct {
            const void *mask;
            unsigned long size;
        } pair;
    } copy;
    uint64_t copy_mask;
};

/* Come to the point of CALL, if its number is an op, and do what must be done
 * before it. May change arguments. */
void call_begin(struct call *call);

/* Whether `result` is known: the caller need not make the call any more. */
static inline bool call_is_done(const struct call *call)
{
    return call->answered || call->made;
}

/* CALL gave RESULT (-errno on failure). */
void call_end(struct call *call, long result);

/* Whether CALL is an op (and its site worth finding out). */
bool call_is_op(const struct call *call);

/* Whether the table knows NUMBER: others need no bookkeeping. */
bool call_is_known(long number);

#endif
