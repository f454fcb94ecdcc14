/* Which processor cores job slots are pinned to, and tasks spread over. */
#ifndef MPS_CAMPAIGN_CORES_H
#define MPS_CAMPAIGN_CORES_H

#include <sched.h>

struct cores {
    cpu_set_t allowed; /* to this program, when it began: see taskset(1) */
    unsigned count;    /* of them, at least 1 */
    unsigned first;    /* the caller's among them: others may be at work on
                          core 0 */
};
/* A kernel that knows more than CPU_SETSIZE cores counts as one core. */
void cores_look(struct cores *cores);

/* The core of slot NUMBER, from 0; -1 where there is only one. */
int cores_of_slot(const struct cores *cores, unsigned number);

#endif
