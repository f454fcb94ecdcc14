/* Mutexes, read-write locks, spinlocks: calls whose fast path never enters the
 * kernel. Under control the try variant of the same call, in a loop. */
#include <limits.h>
#include <sys/syscall.h>

#include "control/mishap.h"
#include "scope.h"

#define TIME const struct timespec *until

/* One interposed function that cannot wait: RESULT turns what the real one
 * returned into 0 or -errno. */
#define QUICK(name, params, args, kind, object, address, outcome)         \
    EXPORT int name params                                                \
    {                                                                     \
        struct entry entry = ENTER();                                     \
        if (!entry.traced)                                                \
            return REAL(name) args;                                       \
        struct scope scope = scope_begin(OP_KIND_##kind, OBJECT_##object, \
                                         address, CALLER_SITE());         \
        int result = REAL(name) args;                                     \
        scope_end(&scope, outcome);                                       \
        leave(entry);                                                     \
        return result;                                                    \
    }

/* And one that can: TRY is the call without waiting, BUSY its answer when it
 * would have to wait, LATE what is returned when UNTIL on CLOCK has passed. */
#define WAITING(name, params, args, kind, object, address, try, busy, late, \
                clock, until, outcome)                                      \
    EXPORT int name params                                                  \
    {                                                                       \
        struct entry entry = ENTER();                                       \
        if (!entry.traced)                                                  \
            return REAL(name) args;                                         \
        struct scope scope = scope_begin(OP_KIND_##kind, OBJECT_##object,   \
                                         address, CALLER_SITE());           \
        scope_until(&scope, until);                                         \
        int result;                                                         \
        if (control_on()) {                                                 \
            do {                                                            \
                result = (try);                                             \
            } while (result == (busy) &&                                    \
                     scope_wait(&scope, clock, until, false));              \
            if (result == (busy))                                           \
                result = (late);                                            \
        } else {                                                            \
            result = REAL(name) args;                                       \
        }                                                                   \
        scope_end(&scope, outcome);                                         \
        leave(entry);                                                       \
        return result;                                                      \
    }

/* -- Mutexes ----------------------------------------------------------------*/

/* glibc, nptl/pthreadP.h: the low bits of the kind are the type; a destroyed
 * mutex has the kind -1. */
static int type_of(const pthread_mutex_t *mutex)
{
    return mutex->__data.__kind & 3;
}

enum { ROBUST = 16, INHERITING = 32, NOT_RECOVERABLE = INT_MAX - 1 };

static bool is_destroyed(const pthread_mutex_t *mutex)
{
    return mutex->__data.__kind == -1;
}

static int own_tid(void)
{
    return runtime.segment->tasks[local.task].tid;
}

static const struct segment_object *known(uint32_t object)
{
    return &runtime.segment->objects[object <= SEGMENT_OBJECTS ? object : 0];
}

/* trylock() says EBUSY also for what lock() refuses at once. */
static int try_mutex(pthread_mutex_t *mutex)
{
    /* glibc's trylock() of a mutex that nobody can recover leaves it locked;
     * lock() says so at once. */
    if ((mutex->__data.__kind & ROBUST) &&
        mutex->__data.__owner == NOT_RECOVERABLE)
        return REAL(pthread_mutex_lock)(mutex);
    int result = REAL(pthread_mutex_trylock)(mutex);
    if (result == EBUSY && type_of(mutex) == PTHREAD_MUTEX_ERRORCHECK_NP &&
        mutex->__data.__owner == own_tid())
        return EDEADLK;
    return result;
}

static void look_before_use(const struct scope *scope,
                            const pthread_mutex_t *mutex)
{
    if (control_on() && is_destroyed(mutex) && known(scope->object)->destroyed)
        mishap_note(MISHAP_USE_DESTROYED, scope->object, scope->site,
                    known(scope->object)->destroyed,
                    known(scope->object)->destroyed_site);
}

/* A thread of this process that lives and has this id. */
static bool lives_here(int tid)
{
    const struct segment *segment = runtime.segment;
    int task = segment_task_find(segment, segment->tasks[local.task].pid, tid);
    return task >= 0 && segment->tasks[task].turn.state != TURN_DEAD;
}

/* Whether unlocking is a mistake that the mutex itself will not report. A
 * child may well unlock what its parent locked for it before fork. */
static void look_before_unlock(const struct scope *scope,
                               const pthread_mutex_t *mutex, uint32_t holder,
                               uint64_t holder_site)
{
    int type = type_of(mutex);
    if (!control_on() || mutex->__data.__kind & (ROBUST | INHERITING) ||
        (type != PTHREAD_MUTEX_TIMED_NP && type != PTHREAD_MUTEX_ADAPTIVE_NP))
        return;
    look_before_use(scope, mutex);
    if (is_destroyed(mutex))
        return;
    if (!mutex->__data.__lock)
        mishap_note(MISHAP_UNLOCK_FREE, scope->object, scope->site, 0, 0);
    else if (holder && holder != local.task + 1 && mutex->__data.__owner &&
             mutex->__data.__owner != own_tid() &&
             (!objects_is_private(mutex) || lives_here(mutex->__data.__owner)))
        mishap_note(MISHAP_UNLOCK_OTHERS, scope->object, scope->site, holder,
                    holder_site);
}

static int unlock_mutex(struct scope *scope, pthread_mutex_t *mutex,
                        uint32_t holder, uint64_t holder_site)
{
    look_before_unlock(scope, mutex, holder, holder_site);
    bool again = type_of(mutex) == PTHREAD_MUTEX_RECURSIVE_NP &&
                 mutex->__data.__count > 1;
    int result = REAL(pthread_mutex_unlock)(mutex);
    /* Still held: the begin of the scope was too quick. */
    if ((again || result) && holder == local.task + 1)
        scope_set_holder(scope->object, holder_site);
    return result;
}

#define UNLOCK(name, type, m, outcome, translate)                            \
    EXPORT int name(type *m)                                                 \
    {                                                                        \
        struct entry entry = ENTER();                                        \
        if (!entry.traced)                                                   \
            return REAL(name)(m);                                            \
        uint64_t site = CALLER_SITE();                                       \
        uint32_t object = object_at(m, OBJECT_MUTEX, site);                  \
        uint32_t holder = known(object)->holder;                             \
        uint64_t holder_site = known(object)->holder_site;                   \
        struct scope scope =                                                 \
            scope_begin(OP_KIND_MUTEX_UNLOCK, OBJECT_MUTEX, m, site);        \
        int result =                                                         \
            unlock_mutex(&scope, (pthread_mutex_t *)m, holder, holder_site); \
        scope_end(&scope, -result);                                          \
        leave(entry);                                                        \
        return translate;                                                    \
    }

WAITING(pthread_mutex_lock, (pthread_mutex_t * m), (m), MUTEX_LOCK, MUTEX, m,
        (look_before_use(&scope, m), try_mutex(m)), EBUSY, EBUSY, 0, NULL,
        -result)
WAITING(pthread_mutex_timedlock, (pthread_mutex_t * m, TIME), (m, until),
        MUTEX_LOCK, MUTEX, m, try_mutex(m), EBUSY, ETIMEDOUT, CLOCK_REALTIME,
        until, -result)
WAITING(pthread_mutex_clocklock, (pthread_mutex_t * m, clockid_t clock, TIME),
        (m, clock, until), MUTEX_LOCK, MUTEX, m, try_mutex(m), EBUSY, ETIMEDOUT,
        clock, until, -result)
QUICK(pthread_mutex_trylock, (pthread_mutex_t * m), (m), MUTEX_TRYLOCK, MUTEX,
      m, -result)
UNLOCK(pthread_mutex_unlock, pthread_mutex_t, m, -result, result)

EXPORT int pthread_mutex_init(pthread_mutex_t *m,
                              const pthread_mutexattr_t *attributes)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(pthread_mutex_init)(m, attributes);
    struct scope scope =
        scope_begin(OP_KIND_MUTEX_INIT, OBJECT_MUTEX, m, CALLER_SITE());
    struct segment_object *object = &runtime.segment->objects[scope.object];
    uint32_t holder = object->holder;
    if (control_on() && scope.object && holder && holder <= SEGMENT_TASKS &&
        m->__data.__lock && m->__data.__owner &&
        runtime.segment->tasks[holder - 1].turn.state != TURN_DEAD &&
        runtime.segment->tasks[holder - 1].tid == m->__data.__owner)
        mishap_note(MISHAP_INIT_HELD, scope.object, scope.site, holder,
                    object->holder_site);
    int result = REAL(pthread_mutex_init)(m, attributes);
    if (!result && scope.object)
        object->holder = object->destroyed = 0;
    scope_end(&scope, -result);
    leave(entry);
    return result;
}

EXPORT int pthread_mutex_destroy(pthread_mutex_t *m)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(pthread_mutex_destroy)(m);
    struct scope scope =
        scope_begin(OP_KIND_MUTEX_DESTROY, OBJECT_MUTEX, m, CALLER_SITE());
    struct segment_object *object = &runtime.segment->objects[scope.object];
    if (control_on() && scope.object && object->holder &&
        object->holder <= SEGMENT_TASKS && m->__data.__lock &&
        runtime.segment->tasks[object->holder - 1].tid == m->__data.__owner)
        mishap_note(MISHAP_DESTROY_HELD, scope.object, scope.site,
                    object->holder, object->holder_site);
    int result = REAL(pthread_mutex_destroy)(m);
    if (!result && scope.object) {
        object->destroyed = local.task + 1;
        object->destroyed_site = scope.site;
    }
    scope_end(&scope, -result);
    leave(entry);
    return result;
}

/* C11 (threads.h): glibc's mtx_t is a pthread_mutex_t. */
static int as_c11(int result)
{
    switch (result) {
    case 0:
        return thrd_success;
    case EBUSY:
        return thrd_busy;
    case ETIMEDOUT:
        return thrd_timedout;
    default:
        return thrd_error;
    }
}

#define C11                (pthread_mutex_t *)m
#define C11_OUTCOME(error) result == thrd_success ? 0 : -(error)
WAITING(mtx_lock, (mtx_t * m), (m), MUTEX_LOCK, MUTEX, m,
        as_c11(try_mutex(C11)), thrd_busy, thrd_busy, 0, NULL,
        C11_OUTCOME(EINVAL))
WAITING(mtx_timedlock, (mtx_t * m, TIME), (m, until), MUTEX_LOCK, MUTEX, m,
        as_c11(try_mutex(C11)), thrd_busy, thrd_timedout, CLOCK_REALTIME, until,
        C11_OUTCOME(ETIMEDOUT))
QUICK(mtx_trylock, (mtx_t * m), (m), MUTEX_TRYLOCK, MUTEX, m,
      C11_OUTCOME(EBUSY))
UNLOCK(mtx_unlock, mtx_t, m, -result, as_c11(result))

/* -- Read-write locks
 * ---------------------------------------------------------*/

/* lock() refuses at once when the caller has the lock for writing. */
static int try_write(pthread_rwlock_t *lock)
{
    int result = REAL(pthread_rwlock_trywrlock)(lock);
    return result == EBUSY && lock->__data.__cur_writer == own_tid() ? EDEADLK
                                                                     : result;
}

static int try_read(pthread_rwlock_t *lock)
{
    int result = REAL(pthread_rwlock_tryrdlock)(lock);
    return result == EBUSY && lock->__data.__cur_writer == own_tid() ? EDEADLK
                                                                     : result;
}

WAITING(pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l), RWLOCK_READ, RWLOCK,
        l, try_read(l), EBUSY, EBUSY, 0, NULL, -result)
WAITING(pthread_rwlock_timedrdlock, (pthread_rwlock_t * l, TIME), (l, until),
        RWLOCK_READ, RWLOCK, l, try_read(l), EBUSY, ETIMEDOUT, CLOCK_REALTIME,
        until, -result)
WAITING(pthread_rwlock_clockrdlock,
        (pthread_rwlock_t * l, clockid_t clock, TIME), (l, clock, until),
        RWLOCK_READ, RWLOCK, l, try_read(l), EBUSY, ETIMEDOUT, clock, until,
        -result)
WAITING(pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l), RWLOCK_WRITE,
        RWLOCK, l, try_write(l), EBUSY, EBUSY, 0, NULL, -result)
WAITING(pthread_rwlock_timedwrlock, (pthread_rwlock_t * l, TIME), (l, until),
        RWLOCK_WRITE, RWLOCK, l, try_write(l), EBUSY, ETIMEDOUT, CLOCK_REALTIME,
        until, -result)
WAITING(pthread_rwlock_clockwrlock,
        (pthread_rwlock_t * l, clockid_t clock, TIME), (l, clock, until),
        RWLOCK_WRITE, RWLOCK, l, try_write(l), EBUSY, ETIMEDOUT, clock, until,
        -result)
QUICK(pthread_rwlock_tryrdlock, (pthread_rwlock_t * l), (l), RWLOCK_READ,
      RWLOCK, l, -result)
QUICK(pthread_rwlock_trywrlock, (pthread_rwlock_t * l), (l), RWLOCK_WRITE,
      RWLOCK, l, -result)
QUICK(pthread_rwlock_unlock, (pthread_rwlock_t * l), (l), RWLOCK_UNLOCK, RWLOCK,
      l, -result)

/* -- Spinlocks
 * ----------------------------------------------------------------*/

WAITING(pthread_spin_lock, (pthread_spinlock_t * l), (l), SPIN_LOCK, SPIN, l,
        REAL(pthread_spin_trylock)(l), EBUSY, EBUSY, 0, NULL, -result)
QUICK(pthread_spin_trylock, (pthread_spinlock_t * l), (l), SPIN_LOCK, SPIN, l,
      -result)
QUICK(pthread_spin_unlock, (pthread_spinlock_t * l), (l), SPIN_UNLOCK, SPIN, l,
      -result)
