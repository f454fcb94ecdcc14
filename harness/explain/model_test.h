/* Programs made up for tests, run task by task under the real scheduler: no
 * target, no process, the same every time. */
#ifndef MPS_EXPLAIN_MODEL_TEST_H
#define MPS_EXPLAIN_MODEL_TEST_H

#include "explain.h"
#include "segment/segment.h"

enum step_kind {
    STEP_END,    /* of the script */
    STEP_FORK,   /* the task with script WHAT */
    STEP_JOIN,   /* wait for all children */
    STEP_LOCK,   /* mutex WHAT */
    STEP_UNLOCK, /* the same */
    STEP_READ,   /* memory WHAT into the register */
    STEP_WRITE,  /* register + AMOUNT into memory WHAT */
    STEP_ADD,    /* AMOUNT to memory WHAT, at once */
    STEP_SUM,    /* memory WHAT to the register */
    STEP_LOG,    /* the task's number to the log */
    STEP_EXPECT, /* the register is AMOUNT, or the run fails */
    STEP_NOISE   /* something nobody else cares about */
};

struct step {
    enum step_kind kind;
    unsigned what;
    int64_t amount;
};

enum { MODEL_SCRIPTS = 8, MODEL_STEPS = 64, MODEL_TASKS = 64, MODEL_LOG = 64 };

struct model {
    struct step scripts[MODEL_SCRIPTS][MODEL_STEPS]; /* 0: of the root */
    /* At the end of a run that was no deadlock; NULL: only deadlocks and
     * STEP_EXPECT count. */
    bool (*fails)(const struct model *model);

    /* The state of a run. */
    struct segment *segment;
    int64_t memory[8], registers[MODEL_TASKS];
    unsigned holder[8]; /* of a mutex: task + 1 */
    unsigned script[MODEL_TASKS], at[MODEL_TASKS], children[MODEL_TASKS];
    uint64_t op[MODEL_TASKS]; /* the one announced; 0: none yet */
    bool parked[MODEL_TASKS];
    uint32_t log[MODEL_LOG];
    size_t log_count;
    bool failed, deadlock;
    uint64_t runs;
    uint64_t break_after; /* runs: the callback fails from then on; 0: never */
};

/* A model with the root's script: fork SCRIPTS tasks, one of each script from
 * 1, and join them. Aborts without memory. */
struct model *model_new(unsigned scripts);
void model_free(struct model *model);
/* Append a step to the script. */
void model_add(struct model *model, unsigned script, enum step_kind kind,
               unsigned what, int64_t amount);

/* explain_try: MODEL is the context. */
int model_run(void *model, const struct explain_request *request,
              struct explain_result *result);

struct explain_subject model_subject(struct model *model);
/* Enough for anything. */
struct explain_budget model_budget(void);

/* A failing schedule of MODEL by STRATEGY with a seed from SEED on; aborts
 * when there is none among a thousand. Free with plan_fini(). */
void model_find(struct model *model, int strategy, uint64_t seed,
                struct schedule_plan *plan);

/* The known programs. */
struct model *model_lost_update(unsigned tasks, unsigned times);
struct model *model_abba(void);
struct model *model_log_record(void);
struct model *model_two_lock_sum(void);
struct model *model_watched_sum(void);

#endif
