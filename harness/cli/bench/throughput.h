/* Job slots that run the bundled target `tree` as fast as they can. */
#ifndef MPS_CLI_BENCH_THROUGHPUT_H
#define MPS_CLI_BENCH_THROUGHPUT_H

#include "places.h"
#include "runner/slot.h"

struct throughput {
    const struct places *places; /* set these three before opening */
    enum isolation isolation;
    const bool *stop;

    struct scenario *scenario;
    struct symbols *symbols;
    char *program;
    unsigned slots;
    struct runner_thread *threads; /* one a slot */
    uint64_t batch; /* counts batches, so that iterations differ */
};

/* Open SLOTS slots on cores of their own, for WORKERS workers. */
int throughput_open(struct throughput *bench, unsigned workers, unsigned slots,
                    struct mps_diag *diag);

/* Run COUNT iterations in each slot. *SPENT_NS is what the slowest slot took
 * for its own, measured there. */
int throughput_batch(struct throughput *bench, unsigned count,
                     uint64_t *spent_ns, struct mps_diag *diag);

void throughput_close(struct throughput *bench);

#endif
