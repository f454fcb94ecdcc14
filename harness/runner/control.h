/* How an iteration is scheduled in control mode, and the plan that a replay
 * follows. */
#ifndef MPS_RUNNER_CONTROL_H
#define MPS_RUNNER_CONTROL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sched/strategy.h"
#include "segment/segment.h"

struct outcome;

/* A schedule in normal form: runs of grants, their tasks named by place in the
 * tree, so that it means the same in another run or build. */
struct schedule_plan {
    struct schedule_task *tasks; /* number 0 is the root */
    uint32_t task_count;
    struct schedule_segment *segments; /* tasks are numbers in TASKS */
    uint32_t segment_count;
    enum schedule_unit unit;
};

/* The schedule that OUTCOME's iteration took, as a plan; -ENOMEM, or -MPS_EFULL
 * when it was longer than what is recorded. Release with plan_fini(). */
int plan_from_outcome(struct schedule_plan *plan,
                      const struct outcome *outcome);
/* The same for the order in which the ops of a stress iteration ended. */
int plan_from_ops(struct schedule_plan *plan, const struct segment *segment);
int plan_copy(struct schedule_plan *to, const struct schedule_plan *from);
void plan_fini(struct schedule_plan *plan);

struct control {
    int strategy;   /* row of sched_strategies[] */
    unsigned depth; /* pct */
    uint64_t expected_decisions;
    uint32_t expected_tasks;  /* as measured by a sequential iteration */
    uint32_t spurious_chance; /* of 65536: a condition wait wakes for nothing */
    uint64_t step_limit;      /* grants; 0: the default */
    bool orders; /* keep the clocks that lock orders are judged by */
    bool races;  /* look at accesses to shared memory, which are points then */
    bool guard;  /* of a plain binary, too, by page faults */
    const struct schedule_plan *plan; /* of strategy replay */
    /* Objects, by segment_object_key(), that every task accesses as a whole:
     * see schedule.whole. At most SCHEDULE_WHOLE. */
    const uint64_t *whole;
    uint32_t whole_count;
    bool without_stacks; /* after a verdict: no snapshots, which take time */
    /* Stop the plan's task STOP_TASK - 1 just before its op number STOP_OP,
     * from 0, and call AT_STOP with its process and thread as the runner sees
     * them, which come to life again when it returns; 0: nobody. While it
     * stands, no time passes, nor does the time limit. */
    uint32_t stop_task;
    uint64_t stop_op;
    void (*at_stop)(void *context, pid_t pid, pid_t tid);
    void *context;
};

#endif
