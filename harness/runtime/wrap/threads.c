/* Threads, POSIX and C11: every one is a task. */
#include "wrap.h"

#include <sys/syscall.h>

#include "sys.h"
#include "tasks.h"

/* How each new thread of this process starts; by task number, so that nothing
 * has to be allocated or freed. */
static struct start {
    union {
        void *(*posix)(void *);
        thrd_start_t c11;
    } run;
    void *argument;
} starts[SEGMENT_TASKS];

static pthread_key_t end_key;
static pthread_once_t end_once = PTHREAD_ONCE_INIT;

/* Runs however the thread ends: return, pthread_exit, cancellation. */
static void thread_ends(void *unused)
{
    (void)unused;
    if (runtime.active && local.attached)
        segment_task_end(runtime.segment, local.task);
}

static void make_end_key(void)
{
    pthread_key_create(&end_key, thread_ends);
}

static void begin_thread(uint32_t task)
{
    pthread_setspecific(end_key, &starts[task]);
    tasks_become(task);
    point_start();
}

static void *run_posix(void *argument)
{
    const struct start *start = argument;
    begin_thread((uint32_t)(start - starts));
    return start->run.posix(start->argument);
}

static int run_c11(void *argument)
{
    const struct start *start = argument;
    begin_thread((uint32_t)(start - starts));
    return start->run.c11(start->argument);
}

EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *argument)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(pthread_create)(thread, attributes, run, argument);
    uint64_t site = CALLER_SITE();
    pthread_once(&end_once, make_end_key);
    int task = tasks_reserve(site, true);
    int result = EAGAIN;
    if (task >= 0) {
        starts[task] = (struct start){{.posix = run}, argument};
        struct point point =
            point_begin(OP_KIND_THREAD_CREATE, 0, (uint64_t)task, site, 0);
        result =
            REAL(pthread_create)(thread, attributes, run_posix, &starts[task]);
        if (result)
            tasks_cancel(task);
        point_end(point, -result);
    }
    leave(entry);
    return result;
}

EXPORT int thrd_create(thrd_t *thread, thrd_start_t run, void *argument)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(thrd_create)(thread, run, argument);
    uint64_t site = CALLER_SITE();
    pthread_once(&end_once, make_end_key);
    int task = tasks_reserve(site, true);
    int result = thrd_nomem;
    if (task >= 0) {
        starts[task] = (struct start){{.c11 = run}, argument};
        struct point point =
            point_begin(OP_KIND_THREAD_CREATE, 0, (uint64_t)task, site, 0);
        result = REAL(thrd_create)(thread, run_c11, &starts[task]);
        if (result != thrd_success)
            tasks_cancel(task);
        point_end(point, result == thrd_success ? 0 : -EAGAIN);
    }
    leave(entry);
    return result;
}

#define JOIN(name, params, args, outcome)                             \
    EXPORT int name params                                            \
    {                                                                 \
        struct entry entry = ENTER();                                 \
        if (!entry.traced)                                            \
            return REAL(name) args;                                   \
        struct point point =                                          \
            point_begin(OP_KIND_THREAD_JOIN, 0, 0, CALLER_SITE(), 0); \
        int result = REAL(name) args;                                 \
        point_end(point, outcome);                                    \
        leave(entry);                                                 \
        return result;                                                \
    }

JOIN(pthread_join, (pthread_t thread, void **value), (thread, value), -result)
JOIN(pthread_tryjoin_np, (pthread_t thread, void **value), (thread, value),
     -result)
JOIN(pthread_timedjoin_np,
     (pthread_t thread, void **value, const struct timespec *until),
     (thread, value, until), -result)
JOIN(pthread_clockjoin_np,
     (pthread_t thread, void **value, clockid_t clock,
      const struct timespec *until),
     (thread, value, clock, until), -result)
JOIN(thrd_join, (thrd_t thread, int *value), (thread, value),
     result == thrd_success ? 0 : -EINVAL)
