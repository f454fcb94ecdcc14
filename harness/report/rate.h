/* How often something fails, with what that is worth as evidence. Private to
 * report/; report_rate() puts it into words. */
#ifndef MPS_REPORT_RATE_H
#define MPS_REPORT_RATE_H

#include <stdint.h>

/* Shares of 1: the observed rate and its 95 % interval (Wilson's). */
struct rate {
    double value, low, high;
};

/* FAILURES of ITERATIONS (more than 0) failed. Without a failure, HIGH is the
 * rule of three, 3/N, at most 1. */
struct rate rate_of(uint64_t failures, uint64_t iterations);

#endif
