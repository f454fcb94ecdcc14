#include "value.h"

int mp_value_init(struct mp_value *shared, int64_t value)
{
    shared->value = value;
    return mp_lock_init(&shared->lock);
}

void mp_value_fini(struct mp_value *shared)
{
    mp_lock_fini(&shared->lock);
}

int64_t mp_value_add(struct mp_value *shared, int64_t delta)
{
    /* One word changes at once: a dead holder leaves nothing to repair. */
    mp_lock_take(&shared->lock);
    int64_t now = shared->value += delta;
    mp_lock_give(&shared->lock);
    return now;
}

int64_t mp_value_get(struct mp_value *shared)
{
    return mp_value_add(shared, 0);
}

void mp_atomic_init(struct mp_atomic *shared, int64_t value)
{
    atomic_init(&shared->value, value);
}

int64_t mp_atomic_add(struct mp_atomic *shared, int64_t delta)
{
    /* Relaxed: pairs with nothing. The sum needs no order, and whoever reads
     * the final one has waited for the workers, which orders everything. */
    return atomic_fetch_add_explicit(&shared->value, delta,
                                     memory_order_relaxed) +
           delta;
}

int64_t mp_atomic_get(const struct mp_atomic *shared)
{
    /* Relaxed: see mp_atomic_add(). */
    return atomic_load_explicit(&shared->value, memory_order_relaxed);
}
