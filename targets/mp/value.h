/* A shared number that many workers add to: with a lock, or lock-free.
 *
 * Both live in memory that all users share (memory.h) and are initialised once
 * before the workers start. struct mp_value is the one to take when in doubt:
 * tools that watch locks understand it, and a read sees every addition that
 * was finished before. struct mp_atomic is faster and orders nothing else.
 * mp_value is not for signal handlers, mp_atomic is. */
#ifndef MP_VALUE_H
#define MP_VALUE_H

#include <assert.h>
#include <stdatomic.h>
#include <stdint.h>

#include "lock.h"

struct mp_value {
    struct mp_lock lock;
    int64_t value;
};

/* Start at VALUE. 0 or -errno. */
int mp_value_init(struct mp_value *shared, int64_t value);
void mp_value_fini(struct mp_value *shared);
/* Add DELTA; returns the number as it is right after. */
int64_t mp_value_add(struct mp_value *shared, int64_t delta);
int64_t mp_value_get(struct mp_value *shared);

struct mp_atomic {
    _Atomic int64_t value;
};

static_assert(ATOMIC_LLONG_LOCK_FREE == 2,
              "a lock inside an atomic is not shared between processes");

void mp_atomic_init(struct mp_atomic *shared, int64_t value);
/* Add DELTA; returns the number as it is right after. */
int64_t mp_atomic_add(struct mp_atomic *shared, int64_t delta);
/* Exact once the workers have been waited for; before, some recent value. */
int64_t mp_atomic_get(const struct mp_atomic *shared);

#endif
