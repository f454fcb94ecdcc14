/* What the runtime keeps of itself: one struct a process, one a thread.
 *
 * Dormant until state.active: every entry point tests that first, before it
 * touches anything thread-local, so that it is safe in constructors, ifunc
 * resolvers and programs that run outside mpstress. */
#ifndef MPS_RUNTIME_STATE_H
#define MPS_RUNTIME_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/syscall.h>

#include "guard/guard.h"
#include "segment/read.h"
#include "segment/write.h"
#include "sys.h"

/* -- The process ----------------------------------------------------------*/

struct runtime {
    struct segment *segment; /* NULL outside mpstress */
    struct memory *memory;   /* NULL: not mapped */
    int segment_fd;
    bool active;   /* this process is a task (or has some) of an iteration */
    bool dispatch; /* Syscall User Dispatch is to be armed in every thread */
    bool guard;    /* its shared mappings are closed: guard/guard.h */
    bool threads;  /* this process has, or its parents had, several threads */
    uint64_t stdout_id, stderr_id; /* identity of the captured output files */
};
extern struct runtime runtime;

/* -- The thread -----------------------------------------------------------*/

enum { SELECT_ALLOW = 0, SELECT_BLOCK = 1 }; /* PR_SYS_DISPATCH values */

struct local {
    volatile char selector; /* read by the kernel at each system call */
    bool attached;          /* this thread is a task */
    bool rearm;       /* dispatch was let off for one call: put it on again */
    bool inside;      /* an interposed call is under way: pass nested ones on */
    bool handled;     /* a signal handler ran during the wait */
    bool interrupted; /* and it was installed without SA_RESTART */
    bool idle;        /* the last op got nothing: the next point yields */
    bool nudged;      /* the next point is one where a switch may matter */
    bool waited;      /* the op was tried in vain at first */
    int forking;      /* own process id while in fork(), whose handlers are the
                         program's; 0: not */
    uint32_t task;
    uint64_t deferred; /* signals that came during a decision */
    const void *frame; /* stack frame of the outermost interposed call */
};
extern __thread struct local local __attribute__((tls_model("initial-exec")));

/* -- Entering and leaving the runtime --------------------------------------*/

struct entry {
    bool traced;   /* false: pass the call on untouched */
    char selector; /* to put back */
};

/* Called first in every interposed function, with its frame address. When
 * traced, system calls of the real function pass undispatched, and guarded
 * memory is open, until runtime_leave(). */
static inline struct entry runtime_enter(const void *frame)
{
    struct entry entry = {0};
    if (!runtime.active || !local.attached)
        return entry;
    /* The child is no task of its own yet when its handlers run. */
    if (local.forking && SYS0(SYS_getpid) != local.forking)
        return entry;
    if (local.inside) {
        /* Nested calls live further down the stack. An older frame here
         * means that the outer call was left by a longjmp or a thread
         * cancellation. */
        if (frame < local.frame)
            return entry;
    }
    local.inside = true;
    local.frame = frame;
    entry.traced = true;
    if (runtime.guard)
        guard_open();
    entry.selector = local.rearm ? SELECT_BLOCK : local.selector;
    local.rearm = false;
    local.selector = SELECT_ALLOW;
    return entry;
}

static inline void runtime_leave(struct entry entry)
{
    if (!entry.traced)
        return;
    if (runtime.guard)
        guard_close();
    local.inside = false;
    local.selector = entry.selector;
}

/* A broken promise inside the runtime: note it and end the process, without
 * running the target's handlers. */
_Noreturn void runtime_bug(const char *what);
#define MPS_BUG(what) runtime_bug(what)

#endif
