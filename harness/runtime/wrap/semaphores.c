/* Semaphores, unnamed and named. */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "scope.h"
#include "sys.h"

/* sem_wait() and its kin under control: sem_trywait() in a loop. ETIMEDOUT
 * when UNTIL has passed, EINTR when a signal handler ran. */
static int wait_in_turns(struct scope *scope, sem_t *semaphore, long clock,
                         const struct timespec *until)
{
    for (;;) {
        int result = REAL(sem_trywait)(semaphore);
        if (!result || errno != EAGAIN)
            return result;
        bool more = scope_wait(scope, clock, until, true);
        if (scope->wait.cancelled)
            wait_cancel();
        if (more)
            continue;
        errno = scope->wait.late ? ETIMEDOUT : EINTR;
        return -1;
    }
}

#define SEM_WAITING(name, params, args, clock, until)                      \
    EXPORT int name params                                                 \
    {                                                                      \
        struct entry entry = ENTER();                                      \
        if (!entry.traced)                                                 \
            return REAL(name) args;                                        \
        struct scope scope =                                               \
            scope_begin(OP_KIND_SEM_WAIT, OBJECT_SEM, s, CALLER_SITE());   \
        scope_until(&scope, until);                                        \
        int result = control_on() ? wait_in_turns(&scope, s, clock, until) \
                                  : REAL(name) args;                       \
        int saved = errno;                                                 \
        scope_end(&scope, errno_result(result));                           \
        errno = saved;                                                     \
        leave(entry);                                                      \
        return result;                                                     \
    }

#define SEM_QUICK(name, kind)                                          \
    EXPORT int name(sem_t *s)                                          \
    {                                                                  \
        struct entry entry = ENTER();                                  \
        if (!entry.traced)                                             \
            return REAL(name)(s);                                      \
        struct scope scope =                                           \
            scope_begin(OP_KIND_##kind, OBJECT_SEM, s, CALLER_SITE()); \
        int result = REAL(name)(s);                                    \
        int saved = errno;                                             \
        scope_end(&scope, errno_result(result));                       \
        errno = saved;                                                 \
        leave(entry);                                                  \
        return result;                                                 \
    }

SEM_WAITING(sem_wait, (sem_t * s), (s), 0, NULL)
SEM_WAITING(sem_timedwait, (sem_t * s, const struct timespec *until),
            (s, until), CLOCK_REALTIME, until)
SEM_WAITING(sem_clockwait,
            (sem_t * s, clockid_t clock, const struct timespec *until),
            (s, clock, until), clock, until)
SEM_QUICK(sem_trywait, SEM_WAIT)
SEM_QUICK(sem_post, SEM_POST)
SEM_QUICK(sem_close, SEM_CLOSE)

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
    regions_map(semaphore, sizeof(*semaphore), (int)fd, 0, 0);
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
