/* What a plain binary does with shared memory: seen by page faults. Private to
 * diagnose/. */
#ifndef MPS_DIAGNOSE_GUARDED_H
#define MPS_DIAGNOSE_GUARDED_H

#include "lab.h"

/* Look for an update that another one gets into the middle of, and whether it
 * is the cause: the schedules that fail, once more with that word accessed as a
 * whole. Into the facts, and as evidence into OUT. Fails as lab_run(). */
int guarded_look(struct lab *lab, struct diagnose_step *out);

#endif
