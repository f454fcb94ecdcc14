/* mpstress bench: the limits that its own cost is measured beside. */
#ifndef MPS_CLI_BENCH_LIMIT_H
#define MPS_CLI_BENCH_LIMIT_H

#include <stddef.h>
#include <stdint.h>

/* The core of slot NUMBER, the same in all measurements; -1 where there is only
 * one. */
int bench_core(unsigned number);
/* Pin the calling thread to that of slot 0. */
void bench_pin(void);

/* The target `tree` itself forks COUNT trees of WORKERS in a row, pinned like a
 * slot. Returns the nanoseconds it took, 0 on failure. */
uint64_t bench_bare_trees(const char *program, unsigned workers,
                          unsigned count);

/* Of the quarter of the COUNT values that a busy neighbour disturbed least, the
 * highest; sorts them. */
double bench_quartile(double *values, size_t count);

#endif
