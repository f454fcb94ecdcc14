/* What a failure and the experiments on it show, as facts that rules ask for
 * (rules.h). Read from the findings, the shortest run and the queue messages:
 * never from the name of a scenario. Private to diagnose/. */
#ifndef MPS_DIAGNOSE_FACTS_H
#define MPS_DIAGNOSE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/finding.h"
#include "segment/ops.h"

struct arena;
struct scenario;
struct timeline;
struct trace;

enum fact_role {
    ROLE_NONE,
    ROLE_LOOK, /* only looks whether there is something */
    ROLE_PUT,  /* puts something in */
    ROLE_GET   /* takes something out */
};

enum { FACT_FRAMES = 16 };

/* One of the two ops whose order decides. */
struct fact_op {
    const char *path, *task; /* "0.1", "0.1 (worker 1)" */
    const char *kind, *object, *place;
    enum op_class class;
    enum fact_role role; /* on the queue it belongs to */
    uint64_t nth;
    struct location frames[FACT_FRAMES]; /* the calls that lead to it */
    size_t frame_count;
};

/* A race that was seen: the accesses as its finding tells them. */
struct fact_race {
    const char *word;   /* the object: "word mapping 0:0+0x28", or NULL */
    const char *object; /* "job->totals->plain"; NULL: none was seen */
    const char *tasks[2], *does[2], *places[2];
    bool one_writes; /* one task writes all such words, others only read */
    bool locked;     /* one of them holds a lock meanwhile */
    bool guarded;    /* seen by page faults: an update in two steps */
};

struct facts {
    struct arena *texts;

    /* What was found. */
    unsigned kinds;   /* bit enum finding_kind */
    unsigned oracles; /* bit enum oracle: invariants that did not hold */

    const char *about; /* what the first finding is about: "out.log", or "" */
    bool torn, doubled, missing; /* of `lines` */

    /* Who waits for ever. */
    bool cycle;              /* for locks, in a circle */
    const char *locks;       /* "mutex A and mutex B" */
    const char *lost_signal; /* condition signalled when nobody waited */
    const char *undrained;   /* written to by who another waits for to end */
    bool starved;            /* at a queue: nothing comes any more */
    bool looked;             /* and had looked into it just before */

    /* In the shortest run. */
    bool pair, dependent; /* the two ops; they are about one object */
    bool told; /* there is no such pair, but these two tell it as well */
    struct fact_op ops[2];
    const char *queue; /* that the pair, or who waits, is about; or NULL */
    /* Its lock, when only the names of the calls say that there is one. */
    const char *unnamed_queue;
    bool undelivered; /* something was put into it and never taken out */
    /* A wait on this condition came back when what it waited for was not
     * there, or not any more, and it was not waited for again. */
    const char *woken;
    bool two_locks;    /* a task of the pair takes several locks in turn */
    const char *slept; /* where a task slept that the pair is about */

    /* Tasks. */
    const char *died; /* "0.0 (worker 0)", ended with an error; or NULL */
    const char *file; /* written to by several tasks; or NULL */

    /* The experiments. */
    bool one_possible;              /* one worker: the scenario allows it */
    bool one_sometimes, one_always; /* it fails with one */
    bool always;                    /* with all, in every schedule */

    const char
        *culprit; /* object that, accessed as a whole, ends it; or NULL */
    bool serial_known, serial_fails;
    bool gone; /* the recorded schedule does not show it any more */
    struct fact_race race;
};

/* Fill FACTS with what TRACE and TIMELINE, its shortest run, show; SCENARIO
 * says which invariants there are. -ENOMEM. Release with facts_fini(). */
int facts_read(struct facts *facts, const struct trace *trace,
               const struct timeline *timeline,
               const struct scenario *scenario);
/* Fill in what follows from the stacks of the two ops, when those are known. */
void facts_use_stacks(struct facts *facts);
/* The race that FINDINGS tell of, if any: the one whose memory has the best
 * name. TIMELINE, of that program, says who writes. -ENOMEM. */
int facts_use_races(struct facts *facts, const struct finding_list *findings,
                    const struct timeline *timeline);
/* The word that one of FINDINGS, a race on the memory called OBJECT, is about,
 * as segment_object_text() tells it; of the facts' memory; or NULL. */
const char *facts_raced_word(struct facts *facts,
                             const struct finding_list *findings,
                             const char *object);
void facts_fini(struct facts *facts);

/* The line of the program that OP is on: the innermost of its frames in the
 * folder that main() is in, which libraries are not; or NULL. */
const struct location *facts_own_frame(const struct fact_op *op);

#endif
