/* Condition variables and barriers, POSIX and C11. They have no try, so under
 * control they are modelled: the real object is never touched, and who is
 * woken is a choice of the iteration's environment stream. */
#include <string.h>

#include "edges/edges.h"
#include "memory/order.h"
#include "scope.h"

/* -- Condition variables
 * ------------------------------------------------------*/

/* Take the mutex again, as long as that takes. */
static int relock(pthread_mutex_t *mutex, uint32_t lock, uint64_t site)
{
    struct scope scope = {
        .object = lock, .site = site, .kind = OP_KIND_MUTEX_LOCK};
    struct segment_turn *turn = turn_own();
    turn->kind = OP_KIND_MUTEX_LOCK;
    turn->object = lock;
    int result;
    do {
        result = REAL(pthread_mutex_trylock)(mutex);
    } while (result == EBUSY && scope_wait(&scope, 0, NULL, false));
    if (!result || result == EOWNERDEAD)
        order_taken(lock, site, 0, true);
    edges_lock(lock, -result);
    return result;
}

/* Give the mutex up and wait, in one step for the others: no point lies in
 * between. Returns 0, ETIMEDOUT, or what went wrong with the mutex. */
static int wait_in_turns(const struct scope *scope, pthread_mutex_t *mutex,
                         uint32_t lock, long clock,
                         const struct timespec *until)
{
    struct segment *segment = runtime.segment;
    struct segment_turn *turn = turn_own();
    edges_unlock(lock);
    int result = REAL(pthread_mutex_unlock)(mutex);
    if (result)
        return result;
    sched_bump(segment, lock);
    order_given(lock);
    struct wait wait = {
        .object = scope->object,
        .deadline_ns = wait_deadline(clock, until),
        .flags = TURN_MODELLED,
    };
    /* POSIX allows a wait to end for no reason. */
    if (segment->schedule.spurious_chance &&
        sched_environment(segment, local.task, 65536) <
            segment->schedule.spurious_chance)
        wait.flags |= TURN_WOKEN;
    turn->wait_bits = ~0u;
    bool woken;
    do {
        wait_more(&wait, false);
        woken = turn->flags & TURN_WOKEN;
    } while (!woken && !wait.late && !wait.cancelled);
    result = relock(mutex, lock, scope->site);
    if (wait.cancelled)
        wait_cancel();
    return result ? result : woken ? 0 : ETIMEDOUT;
}

static int as_c11(int result)
{
    return !result               ? thrd_success
           : result == ETIMEDOUT ? thrd_timedout
                                 : thrd_error;
}
static int as_posix(int result)
{
    return result;
}

#define COND_WAIT(name, params, args, condition, mutex, clock, until, as,     \
                  outcome)                                                    \
    EXPORT int name params                                                    \
    {                                                                         \
        struct entry entry = ENTER();                                         \
        if (!entry.traced)                                                    \
            return REAL(name) args;                                           \
        uint64_t site = CALLER_SITE();                                        \
        struct scope scope =                                                  \
            scope_begin(OP_KIND_COND_WAIT, OBJECT_COND, condition, site);     \
        uint32_t lock = object_at(mutex, OBJECT_MUTEX, site);                 \
        scope_clear_holder(lock);                                             \
        int result = control_on()                                             \
                         ? as(wait_in_turns(&scope, (pthread_mutex_t *)mutex, \
                                            lock, clock, until))              \
                         : REAL(name) args;                                   \
        scope_set_holder(lock, site);                                         \
        scope_end(&scope, outcome);                                           \
        leave(entry);                                                         \
        return result;                                                        \
    }

#define TIME const struct timespec *until

/* glibc, sysdeps/nptl/internaltypes.h: the second lowest bit of __wrefs says
 * that the condition waits on CLOCK_MONOTONIC. */
static long clock_of(const pthread_cond_t *condition)
{
    return condition->__data.__wrefs & 2 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

COND_WAIT(pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t *m), (c, m),
          c, m, 0, NULL, as_posix, -result)
COND_WAIT(pthread_cond_timedwait,
          (pthread_cond_t * c, pthread_mutex_t *m, TIME), (c, m, until), c, m,
          clock_of(c), until, as_posix, -result)
COND_WAIT(pthread_cond_clockwait,
          (pthread_cond_t * c, pthread_mutex_t *m, clockid_t clock, TIME),
          (c, m, clock, until), c, m, clock, until, as_posix, -result)
COND_WAIT(cnd_wait, (cnd_t * c, mtx_t *m), (c, m), c, m, 0, NULL, as_c11,
          result == thrd_success ? 0 : -EINVAL)
COND_WAIT(cnd_timedwait, (cnd_t * c, mtx_t *m, TIME), (c, m, until), c, m,
          CLOCK_REALTIME, until, as_c11,
          result == thrd_success ? 0 : -ETIMEDOUT)

#define COND_WAKE(name, type, kind, count)                              \
    EXPORT int name(type *c)                                            \
    {                                                                   \
        struct entry entry = ENTER();                                   \
        if (!entry.traced)                                              \
            return REAL(name)(c);                                       \
        struct scope scope =                                            \
            scope_begin(OP_KIND_##kind, OBJECT_COND, c, CALLER_SITE()); \
        int result = 0; /* thrd_success, too */                         \
        if (control_on())                                               \
            wait_wake(scope.object, count, ~0u, scope.site);            \
        else                                                            \
            result = REAL(name)(c);                                     \
        scope_end(&scope, result ? -EINVAL : 0);                        \
        leave(entry);                                                   \
        return result;                                                  \
    }

COND_WAKE(pthread_cond_signal, pthread_cond_t, COND_SIGNAL, 1)
COND_WAKE(pthread_cond_broadcast, pthread_cond_t, COND_BROADCAST, UINT32_MAX)
COND_WAKE(cnd_signal, cnd_t, COND_SIGNAL, 1)
COND_WAKE(cnd_broadcast, cnd_t, COND_BROADCAST, UINT32_MAX)

/* -- Barriers
 * -----------------------------------------------------------------*/

/* glibc, nptl/pthreadP.h, struct pthread_barrier: in, current_round, count. */
static uint32_t threads_of(const pthread_barrier_t *barrier)
{
    uint32_t words[3];
    memcpy(words, barrier, sizeof(words));
    return words[2];
}

/* The last one to come lets all go and is told so. */
static int meet(const struct scope *scope, const pthread_barrier_t *barrier)
{
    struct segment *segment = runtime.segment;
    struct segment_object *object = &segment->objects[scope->object];
    if (!scope->object)
        return EINVAL;
    uint32_t round = edges_arrive(scope->object);
    if (++object->count >= threads_of(barrier)) {
        object->count = 0;
        edges_turn_over(scope->object);
        edges_leave(round);
        wait_wake(scope->object, UINT32_MAX, ~0u, scope->site);
        return PTHREAD_BARRIER_SERIAL_THREAD;
    }
    struct wait wait = {.object = scope->object, .flags = TURN_MODELLED};
    turn_own()->wait_bits = ~0u;
    do
        wait_more(&wait, false);
    while (!(turn_own()->flags & TURN_WOKEN));
    edges_leave(round);
    return 0;
}

EXPORT int pthread_barrier_wait(pthread_barrier_t *b)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(pthread_barrier_wait)(b);
    struct scope scope =
        scope_begin(OP_KIND_BARRIER_WAIT, OBJECT_BARRIER, b, CALLER_SITE());
    int result = control_on() ? meet(&scope, b) : REAL(pthread_barrier_wait)(b);
    scope_end(&scope, result == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : -result);
    leave(entry);
    return result;
}
