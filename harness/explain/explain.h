/* Why a failure happens: the shortest schedule that still shows it
 * (minimise.h), the two ops whose order decides (pair.h), the fewest workers
 * and items (params.h); and, for a failure that ran freely, a schedule that
 * shows it at all (search.h). keep.h puts the answers into the trace.
 *
 * Pure over one callback that runs the program under control; nothing here
 * knows of slots, targets or scenarios, and all of it is tested on programs
 * made up for the purpose. One thread at a time. */
#ifndef MPS_EXPLAIN_EXPLAIN_H
#define MPS_EXPLAIN_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/control.h"
#include "trace/explanation.h"

struct arena;
struct outcome;

/* -- One run --------------------------------------------------------------- */

/* How a run is to go. */
struct explain_request {
    /* To be followed first (strategy replay); never NULL, may be empty. */
    const struct schedule_plan *plan;
    /* Row of sched_strategies[] for what comes after the plan. Other than
     * STRATEGY_SEQUENTIAL, which is what a replay does by itself, only in
     * requests of explain_search() and, with an empty plan, explain_pair(). */
    int tail;
    unsigned depth; /* of STRATEGY_PCT */
    uint64_t seed;  /* of the iteration: strategy, environment, program */
    bool ops;       /* the result has to have its ops */
};

enum explain_verdict {
    EXPLAIN_PASSED, /* no finding */
    EXPLAIN_SAME,   /* the finding in question: the same fingerprint */
    EXPLAIN_OTHER   /* others alone */
};

struct explain_op {
    uint32_t task;     /* number in plan.tasks */
    uint64_t nth;      /* among the completed ops of its task, from 0; of the
                          one that did not come back: how many did before */
    enum op_kind kind; /* what and on what: the object's name, or "" */
    const char *object;
    const char *place; /* "function() file:line" or "" */
    bool completed;
    uint64_t begin, end; /* as in struct trace_op */
    int64_t result;
    uint64_t argument;
};

/* How a run went. */
struct explain_result {
    enum explain_verdict verdict;
    struct schedule_plan plan; /* as it really was, in SCHEDULE_GRANTS */
    struct trace_schedule_cost cost;
    uint64_t seed; /* as in the request; set by explain */
    /* In the order in which they came back, those that waited at the end. */
    struct explain_op *ops;
    size_t op_count;
    bool ops_lost; /* the oldest are missing */
    /* With ops; what the target said of its queues, by ticket. */
    struct trace_explained_message *messages;
    size_t message_count;
    const char **names; /* of plan.tasks, "" for most; NULL without ops */
    struct arena *texts;
};

/* Run the program once as REQUEST says and fill the zeroed RESULT. 0, or a
 * negative code, which ends the explanation with that code. */
typedef int explain_try(void *context, const struct explain_request *request,
                        struct explain_result *result);

/* Everything in RESULT but the verdict, from OUTCOME, a run under control.
 * OPS: with ops, names and their texts. -ENOMEM, or -MPS_EFULL when the
 * schedule was longer than what is recorded: RESULT is empty then. */
int explain_take(struct explain_result *result, const struct outcome *outcome,
                 bool ops);

/* Free what is in RESULT and zero it. */
void explain_result_fini(struct explain_result *result);

/* Whether A is shorter than B: by preemptions, then switches, then steps. */
bool explain_is_shorter(const struct trace_schedule_cost *a,
                        const struct trace_schedule_cost *b);

/* -- What it works with ---------------------------------------------------- */

struct explain_subject {
    explain_try *run;
    void *context;
    uint64_t seed; /* of the failing iteration */
};

/* What may be spent. A function that comes to the end of it returns the best
 * it has. */
struct explain_budget {
    uint64_t runs;               /* left */
    uint64_t deadline_ns;        /* of clock_now_ns(); 0: none */
    bool (*stop)(void *context); /* interrupted by the user; may be NULL */
    void *context;
    uint64_t used; /* runs so far */
};

bool explain_is_over(const struct explain_budget *budget);

/* One run against BUDGET: -MPS_ETIMEOUT when that is used up. For the parts
 * of explain/ and for callbacks of explain_shrink_params(). */
int explain_run(const struct explain_subject *subject,
                struct explain_budget *budget,
                const struct explain_request *request,
                struct explain_result *result);

#endif
