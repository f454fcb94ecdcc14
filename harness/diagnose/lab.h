/* The experiments that the steps are made of: the program of a stored failure,
 * run again under chosen schedules. Private to diagnose/. */
#ifndef MPS_DIAGNOSE_LAB_H
#define MPS_DIAGNOSE_LAB_H

#include "campaign/explainer.h"
#include "campaign/rerun.h"
#include "diagnose.h"
#include "facts.h"
#include "trace/explanation.h"
#include "trace/timeline.h"

struct lab {
    const struct diagnose_options *options;
    const char *path;
    struct trace *trace;
    const struct trace_explanation *why; /* NULL: nothing shows it exactly */
    struct timeline timeline;            /* of the shortest run, if known */
    struct rerun *rerun;
    /* The schedule to replay: the shortest one, else the recorded one; with
     * the seed and the parameters that go with it. */
    struct schedule_plan plan;
    uint64_t seed;
    bool exact; /* there is one */
    struct explained explained;
    struct facts facts;
    struct diagnose *out;
    struct mps_diag *diag;
};

/* How the program is run. */
struct lab_way {
    int strategy;                     /* row of sched_strategies[] */
    const struct schedule_plan *plan; /* of STRATEGY_REPLAY; NULL: none, which
                                         is one task after the other */
    uint64_t seed;
    const uint64_t *whole; /* objects accessed as a whole: see control.h */
    uint32_t whole_count;
    bool races; /* look for races, even if the stored iteration did not */
    bool guard; /* see the accesses of a plain binary */
};

struct lab_result {
    bool same;   /* a finding of the stored failure */
    bool failed; /* something went wrong in this run: any finding but those
                    about what might go wrong in another (race, lock-order) */
};

/* Run it once. OUTCOME (valid until the next run) and FINDINGS (the caller's to
 * clear) may be NULL. Fails as rerun_once(). */
int lab_run(struct lab *lab, const struct lab_way *way,
            struct lab_result *result, struct outcome *outcome,
            struct finding_list *findings);

struct lab_count {
    unsigned runs, same, failed;
    bool first_failed; /* one task after the other */
};

/* Run it N times: one task after the other, then by the strategies that
 * explore, with seeds of their own: the same ones whenever this is called.
 * WAY gives the rest. */
int lab_count(struct lab *lab, const struct lab_way *way, unsigned n,
              struct lab_count *out);
/* Number ATTEMPT of those. */
void lab_choose(const struct lab *lab, unsigned attempt, struct lab_way *way);

/* The key of the object that segment_object_text() calls OBJECT; 0: there is
 * none. */
uint64_t lab_key(const struct segment *segment, const char *object);

/* The number of parameter NAME of the scenario, or -1. */
int lab_param(const struct lab *lab, const char *name);

/* Whether the iteration ended with a signal of the user, or no more is to be
 * tried. */
bool lab_stopped(const struct lab *lab);

#endif
