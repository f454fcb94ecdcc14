/* Control mode's last resort: a task that has the turn and does not come to
 * another point - dead, blocked in a call that is not modelled, or computing
 * without end - loses it, so that the others go on. */
#ifndef MPS_RUNNER_WATCHDOG_H
#define MPS_RUNNER_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "segment/memory.h"
#include "segment/segment.h"

/* Begin with zeros but for the first three, and proc = -1. */
struct watchdog {
    struct segment *segment;
    struct memory *memory; /* the clocks that are kept; NULL: none */
    pid_t server;          /* as the runner sees it */
    int proc;              /* of inspect_open(), -1: not yet */
    uint64_t grants;       /* when last looked */
    uint32_t holder;
    unsigned stuck;              /* looks in a row that found the same */
    uint64_t looked_ns;          /* last look */
    uint64_t since_ns, stuck_ns; /* since when, at most and at least, nothing
                                    goes on */
};

void watchdog_fini(struct watchdog *watchdog);

/* Look whether the turn goes round. */
void watchdog_look(struct watchdog *watchdog);
/* How long to wait until the next look. */
uint64_t watchdog_pause_ns(const struct watchdog *watchdog);

/* There is a verdict: somebody killed from outside waits for nothing. Take such
 * tasks out; when there were any, the verdict is withdrawn, the others go on,
 * and true is returned. */
bool watchdog_revise(struct watchdog *watchdog);

#endif
