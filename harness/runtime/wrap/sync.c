/* Locks, conditions, semaphores, barriers: calls whose fast path never enters
 * the kernel. */
#include "wrap.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "sys.h"

struct scope {
    struct point point;
    uint32_t object;
    uint64_t site;
    enum op_kind kind;
};

static struct segment_object *object_get(uint32_t number)
{
    return number ? &runtime.segment->objects[number] : NULL;
}

/* Who holds a lock, for reports: not used to decide anything. */
static void set_holder(uint32_t number, uint64_t site)
{
    struct segment_object *object = object_get(number);
    if (!object)
        return;
    object->holder_site = site;
    __atomic_store_n(&object->holder, local.task + 1, __ATOMIC_RELEASE);
}

static void clear_holder(uint32_t number)
{
    struct segment_object *object = object_get(number);
    if (object && object->holder == local.task + 1)
        __atomic_store_n(&object->holder, 0, __ATOMIC_RELEASE);
}

static bool is_exclusive(enum op_kind kind)
{
    return kind == OP_KIND_MUTEX_LOCK || kind == OP_KIND_MUTEX_TRYLOCK ||
           kind == OP_KIND_SPIN_LOCK || kind == OP_KIND_RWLOCK_WRITE;
}

static struct scope begin(enum op_kind kind, enum object_kind object_kind,
                          volatile void *address, uint64_t site)
{
    struct scope scope = {.kind = kind, .site = site};
    scope.object = object_at(address, object_kind, site);
    scope.point = point_begin(kind, scope.object, 0, site, 0);
    if (op_kind_class(kind) == OP_RELEASE)
        clear_holder(scope.object);
    return scope;
}

static void end(const struct scope *scope, long result)
{
    if (is_exclusive(scope->kind) && (!result || result == -EOWNERDEAD))
        set_holder(scope->object, scope->site);
    point_end(scope->point, result);
}

/* One interposed function of a lock-like object: RESULT turns what the real
 * one returned into 0 or -errno. */
#define SYNC(name, params, args, kind, object, address, outcome)            \
    EXPORT int name params                                                  \
    {                                                                       \
        struct entry entry = ENTER();                                       \
        if (!entry.traced)                                                  \
            return REAL(name) args;                                         \
        struct scope scope =                                                \
            begin(OP_KIND_##kind, OBJECT_##object, address, CALLER_SITE()); \
        int result = REAL(name) args;                                       \
        end(&scope, outcome);                                               \
        leave(entry);                                                       \
        return result;                                                      \
    }

#define TIME const struct timespec *until

SYNC(pthread_mutex_lock, (pthread_mutex_t * m), (m), MUTEX_LOCK, MUTEX, m,
     -result)
SYNC(pthread_mutex_trylock, (pthread_mutex_t * m), (m), MUTEX_TRYLOCK, MUTEX, m,
     -result)
SYNC(pthread_mutex_timedlock, (pthread_mutex_t * m, TIME), (m, until),
     MUTEX_LOCK, MUTEX, m, -result)
SYNC(pthread_mutex_clocklock, (pthread_mutex_t * m, clockid_t clock, TIME),
     (m, clock, until), MUTEX_LOCK, MUTEX, m, -result)
SYNC(pthread_mutex_unlock, (pthread_mutex_t * m), (m), MUTEX_UNLOCK, MUTEX, m,
     -result)
SYNC(pthread_mutex_init,
     (pthread_mutex_t * m, const pthread_mutexattr_t *attributes),
     (m, attributes), MUTEX_INIT, MUTEX, m, -result)
SYNC(pthread_mutex_destroy, (pthread_mutex_t * m), (m), MUTEX_DESTROY, MUTEX, m,
     -result)

SYNC(pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l), RWLOCK_READ, RWLOCK, l,
     -result)
SYNC(pthread_rwlock_tryrdlock, (pthread_rwlock_t * l), (l), RWLOCK_READ, RWLOCK,
     l, -result)
SYNC(pthread_rwlock_timedrdlock, (pthread_rwlock_t * l, TIME), (l, until),
     RWLOCK_READ, RWLOCK, l, -result)
SYNC(pthread_rwlock_clockrdlock, (pthread_rwlock_t * l, clockid_t clock, TIME),
     (l, clock, until), RWLOCK_READ, RWLOCK, l, -result)
SYNC(pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l), RWLOCK_WRITE, RWLOCK,
     l, -result)
SYNC(pthread_rwlock_trywrlock, (pthread_rwlock_t * l), (l), RWLOCK_WRITE,
     RWLOCK, l, -result)
SYNC(pthread_rwlock_timedwrlock, (pthread_rwlock_t * l, TIME), (l, until),
     RWLOCK_WRITE, RWLOCK, l, -result)
SYNC(pthread_rwlock_clockwrlock, (pthread_rwlock_t * l, clockid_t clock, TIME),
     (l, clock, until), RWLOCK_WRITE, RWLOCK, l, -result)
SYNC(pthread_rwlock_unlock, (pthread_rwlock_t * l), (l), RWLOCK_UNLOCK, RWLOCK,
     l, -result)

SYNC(pthread_cond_signal, (pthread_cond_t * c), (c), COND_SIGNAL, COND, c,
     -result)
SYNC(pthread_cond_broadcast, (pthread_cond_t * c), (c), COND_BROADCAST, COND, c,
     -result)
SYNC(pthread_spin_lock, (pthread_spinlock_t * l), (l), SPIN_LOCK, SPIN, l,
     -result)
SYNC(pthread_spin_trylock, (pthread_spinlock_t * l), (l), SPIN_LOCK, SPIN, l,
     -result)
SYNC(pthread_spin_unlock, (pthread_spinlock_t * l), (l), SPIN_UNLOCK, SPIN, l,
     -result)
SYNC(pthread_barrier_wait, (pthread_barrier_t * b), (b), BARRIER_WAIT, BARRIER,
     b, result == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : -result)

SYNC(sem_wait, (sem_t * s), (s), SEM_WAIT, SEM, s, errno_result(result))
SYNC(sem_trywait, (sem_t * s), (s), SEM_WAIT, SEM, s, errno_result(result))
SYNC(sem_timedwait, (sem_t * s, TIME), (s, until), SEM_WAIT, SEM, s,
     errno_result(result))
SYNC(sem_clockwait, (sem_t * s, clockid_t clock, TIME), (s, clock, until),
     SEM_WAIT, SEM, s, errno_result(result))
SYNC(sem_post, (sem_t * s), (s), SEM_POST, SEM, s, errno_result(result))
SYNC(sem_close, (sem_t * s), (s), SEM_CLOSE, SEM, s, errno_result(result))

SYNC(mtx_lock, (mtx_t * m), (m), MUTEX_LOCK, MUTEX, m,
     result == thrd_success ? 0 : -EINVAL)
SYNC(mtx_trylock, (mtx_t * m), (m), MUTEX_TRYLOCK, MUTEX, m,
     result == thrd_success ? 0 : -EBUSY)
SYNC(mtx_timedlock, (mtx_t * m, TIME), (m, until), MUTEX_LOCK, MUTEX, m,
     result == thrd_success ? 0 : -ETIMEDOUT)
SYNC(mtx_unlock, (mtx_t * m), (m), MUTEX_UNLOCK, MUTEX, m,
     result == thrd_success ? 0 : -EINVAL)
SYNC(cnd_signal, (cnd_t * c), (c), COND_SIGNAL, COND, c,
     result == thrd_success ? 0 : -EINVAL)
SYNC(cnd_broadcast, (cnd_t * c), (c), COND_BROADCAST, COND, c,
     result == thrd_success ? 0 : -EINVAL)

/* Waiting on a condition gives the mutex up and takes it again. */
#define COND_WAIT(name, params, args, condition, mutex, outcome)    \
    EXPORT int name params                                          \
    {                                                               \
        struct entry entry = ENTER();                               \
        if (!entry.traced)                                          \
            return REAL(name) args;                                 \
        uint64_t site = CALLER_SITE();                              \
        struct scope scope =                                        \
            begin(OP_KIND_COND_WAIT, OBJECT_COND, condition, site); \
        uint32_t lock = object_at(mutex, OBJECT_MUTEX, site);       \
        clear_holder(lock);                                         \
        int result = REAL(name) args;                               \
        set_holder(lock, site);                                     \
        end(&scope, outcome);                                       \
        leave(entry);                                               \
        return result;                                              \
    }

COND_WAIT(pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t *m), (c, m),
          c, m, -result)
COND_WAIT(pthread_cond_timedwait,
          (pthread_cond_t * c, pthread_mutex_t *m, TIME), (c, m, until), c, m,
          -result)
COND_WAIT(pthread_cond_clockwait,
          (pthread_cond_t * c, pthread_mutex_t *m, clockid_t clock, TIME),
          (c, m, clock, until), c, m, -result)
COND_WAIT(cnd_wait, (cnd_t * c, mtx_t *m), (c, m), c, m,
          result == thrd_success ? 0 : -EINVAL)
COND_WAIT(cnd_timedwait, (cnd_t * c, mtx_t *m, TIME), (c, m, until), c, m,
          result == thrd_success ? 0 : -ETIMEDOUT)

/* -- Named semaphores -------------------------------------------------------*/

/* libc maps the semaphore by itself; the object is the file behind it. */
static void map_named(const char *name, const sem_t *semaphore)
{
    char path[300];
    char *at = text_put(path, path + sizeof(path), "/dev/shm/sem.");
    text_put(at, path + sizeof(path), name + (*name == '/'));
    long fd = SYS4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return;
    regions_map(semaphore, sizeof(*semaphore), (int)fd, 0);
    SYS1(SYS_close, fd);
}

EXPORT sem_t *sem_open(const char *name, int flags, ...)
{
    mode_t mode = 0;
    unsigned value = 0;
    if (flags & O_CREAT) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        value = va_arg(args, unsigned);
        va_end(args);
    }
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(sem_open)(name, flags, mode, value);
    uint64_t site = CALLER_SITE();
    struct point point = point_begin(OP_KIND_SEM_OPEN, 0, value, site, 0);
    sem_t *semaphore = REAL(sem_open)(name, flags, mode, value);
    long result = semaphore == SEM_FAILED ? -errno : 0;
    if (!result) {
        int saved = errno;
        map_named(name, semaphore);
        segment_op_set_object(runtime.segment, point.position,
                              object_at(semaphore, OBJECT_SEM, site));
        errno = saved;
    }
    point_end(point, result);
    leave(entry);
    return semaphore;
}

EXPORT int sem_unlink(const char *name)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(sem_unlink)(name);
    struct point point =
        point_begin(OP_KIND_SEM_UNLINK, 0, 0, CALLER_SITE(), 0);
    int result = REAL(sem_unlink)(name);
    point_end(point, errno_result(result));
    leave(entry);
    return result;
}
