/* Programs without a target, for the tests of this folder: tasks are little
 * scripts of ops, and the scheduler is driven as the runtime drives it, in one
 * process and without a system call.
 *
 * A failed allocation, a script out of its bounds and a run that never ends
 * abort. */
#ifndef MPS_SCHED_MODEL_TEST_H
#define MPS_SCHED_MODEL_TEST_H

#include <criterion/criterion.h>

#include "base/rng.h"
#include "sched/sched.h"
#include "sched/strategy.h"
#include "segment/write.h"

enum model_op {
    MODEL_END,        /* of the script; the task ends */
    MODEL_NOTHING,    /* a point that does nothing */
    MODEL_LOCK,       /* mutex A */
    MODEL_UNLOCK,     /* mutex A */
    MODEL_WAIT,       /* semaphore A; TIME_NS: gives up after, 0: never */
    MODEL_POST,       /* semaphore A */
    MODEL_POST_QUIET, /* semaphore A, and nobody bumps its version */
    MODEL_COND_WAIT,  /* condition A with mutex B; TIME_NS as above */
    MODEL_SIGNAL,     /* condition A */
    MODEL_BROADCAST,  /* condition A */
    MODEL_PUT,        /* into queue A, when there is room */
    MODEL_TAKE,       /* out of queue A, when there is something */
    MODEL_READ,       /* variable A into the task's register */
    MODEL_WRITE,      /* variable A: B */
    MODEL_WRITE_NEXT, /* variable A: the register + 1 */
    MODEL_SPIN,       /* yield until variable A is B */
    MODEL_POLL,       /* look at variable A until it is B, without a yield */
    MODEL_NAP,        /* sleep TIME_NS again and again until A is B */
    MODEL_YIELD,
    MODEL_SLEEP, /* TIME_NS */
    MODEL_ALARM, /* in TIME_NS: interrupts, counts in alarms_rung */
    MODEL_SPAWN, /* a child with script A */
    MODEL_JOIN,  /* all own children */
    MODEL_REPEAT /* from step A on, for ever */
};

struct model_step {
    enum model_op op;
    uint32_t a, b;
    uint64_t time_ns;
};

enum {
    MODEL_STEPS = 48,
    MODEL_SCRIPTS = 8,
    MODEL_TASKS = 64,
    MODEL_OBJECTS = 8, /* of each kind */
    MODEL_EVENTS = 1 << 17
};

/* The root runs script 0. */
struct model_program {
    struct model_step scripts[MODEL_SCRIPTS][MODEL_STEPS];
    uint32_t semaphores[MODEL_OBJECTS]; /* at the start */
    uint32_t rooms[MODEL_OBJECTS];      /* of queues */
};

struct model_task {
    uint32_t script, at;
    uint32_t phase; /* enum model_phase of model_test.c */
    uint32_t reg;
    uint32_t children; /* alive */
    bool dead, timed_out;
};

/* What TASK did at step AT of its script. */
struct model_event {
    uint32_t task, at;
    char what; /* '!': done, '?': tried in vain, 't': timed out,
                  's': signalled, 'x': ended */
};

struct model {
    struct segment *segment;
    const struct model_program *program;
    struct model_task tasks[MODEL_TASKS];
    uint32_t holder[MODEL_OBJECTS]; /* of mutexes: task + 1 */
    uint32_t semaphores[MODEL_OBJECTS], filled[MODEL_OBJECTS];
    uint32_t variables[MODEL_OBJECTS];
    uint32_t time_outs, alarms_rung;
    struct model_event *events;
    uint32_t event_count;
};

struct model *model_new(void);
void model_free(struct model *model);

/* Configure the next run; a second call replaces the first. Step limit 20000,
 * depth 3, 16 expected decisions, no plan. */
void model_configure(struct model *model, int strategy, uint64_t seed);

/* Run PROGRAM until it has ended or there is a verdict; returns the verdict.
 * SCHEDULE_OPEN: all tasks have ended. */
enum schedule_verdict model_run(struct model *model,
                                const struct model_program *program);
/* The same in one call. */
enum schedule_verdict model_try(struct model *model,
                                const struct model_program *program,
                                int strategy, uint64_t seed);

/* Object number of A among those that OP acts on; 0: none. */
uint32_t model_object(enum model_op op, uint32_t a);

/* Position of the first event WHAT of TASK at step AT, or UINT32_MAX. */
uint32_t model_when(const struct model *model, uint32_t task, uint32_t at,
                    char what);

/* Append a step to SCRIPT of PROGRAM. */
void model_add(struct model_program *program, uint32_t script,
               struct model_step step);

enum model_flavour {
    MODEL_ANYTHING, /* all ops, deadlocks included */
    MODEL_ORDERED   /* mutexes in one global order and nothing else that
                       waits: never a deadlock */
};
/* A random program of 2 to 5 tasks, by SEED. */
struct model_program model_random(uint64_t seed, enum model_flavour flavour);

/* -- The scheduler by hand, for tests of single rules ---------------------- */

/* Configured and begun, with COUNT tasks joined: the root and its children. */
void model_begin(struct model *model, uint32_t count);
/* TASK is at a point before an op of KIND on OBJECT. */
void model_point(struct model *model, uint32_t task, enum op_kind kind,
                 uint32_t object);

#endif
