/* Locks that are made or have had their day, at the address of earlier ones:
 * the lock-order graph must not take them for the same. Mutexes: locks.c. No
 * ops. */
#include "control/turn.h"
#include "memory/order.h"
#include "wrap.h"

#define FRESH(name, params, args, kind, address, done)                    \
    EXPORT int name params                                                \
    {                                                                     \
        struct entry entry = ENTER();                                     \
        int result = REAL(name) args;                                     \
        if (!entry.traced)                                                \
            return result;                                                \
        if (result == (done) && order_is_kept())                          \
            order_anew(object_at(address, OBJECT_##kind, CALLER_SITE())); \
        leave(entry);                                                     \
        return result;                                                    \
    }

FRESH(pthread_rwlock_init,
      (pthread_rwlock_t * l, const pthread_rwlockattr_t *attributes),
      (l, attributes), RWLOCK, l, 0)
FRESH(pthread_rwlock_destroy, (pthread_rwlock_t * l), (l), RWLOCK, l, 0)
FRESH(pthread_spin_init, (pthread_spinlock_t * l, int shared), (l, shared),
      SPIN, l, 0)
FRESH(pthread_spin_destroy, (pthread_spinlock_t * l), (l), SPIN, l, 0)
FRESH(sem_init, (sem_t * s, int shared, unsigned value), (s, shared, value),
      SEM, s, 0)
FRESH(sem_destroy, (sem_t * s), (s), SEM, s, 0)
FRESH(mtx_init, (mtx_t * m, int type), (m, type), MUTEX, m, thrd_success)

EXPORT void mtx_destroy(mtx_t *m)
{
    struct entry entry = ENTER();
    REAL(mtx_destroy)(m);
    if (entry.traced && order_is_kept())
        order_anew(object_at(m, OBJECT_MUTEX, CALLER_SITE()));
    leave(entry);
}
