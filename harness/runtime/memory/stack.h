/* Where the calling thread is: the calls that instrumented functions say they
 * were called from.
 *
 * Entering and leaving a function only writes down; what it means is looked up
 * when an access is noted, see context.h. Functions left by longjmp() or an
 * exception do not say so: an entry lies above the stack of whatever it has
 * called, so those further down than who asks are known to be gone. */
#ifndef MPS_RUNTIME_MEMORY_STACK_H
#define MPS_RUNTIME_MEMORY_STACK_H

#include <stdint.h>

#include "state.h"

enum { STACK_FRAMES = 256 }; /* deeper ones are only counted */

struct stack_frame {
    const void *pc; /* where the function was called */
    uintptr_t base; /* address of its frame */
    uint32_t node;  /* of memory.h: the stack up to this call; 0: not looked
                       up yet */
};

struct stack {
    struct stack_frame *top; /* the next to be written */
    struct stack_frame *bottom, *limit;
    uint32_t beyond; /* entered, with no frame left for them */
};
extern __thread struct stack stack __attribute__((tls_model("initial-exec")));

/* The calling thread is local.task from now on. */
void stack_become(void);

/* A function whose frame is at BASE was called from PC; and is left. */
void stack_enter(const void *pc, uintptr_t base);
static inline void stack_leave(void)
{
    if (stack.beyond)
        stack.beyond--;
    else if (stack.top > stack.bottom)
        stack.top--;
}

/* Entries of functions whose frames lie below BELOW are gone. */
void stack_drop_left(uintptr_t below);

#endif
