/* A pool of workers with an ordered map: the same work on every index from 0
 * to COUNT-1, results in the order of the indices whoever did them.
 *
 * Workers take chunks of consecutive indices until none is left, so slow items
 * do not hold up the others. They are started by the map and gone when it
 * returns; as processes they have the caller's memory as it was then, and give
 * back nothing but results. Not for signal handlers. */
#ifndef MP_POOL_H
#define MP_POOL_H

#include <stddef.h>

#include "team.h"

/* Compute item INDEX into RESULT (RESULT_SIZE bytes, zero at first, private to
 * this item). A result other than 0 ends the worker at once, as if it had
 * crashed here; so does whatever else ends a process. */
typedef int mp_work(void *context, size_t index, void *result);

struct mp_pool {
    enum mp_backend backend;
    unsigned workers;  /* 1 .. MP_TEAM_MAX */
    size_t chunk;      /* items taken at once; 0 counts as 1 */
    unsigned attempts; /* 0: what a worker had taken when it died is missing.
                          N: its other items are done by someone else, and the
                          one it died over is given up after N deaths */
    const char *name;  /* of the workers; NULL: "worker" */
};

struct mp_pool_report {
    unsigned deaths; /* workers that died */
    size_t missing;  /* items without a result */
};

/* Run WORK(CONTEXT, i, RESULTS + i * RESULT_SIZE) for every i below COUNT.
 * RESULTS is the caller's and has room for all; the result of a missing item
 * is all zero. REPORT (may be NULL) says whether any is missing: a map that
 * lost items is not a failure by itself.
 *
 * 0, or -ENOMEM, -EAGAIN, -EINVAL, -EOVERFLOW, and -ECHILD when workers died
 * that had not taken an item; RESULTS is unchanged then. */
int mp_pool_map(const struct mp_pool *pool, mp_work *work, void *context,
                size_t count, size_t result_size, void *results,
                struct mp_pool_report *report);

#endif
