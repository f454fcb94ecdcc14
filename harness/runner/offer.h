/* What the runner tells the runtime of the target's debug information. */
#ifndef MPS_RUNNER_OFFER_H
#define MPS_RUNNER_OFFER_H

struct segment;
struct symbols;

/* Put down in SEGMENT where the global variables are that hold pointers, of all
 * modules that the target has loaded since the last call. While no task
 * lives. */
void offer_pointers(struct segment *segment, struct symbols *symbols);

#endif
