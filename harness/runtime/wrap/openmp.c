/* GNU OpenMP. What libgomp orders, it orders by atomics of its own, which
 * nobody sees: to the clocks, the threads of a team would never meet. So each
 * of its calls that may order anything orders everything that came to one
 * before, in this process: a race may be missed, none is made up.
 *
 * Not here: what hands out the iterations of a loop, which orders nothing, and
 * the bodies of taskloop and of tasks with `detach`, whose arguments libgomp
 * writes to. */
#include <stdalign.h>
#include <stddef.h>
#include <string.h>

#include "control/turn.h"
#include "edges/edges.h"
#include "wrap.h"

typedef void body_function(void *data);
typedef void copy_function(void *to, void *from);

/* Stands for all of them. */
static char team;

static void let_out(void)
{
    struct entry entry = ENTER();
    if (entry.traced && edges_kept()) {
        turn_ensure();
        edges_release(object_at(&team, OBJECT_WORD, CALLER_SITE()),
                      EDGES_FIRST);
    }
    leave(entry);
}

static void take_in(void)
{
    struct entry entry = ENTER();
    if (entry.traced && edges_kept()) {
        turn_ensure();
        edges_acquire(object_at(&team, OBJECT_WORD, CALLER_SITE()),
                      EDGES_FIRST);
    }
    leave(entry);
}

/* Of libgomp, which a program without OpenMP has not: looked for when they are
 * called. */
static void *next(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (!function)
        MPS_BUG("a function of libgomp is missing");
    return function;
}

/* real_NAME is libgomp's own function, from its first call on. */
#define FIND_REAL(result, name, parameters)          \
    static result(*real_##name) parameters;          \
    if (!real_##name) {                              \
        void *found = next(#name);                   \
        memcpy(&real_##name, &found, sizeof(found)); \
    }

/* -- Calls that wait, or let others go on ----------------------------------*/

/* In the end parameters, arguments, and what returns the result. */
#define ORDERING(X)                                          \
    X(void, GOMP_barrier, (void), ())                        \
    X(void, GOMP_taskwait, (void), ())                       \
    X(void, GOMP_taskgroup_end, (void), ())                  \
    X(void, GOMP_critical_start, (void), ())                 \
    X(void, GOMP_critical_end, (void), ())                   \
    X(void, GOMP_critical_name_start, (void **lock), (lock)) \
    X(void, GOMP_critical_name_end, (void **lock), (lock))   \
    X(void, GOMP_atomic_start, (void), ())                   \
    X(void, GOMP_atomic_end, (void), ())                     \
    X(void, GOMP_ordered_start, (void), ())                  \
    X(void, GOMP_ordered_end, (void), ())                    \
    X(void, GOMP_loop_end, (void), ())                       \
    X(void, GOMP_sections_end, (void), ())                   \
    X(void, GOMP_taskwait_depend, (void **depend), (depend)) \
    X(void, GOMP_single_copy_end, (void *data), (data))      \
    X(void, omp_set_lock, (void *lock), (lock))              \
    X(void, omp_unset_lock, (void *lock), (lock))            \
    X(void, omp_set_nest_lock, (void *lock), (lock))         \
    X(void, omp_unset_nest_lock, (void *lock), (lock))

#define DEFINE_ORDERING(result, name, parameters, arguments) \
    EXPORT result name parameters;                           \
    EXPORT result name parameters                            \
    {                                                        \
        FIND_REAL(result, name, parameters)                  \
        let_out();                                           \
        real_##name arguments;                               \
        take_in();                                           \
    }
ORDERING(DEFINE_ORDERING)
#undef DEFINE_ORDERING

#define ANSWERING(X)                              \
    X(bool, GOMP_barrier_cancel, (void), ())      \
    X(bool, GOMP_loop_end_cancel, (void), ())     \
    X(bool, GOMP_sections_end_cancel, (void), ()) \
    X(void *, GOMP_single_copy_start, (void), ()) \
    X(int, omp_test_lock, (void *lock), (lock))   \
    X(int, omp_test_nest_lock, (void *lock), (lock))

#define DEFINE_ANSWERING(result, name, parameters, arguments) \
    EXPORT result name parameters;                            \
    EXPORT result name parameters                             \
    {                                                         \
        FIND_REAL(result, name, parameters)                   \
        let_out();                                            \
        result answer = real_##name arguments;                \
        take_in();                                            \
        return answer;                                        \
    }
ANSWERING(DEFINE_ANSWERING)
#undef DEFINE_ANSWERING

/* -- Teams ------------------------------------------------------------------*/

struct region {
    body_function *body;
    void *data;
};

/* In each thread of a team. */
static void run_region(void *data)
{
    const struct region *region = data;
    take_in();
    region->body(region->data);
    let_out();
}

#define REGIONS(X)                                                             \
    X(GOMP_parallel,                                                           \
      (body_function * body, void *data, unsigned threads, unsigned flags),    \
      (run_region, &region, threads, flags))                                   \
    X(GOMP_parallel_sections,                                                  \
      (body_function * body, void *data, unsigned threads, unsigned count,     \
       unsigned flags),                                                        \
      (run_region, &region, threads, count, flags))                            \
    X(GOMP_parallel_loop_static, LOOP_PARAMETERS, LOOP_ARGUMENTS)              \
    X(GOMP_parallel_loop_dynamic, LOOP_PARAMETERS, LOOP_ARGUMENTS)             \
    X(GOMP_parallel_loop_guided, LOOP_PARAMETERS, LOOP_ARGUMENTS)              \
    X(GOMP_parallel_loop_nonmonotonic_dynamic, LOOP_PARAMETERS,                \
      LOOP_ARGUMENTS)                                                          \
    X(GOMP_parallel_loop_nonmonotonic_guided, LOOP_PARAMETERS, LOOP_ARGUMENTS) \
    X(GOMP_parallel_loop_runtime, RUNTIME_PARAMETERS, RUNTIME_ARGUMENTS)       \
    X(GOMP_parallel_loop_nonmonotonic_runtime, RUNTIME_PARAMETERS,             \
      RUNTIME_ARGUMENTS)                                                       \
    X(GOMP_parallel_loop_maybe_nonmonotonic_runtime, RUNTIME_PARAMETERS,       \
      RUNTIME_ARGUMENTS)
#define LOOP_PARAMETERS                                                      \
    (body_function * body, void *data, unsigned threads, long from, long to, \
     long step, long chunk, unsigned flags)
#define LOOP_ARGUMENTS \
    (run_region, &region, threads, from, to, step, chunk, flags)
#define RUNTIME_PARAMETERS                                                   \
    (body_function * body, void *data, unsigned threads, long from, long to, \
     long step, unsigned flags)
#define RUNTIME_ARGUMENTS (run_region, &region, threads, from, to, step, flags)

#define DEFINE_REGION(name, parameters, arguments) \
    EXPORT void name parameters;                   \
    EXPORT void name parameters                    \
    {                                              \
        FIND_REAL(void, name, parameters)          \
        struct region region = {body, data};       \
        let_out();                                 \
        real_##name arguments;                     \
        take_in();                                 \
    }
REGIONS(DEFINE_REGION)
#undef DEFINE_REGION

/* -- Tasks ------------------------------------------------------------------*/

enum {
    TASK_DETACHED = 1 << 13, /* GOMP_TASK_FLAG_DETACH */
    TASK_BYTES = 1024        /* of arguments; more go unseen */
};

/* What goes in front of the arguments of a task. */
struct task {
    alignas(16) body_function *body;
    copy_function *copy;
    size_t offset, size; /* of the arguments */
};

static void run_task(void *data)
{
    const struct task *task = data;
    take_in();
    task->body((char *)data + task->offset);
    let_out();
}

static void copy_task(void *to, void *from)
{
    struct task *task = from;
    memcpy(to, task, sizeof(*task));
    char *arguments = (char *)to + task->offset;
    if (task->copy)
        task->copy(arguments, (char *)from + task->offset);
    else
        memcpy(arguments, (char *)from + task->offset, task->size);
}

typedef void task_function(body_function *body, void *data, copy_function *copy,
                           long size, long align, bool deferred, unsigned flags,
                           void **depend, int priority, void *detach);

EXPORT task_function GOMP_task;
EXPORT void GOMP_task(body_function *body, void *data, copy_function *copy,
                      long size, long align, bool deferred, unsigned flags,
                      void **depend, int priority, void *detach)
{
    FIND_REAL(void, GOMP_task,
              (body_function *, void *, copy_function *, long, long, bool,
               unsigned, void **, int, void *))
    alignas(64) char room[sizeof(struct task) + 64 + TASK_BYTES];
    let_out();
    if (flags & TASK_DETACHED || size > TASK_BYTES || align > 64) {
        real_GOMP_task(body, data, copy, size, align, deferred, flags, depend,
                       priority, detach);
    } else {
        struct task *task = (struct task *)(void *)room;
        size_t edge = align > 16 ? (size_t)align : 16;
        *task = (struct task){
            .body = body,
            .copy = copy,
            .offset = (sizeof(*task) + edge - 1) / edge * edge,
            .size = (size_t)size,
        };
        memcpy(room + task->offset, data, task->size);
        real_GOMP_task(run_task, room, copy_task,
                       (long)(task->offset + task->size), (long)edge, deferred,
                       flags, depend, priority, detach);
    }
    take_in();
}
