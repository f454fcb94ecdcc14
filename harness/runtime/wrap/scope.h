/* The frame around an interposed call on a lock-like object: its point, who
 * holds it, and under control the loop of tries. */
#ifndef MPS_RUNTIME_WRAP_SCOPE_H
#define MPS_RUNTIME_WRAP_SCOPE_H

#include "control/wait.h"
#include "wrap.h"

struct scope {
    struct point point;
    uint32_t object;
    uint64_t site;
    enum op_kind kind;
    bool begun;   /* the wait below is filled in */
    bool forever; /* the call waits without a time limit, if it has to */
    sem_t *semaphore; /* if that is what it is about */
    struct wait wait;
};

/* Come to the point of KIND on the object at ADDRESS. */
struct scope scope_begin(enum op_kind kind, enum object_kind object_kind,
                         volatile void *address, uint64_t site);
/* The call gave RESULT, 0 or -errno. */
void scope_end(struct scope *scope, long result);

/* The call waits UNTIL then, or without end (NULL). */
static inline void scope_until(struct scope *scope,
                               const struct timespec *until)
{
    scope->forever = !until;
    if (until)
        segment_op_add_flags(runtime.segment, scope->point.position,
                             OP_FLAG_TIMED);
}

/* A vain try: wait as wait_more() does, with the deadline UNTIL on CLOCK. */
bool scope_wait(struct scope *scope, long clock, const struct timespec *until,
                bool interruptible);

/* Who holds OBJECT: for reports and the wait-for graph. */
void scope_set_holder(uint32_t object, uint64_t site);
void scope_clear_holder(uint32_t object);

#endif
