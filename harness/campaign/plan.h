/* What iteration i of a scenario is: its seed, and how it is disturbed. A
 * function of (base seed, scenario, i) alone, so that any iteration can be
 * run by itself. */
#ifndef MPS_CAMPAIGN_PLAN_H
#define MPS_CAMPAIGN_PLAN_H

#include <stdint.h>

#include "cores.h"
#include "runner/slot.h"

uint64_t plan_seed(uint64_t base_seed, const char *scenario,
                   uint64_t iteration);

/* Delays and affinity for the iteration with seed SEED; LOW .. HIGH is the
 * range of sleeps. OUT borrows CORES. */
void plan_disturbance(uint64_t seed, uint64_t low_ns, uint64_t high_ns,
                      const struct cores *cores, struct disturbance *out);

/* What an iteration with these chances was delayed by: "sleeps, many". */
const char *plan_profile_name(uint32_t sleep_chance, uint32_t yield_chance);

struct campaign_options;
struct scenario;
/* How many iterations of SCENARIO this shard is to run; 0: until a limit. */
uint64_t plan_iterations(const struct campaign_options *options,
                         const struct scenario *scenario);

#endif
