/* The tasks of an iteration that had not ended when its time was up, or that
 * stood still when the scheduler gave its verdict: who they are, what each was
 * doing, which task it waits for.
 *
 * From two sources: the snapshots, taken before anything was killed, say who
 * was alive and where in the code; the segment says which op each was in.
 * Private to check/. */
#ifndef MPS_CHECK_ALWAYS_WAITERS_H
#define MPS_CHECK_ALWAYS_WAITERS_H

#include "check/judge.h"

enum { WAITERS_MAX = 256 };

struct waiter {
    int task; /* number, or -1: a process mpstress does not know */
    const struct task_snapshot *snapshot; /* or NULL */
    const struct segment_op *op;          /* it is inside, or NULL */
    /* Under control, what OP points to: the op it announced, as far as that is
     * known (`begin` and `argument` may be 0). */
    struct segment_op announced;
    bool woken; /* from a condition; it waits for the mutex again */
};

struct waiters {
    const struct judge *judge;
    struct waiter list[WAITERS_MAX];
    size_t count; /* in the list */
    size_t alive; /* may be more */
    size_t total; /* tasks that were made; under control: that lived */
    bool parked;  /* from waiters_gather_parked() */
};

/* Fill WAITERS from the judge's outcome: those alive at the time limit. */
void waiters_gather(struct waiters *waiters, const struct judge *judge);

/* The same for the verdict of a controlled iteration: those parked, or those of
 * schedule.cycle[] when the others could go on; in the order of their
 * numbers. */
void waiters_gather_parked(struct waiters *waiters, const struct judge *judge);

/* The one that is task number TASK, or NULL. */
const struct waiter *waiters_find(const struct waiters *waiters, int task);

/* Whether WAITER works, or soon will, rather than waits for somebody. */
bool waiter_is_running(const struct waiter *waiter);

/* Whether TASK, which is none of WAITERS, has ended. */
bool waiters_has_ended(const struct waiters *waiters, int task);

/* The object that WAITER's op is about, or NULL. */
const struct segment_object *waiter_object(const struct waiters *waiters,
                                           const struct waiter *waiter);

/* The task whose end WAITER waits for: a thread to join, a certain child; -1
 * when there is none or it is not known. */
int waiter_awaited(const struct waiters *waiters, const struct waiter *waiter);
/* Whether it waits for the end of any child. */
bool waiter_awaits_any(const struct waiters *waiters,
                       const struct waiter *waiter);

/* Where in the program's own code WAITER is; false when that is unknown. */
bool waiter_locate(const struct waiters *waiters, const struct waiter *waiter,
                   struct location *out);

/* Append who it is: "0.1 (worker)", "process 17 (sh)". */
void waiter_show(struct str *s, const struct waiters *waiters,
                 const struct waiter *waiter);

/* Append what it does: "read pipe 0:3", "wait(0.1)", "thread join(0.1)",
 * "futex", "running in spin()". */
void waiter_show_doing(struct str *s, const struct waiters *waiters,
                       const struct waiter *waiter);

#endif
