/* The harness's only clocks. Safe anywhere. */
#ifndef MPS_BASE_CLOCK_H
#define MPS_BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since an arbitrary start; never goes back. */
uint64_t clock_now_ns(void);
/* Nanoseconds since 1970, UTC. */
uint64_t clock_wall_ns(void);

/* For a limit on how long others may take, by somebody who looks at it several
 * times a second. More than a second since the last look counts as one: then
 * the machine was suspended, or too busy to let even that somebody run. Zeroed
 * at the start. */
struct clock_watch {
    uint64_t looked_ns, spent_ns;
};
/* What has counted since the first look; this one at NOW. */
uint64_t clock_watch_at(struct clock_watch *watch, uint64_t now_ns);
uint64_t clock_watch_look(struct clock_watch *watch);

#endif
