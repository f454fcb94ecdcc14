/* An iteration whose segment the harnesses scribble over: three tasks, a few
 * ops, objects and observations, and a scenario that demands everything that
 * an oracle can look for in a segment. */
#ifndef MPS_FUZZ_SCENE_H
#define MPS_FUZZ_SCENE_H

#include "base/diag.h"
#include "check/check.h"

enum { SCENE_INVARIANTS = 10, SCENE_ITERATION = 7 };

struct scene {
    struct segment *segment;
    struct memory *memory; /* with one race in it */
    /* What was in them at the start. */
    struct segment *segment_before;
    struct memory *memory_before;
    struct scenario scenario;
    struct invariant invariants[SCENE_INVARIANTS];
    struct parameter parameter;
    struct expr *workers; /* an expression: its value */
    const char *value;
    struct choice choice;
    struct task_snapshot snapshots[2];
    struct outcome outcome;
    struct reference *reference; /* of the segment as it was */
};

/* Make one that lives as long as the process. */
struct scene *scene_new(void);

/* Let the flags of the outcome be what BITS says. */
void scene_choose(struct scene *scene, unsigned bits);

/* Judge the iteration, and take from it whatever the runner takes. FINDINGS
 * becomes what was found; release it with finding_list_clear(). */
void scene_judge(struct scene *scene, struct finding_list *findings);

#endif
