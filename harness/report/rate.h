/* How often something fails, with what that is worth as evidence. For report/
 * and store/; report_rate() puts it into words. */
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

/* How many iterations would show, with a confidence of 99 %, what was seen in
 * TIMES of ITERATIONS (both more than 0), even at the lowest rate that the
 * interval allows: one sight in one iteration does not mean that it always
 * comes. */
uint64_t rate_needed(uint64_t times, uint64_t iterations);

#endif
