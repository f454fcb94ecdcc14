/* Threads, POSIX and C11: every one is a task. */
#include "wrap.h"

#include <sys/syscall.h>

#include "control/wait.h"
#include "edges/edges.h"
#include "memory/access.h"
#include "memory/thread.h"
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
    struct thread_stack stack;
} starts[SEGMENT_TASKS];

static pthread_key_t end_key;
static pthread_once_t end_once = PTHREAD_ONCE_INIT;

/* Runs however the thread ends: return, pthread_exit, cancellation. */
static void thread_ends(void *unused)
{
    (void)unused;
    if (!runtime.active || !local.attached)
        return;
    if (!control_on())
        segment_task_end(runtime.segment, local.task);
    else if (!runtime.dispatch)
        turn_leave(false); /* else at its last system call */
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
    thread_begins(&starts[task].stack);
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

static void made(int task, uint64_t thread)
{
    if (control_on())
        runtime.segment->tasks[task].turn.thread = thread;
    tasks_made(task);
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
        starts[task] = (struct start){
            {.posix = run}, argument, thread_stack_of(attributes)};
        struct point point =
            point_begin(OP_KIND_THREAD_CREATE, 0, (uint64_t)task, site, 0);
        runtime.threads = true;
        access_threads();
        guard_stop(MEMORY_OFF_THREADS);
        result =
            REAL(pthread_create)(thread, attributes, run_posix, &starts[task]);
        if (result)
            tasks_cancel(task);
        else
            made(task, (uint64_t)*thread);
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
        starts[task] =
            (struct start){{.c11 = run}, argument, thread_stack_of(NULL)};
        struct point point =
            point_begin(OP_KIND_THREAD_CREATE, 0, (uint64_t)task, site, 0);
        runtime.threads = true;
        access_threads();
        guard_stop(MEMORY_OFF_THREADS);
        result = REAL(thrd_create)(thread, run_c11, &starts[task]);
        if (result != thrd_success)
            tasks_cancel(task);
        else
            made(task, (uint64_t)*thread);
        point_end(point, result == thrd_success ? 0 : -EAGAIN);
    }
    leave(entry);
    return result;
}

/* -- Joining
 * ------------------------------------------------------------------*/

/* The newest task of this process that runs as THREAD, or -1. */
static int task_of(uint64_t thread)
{
    const struct segment *segment = runtime.segment;
    uint32_t process = tasks_process();
    for (size_t i = segment_task_count(segment); i-- > 0;)
        if (segment->tasks[i].turn.thread == thread &&
            segment->tasks[i].is_thread &&
            tasks_process_of((uint32_t)i) == process)
            return (int)i;
    return -1;
}

/* Under control: until THREAD has ended, or UNTIL on CLOCK has passed. Returns
 * whether the real call will not wait any more. */
static bool await_end(uint64_t thread, long clock, const struct timespec *until)
{
    int task = task_of(thread);
    if (task < 0)
        return true;
    struct wait wait = {.deadline_ns = wait_deadline(clock, until)};
    const struct segment_turn *turn = &runtime.segment->tasks[task].turn;
    bool more = true;
    while (turn->state != TURN_DEAD && turn->state != TURN_NONE && more) {
        more = wait_more(&wait, false);
        if (wait.cancelled)
            wait_cancel();
    }
    return turn->state == TURN_DEAD || turn->state == TURN_NONE;
}

static uint32_t thread_object(uint64_t thread, uint64_t site)
{
    int task = control_on() ? task_of(thread) : -1;
    return task < 0 ? 0 : object_of_task_number((uint32_t)task, site);
}

/* FOREVER: the real call, once it is known not to wait. */
#define JOIN(name, params, args, clock, until, forever, late, outcome)      \
    EXPORT int name params                                                  \
    {                                                                       \
        struct entry entry = ENTER();                                       \
        if (!entry.traced)                                                  \
            return REAL(name) args;                                         \
        uint64_t site = CALLER_SITE();                                      \
        struct point point =                                                \
            point_begin(OP_KIND_THREAD_JOIN,                                \
                        thread_object((uint64_t)thread, site), 0, site, 0); \
        int result;                                                         \
        if (!control_on())                                                  \
            result = REAL(name) args;                                       \
        else if (await_end((uint64_t)thread, clock, until))                 \
            result = forever;                                               \
        else                                                                \
            result = late;                                                  \
        point_end(point, outcome);                                          \
        leave(entry);                                                       \
        return result;                                                      \
    }

#define TIME const struct timespec *until

JOIN(pthread_join, (pthread_t thread, void **value), (thread, value), 0, NULL,
     REAL(pthread_join)(thread, value), EINVAL, -result)
JOIN(pthread_timedjoin_np, (pthread_t thread, void **value, TIME),
     (thread, value, until), CLOCK_REALTIME, until,
     REAL(pthread_join)(thread, value), ETIMEDOUT, -result)
JOIN(pthread_clockjoin_np,
     (pthread_t thread, void **value, clockid_t clock, TIME),
     (thread, value, clock, until), clock, until,
     REAL(pthread_join)(thread, value), ETIMEDOUT, -result)
JOIN(thrd_join, (thrd_t thread, int *value), (thread, value), 0, NULL,
     REAL(thrd_join)(thread, value), thrd_error,
     result == thrd_success ? 0 : -EINVAL)

EXPORT int pthread_tryjoin_np(pthread_t thread, void **value)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(pthread_tryjoin_np)(thread, value);
    struct point point =
        point_begin(OP_KIND_THREAD_JOIN, 0, 0, CALLER_SITE(), 0);
    int result = REAL(pthread_tryjoin_np)(thread, value);
    point_end(point, -result);
    leave(entry);
    return result;
}

/* A thread that waits at a cancellation point is woken to see to it. */
EXPORT int pthread_cancel(pthread_t thread)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(pthread_cancel)(thread);
    uint64_t site = CALLER_SITE();
    struct point point = point_begin(
        OP_KIND_KILL, thread_object((uint64_t)thread, site), 0, site, 0);
    int result = REAL(pthread_cancel)(thread);
    int task = control_on() && !result ? task_of((uint64_t)thread) : -1;
    if (task >= 0) {
        runtime.segment->tasks[task].turn.flags |= TURN_CANCELLED;
        edges_cancelled((uint32_t)task);
    }
    point_end(point, -result);
    leave(entry);
    return result;
}
