/* What shrinking found out about a failure: the shortest schedule with the
 * same finding, and the two operations whose order decides. Kept in the trace
 * of the failure, which is made before any shrinking. */
#ifndef MPS_TRACE_EXPLANATION_H
#define MPS_TRACE_EXPLANATION_H

#include "trace.h"

struct schedule_plan;

struct trace_explained_task {
    const char *path, *name; /* "0.1", "consumer" or "" */
};

/* One op of the shortest run, in the order in which they came back; those that
 * waited for ever at the end. */
struct trace_explained_op {
    uint32_t task; /* number in `tasks` */
    const char *kind, *object, *place;
    bool completed;
    /* As in struct trace_op; all 0 in a trace of format 3. */
    uint64_t begin, end;
    int64_t result;
    uint64_t argument;
};

/* What the target said of a queue in the shortest run. */
struct trace_explained_message {
    uint64_t ticket;
    uint32_t task; /* number in `tasks` */
    bool got;      /* false: put */
    const char *queue;
    const void *data;
    size_t size;
};

struct trace_critical_op {
    uint32_t task;
    uint64_t nth; /* among the completed ops of the task, from 0 */
    const char *kind, *object, *place;
    /* Who called the function at PLACE, out to the program's own line: "put()
     * queue.c:129 < work() primes.c:91"; "" when that is PLACE itself, when it
     * is not known, and in a trace of format 4. */
    const char *calls;
};

struct trace_schedule_cost {
    uint64_t preemptions; /* a task that could have gone on lost its turn */
    uint64_t switches;    /* all changes of task, with those */
    uint64_t steps;       /* grants */
};

struct trace_explanation {
    /* The shortest run. It has a seed and parameters of its own, and so may
     * have other tasks than the trace. */
    uint64_t seed;
    const struct trace_param *params;
    size_t param_count;
    const struct trace_explained_task *tasks;
    size_t task_count;
    const struct schedule_segment *segments; /* exact: unit SCHEDULE_GRANTS */
    size_t segment_count;
    const struct trace_explained_op *ops; /* may be none */
    size_t op_count;
    const struct trace_explained_message *messages; /* by ticket */
    size_t message_count;
    struct trace_schedule_cost cost, cost_before; /* before: of the trace */

    /* PAIR[0] and then PAIR[1] fails, the other way round passes. */
    bool has_pair;
    bool dependent; /* they are about the same object */
    struct trace_critical_op pair[2];

    uint64_t runs, elapsed_ns; /* that it took */
    bool complete;             /* not cut short by its budget */
};

/* Put EXPLANATION into the trace PATH in place of an older one. The file is
 * replaced at once: on failure it is as before. Fails as trace_open() and
 * trace_save() do; with -MPS_EVERSION also for a trace of format 1. One of
 * format 3 or older takes neither messages nor what came of the ops. */
int trace_add_explanation(const char *path,
                          const struct trace_explanation *explanation,
                          struct mps_diag *diag);

/* The explanation in TRACE, which owns it, or NULL. */
const struct trace_explanation *trace_explanation(const struct trace *trace);

/* The schedule of EXPLANATION as a plan for a replay with its seed and
 * parameters; fails as trace_plan() does. */
int trace_minimal_plan(const struct trace_explanation *explanation,
                       struct schedule_plan *plan);

#endif
