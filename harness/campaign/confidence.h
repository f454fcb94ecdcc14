/* How many iterations without a failure prove how much. */
#ifndef MPS_CAMPAIGN_CONFIDENCE_H
#define MPS_CAMPAIGN_CONFIDENCE_H

#include <stdint.h>

/* The number of iterations that, all of them passed, show with CONFIDENCE that
 * an iteration fails with a chance of less than MAX_RATE; both are between 0
 * and 1. At that rate so many pass with a chance of 1 - CONFIDENCE at most:
 * (1 - MAX_RATE)^n <= 1 - CONFIDENCE. 0 when there are more than 10^15. */
uint64_t confidence_iterations(double confidence, double max_rate);

#endif
