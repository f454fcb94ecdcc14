/* The pair of ops whose order decides whether the failure happens. */
#ifndef MPS_EXPLAIN_PAIR_H
#define MPS_EXPLAIN_PAIR_H

#include "explain.h"

struct explain_pair_op {
    char path[TASK_PATH_BYTES];    /* of its task */
    char name[SEGMENT_NAME_BYTES]; /* of the task, or "" */
    uint64_t nth;                  /* among the completed ops of the task */
    enum op_kind kind;
    const char *object, *place; /* or "" */
    const char *calls; /* as in struct trace_critical_op: "" until the caller,
                          who can look at the program, says more */
};

struct explain_pair {
    /* In the order that fails; the other way round, all else being equal, it
     * does not. */
    struct explain_pair_op ops[2];
    /* They are about the same object, and not both reading. Otherwise the
     * swap changed what the tasks do: the ops are the nearest to the cause. */
    bool dependent;
    uint64_t swaps; /* adjacent ones, between a passing and the failing run */
    uint64_t runs;
    struct arena *texts;
};

/* Find the pair for FAILING, the shortest failing run of SUBJECT, with its ops
 * (struct explain_minimal has it).
 *
 * The ops of a passing run (FAILING without one of its
 * interruptions, else the sequential run, else random ones) are put
 * into the order of FAILING by swaps of neighbours; one of those swaps turns a
 * pass into the failure, and bisection finds such a one. Release with
 * explain_pair_fini().
 *
 * -MPS_ENOMATCH when there is none (no run passes, or the order of the ops does
 * not decide), -MPS_EFULL when the run has more ops than are kept,
 * -MPS_ETIMEOUT, -ENOMEM, or what the callback returned: OUT is empty then. */
int explain_pair(const struct explain_subject *subject,
                 struct explain_budget *budget,
                 const struct explain_result *failing,
                 struct explain_pair *out);
void explain_pair_fini(struct explain_pair *pair);

#endif
