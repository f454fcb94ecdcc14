/* The six steps, one a file in steps/. Private to diagnose/. */
#ifndef MPS_DIAGNOSE_STEPS_H
#define MPS_DIAGNOSE_STEPS_H

#include "lab.h"

/* A row of the table in diagnose.c. */
struct step {
    const char *key, *title;
    /* Make the experiment: fill what is to be said of it and the lab's facts.
     * A negative code ends the whole diagnosis. */
    int (*run)(struct lab *lab, struct diagnose_step *out);
};

int step_single(struct lab *lab, struct diagnose_step *out);
int step_loud(struct lab *lab, struct diagnose_step *out);
int step_shared(struct lab *lab, struct diagnose_step *out);
int step_queues(struct lab *lab, struct diagnose_step *out);
int step_stress(struct lab *lab, struct diagnose_step *out);
int step_simplify(struct lab *lab, struct diagnose_step *out);

/* The verdict: a word and a sentence. */
void step_say(struct diagnose_step *out, const char *verdict,
              const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A line of evidence, without its end. */
void step_show(struct diagnose_step *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
