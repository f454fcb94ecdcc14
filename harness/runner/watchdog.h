/* Control mode's last resort: a task that has the turn and does not come to
 * another point - dead, blocked in a call that is not modelled, or computing
 * without end - loses it, so that the others go on. */
#ifndef MPS_RUNNER_WATCHDOG_H
#define MPS_RUNNER_WATCHDOG_H

#include <stdint.h>
#include <sys/types.h>

#include "segment/segment.h"

enum { WATCHDOG_MS = 10 }; /* between two looks */

/* Begin with zeros but for the first two, and proc = -1. */
struct watchdog {
    struct segment *segment;
    pid_t server;    /* as the runner sees it */
    int proc;        /* of inspect_open(), -1: not yet */
    uint64_t grants; /* when last looked */
    uint32_t holder;
    unsigned stuck;               /* looks in a row that found the same */
    uint64_t looked_ns, since_ns; /* last look; since when nothing goes on */
};

void watchdog_fini(struct watchdog *watchdog);

/* Look whether the turn goes round; call every WATCHDOG_MS. */
void watchdog_look(struct watchdog *watchdog);

#endif
