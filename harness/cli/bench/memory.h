/* mpstress bench: what an access costs that mpstress sees. */
#ifndef MPS_CLI_BENCH_MEMORY_H
#define MPS_CLI_BENCH_MEMORY_H

#include "bench/slot.h"

/* Measure and print, for private and for shared memory: what an access costs
 * more than in the plain program, built by `mpstress cc` and under control,
 * beside the same program under -fsanitize=thread of the same compiler; and
 * outside mpstress. Says so when a program is not there. -EINTR when stopped.
 */
int bench_memory(const struct bench *bench, struct mps_diag *diag);

#endif
