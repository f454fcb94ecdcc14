/* Which processor cores job slots are pinned to. */
#ifndef MPS_CAMPAIGN_CORES_H
#define MPS_CAMPAIGN_CORES_H

struct cores {
    unsigned count; /* of the machine */
    unsigned first; /* the caller's: others may be at work on core 0 */
};
void cores_look(struct cores *cores);

/* The core of slot NUMBER, from 0; -1 where there is only one. */
int cores_of_slot(const struct cores *cores, unsigned number);

#endif
