#include "edges.h"

#include <errno.h>
#include <signal.h>

#include "memory/order.h"
#include "tasks.h"
#include "through.h"

/* -- What an op lets out and takes in ---------------------------------------*/

struct row {
    uint16_t releases; /* before the op */
    uint16_t acquires; /* after its success */
    uint16_t begins;   /* acquires before the op */
    enum clocks_kind kind;
};

static const struct row rows[OP_KIND_COUNT] = {
    [OP_KIND_MUTEX_LOCK] = {0, FIRST, 0, CLOCKS_LOCK},
    [OP_KIND_MUTEX_TRYLOCK] = {0, FIRST, 0, CLOCKS_LOCK},
    [OP_KIND_MUTEX_UNLOCK] = {FIRST, 0, 0, CLOCKS_LOCK},
    [OP_KIND_MUTEX_INIT] = {FRESH, 0, 0, CLOCKS_LOCK},
    [OP_KIND_MUTEX_DESTROY] = {FRESH, 0, 0, CLOCKS_LOCK},
    [OP_KIND_RWLOCK_READ] = {0, FIRST, 0, CLOCKS_LOCK},
    [OP_KIND_RWLOCK_WRITE] = {0, FIRST | SECOND, 0, CLOCKS_LOCK},
    [OP_KIND_RWLOCK_UNLOCK] = {HOLD, 0, 0, CLOCKS_LOCK},
    [OP_KIND_SPIN_LOCK] = {0, FIRST, 0, CLOCKS_LOCK},
    [OP_KIND_SPIN_UNLOCK] = {FIRST, 0, 0, CLOCKS_LOCK},
    /* A condition carries nothing of its own: wrap/conditions.c unlocks and
     * locks. So does a barrier, in two rounds. */

    [OP_KIND_SEM_WAIT] = {0, FIRST, 0, CLOCKS_HARD},
    [OP_KIND_SEM_POST] = {FIRST, 0, 0, CLOCKS_HARD},
    /* semop() depends on its arguments: hooks. A look at the value may be what
     * a program waits by. */
    [OP_KIND_SEMCTL] = {FIRST, FIRST | SECOND, 0, CLOCKS_HARD},
    [OP_KIND_FUTEX_WAIT] = {0, FIRST, 0, CLOCKS_HARD},
    [OP_KIND_FUTEX_WAKE] = {FIRST, 0, 0, CLOCKS_HARD},

    /* Queues hold a few messages: who sends the next one may know by that that
     * an earlier one was taken. */
    [OP_KIND_MSGSND] = {FIRST, SECOND, 0, CLOCKS_HARD},
    [OP_KIND_MSGRCV] = {SECOND, FIRST, 0, CLOCKS_HARD},
    [OP_KIND_MSGCTL] = {SECOND, FIRST | SECOND, 0, CLOCKS_HARD},
    [OP_KIND_MQ_SEND] = {INTO, SECOND, 0, CLOCKS_HARD},
    [OP_KIND_MQ_RECEIVE] = {SECOND, FIRST, 0, CLOCKS_HARD},
    [OP_KIND_READ] = {TAKEN, OUT_OF, 0, CLOCKS_HARD},
    [OP_KIND_WRITE] = {INTO, 0, 0, CLOCKS_HARD},
    [OP_KIND_RECEIVE] = {TAKEN, OUT_OF, 0, CLOCKS_HARD},
    [OP_KIND_SEND] = {INTO, 0, 0, CLOCKS_HARD},
    [OP_KIND_TRUNCATE] = {INTO, 0, 0, CLOCKS_HARD},
    [OP_KIND_CLOSE] = {CLOSING, 0, 0, CLOCKS_HARD},
    [OP_KIND_SHUTDOWN] = {CLOSING, 0, 0, CLOCKS_HARD},
    [OP_KIND_BIND] = {SOCKETS, 0, 0, CLOCKS_HARD},
    [OP_KIND_LISTEN] = {SOCKETS, 0, 0, CLOCKS_HARD},
    [OP_KIND_CONNECT] = {SOCKETS, SOCKETS, 0, CLOCKS_HARD},
    [OP_KIND_ACCEPT] = {0, SOCKETS, 0, CLOCKS_HARD},
    /* What became ready: hooks. Locks of files, too. */

    [OP_KIND_RENAME] = {NAMES, NAMES, 0, CLOCKS_HARD},
    [OP_KIND_UNLINK] = {NAMES, NAMES, 0, CLOCKS_HARD},
    [OP_KIND_SHM_OPEN] = {NAMES, NAMES, 0, CLOCKS_HARD},
    [OP_KIND_SHM_UNLINK] = {NAMES, NAMES, 0, CLOCKS_HARD},
    [OP_KIND_SEM_OPEN] = {NAMES, NAMES, 0, CLOCKS_HARD},
    [OP_KIND_SEM_UNLINK] = {NAMES, NAMES, 0, CLOCKS_HARD},
    [OP_KIND_MQ_OPEN] = {NAMES, NAMES, 0, CLOCKS_HARD},
    [OP_KIND_MQ_UNLINK] = {NAMES, NAMES, 0, CLOCKS_HARD},
    [OP_KIND_SEMGET] = {NAMES, NAMES, 0, CLOCKS_HARD},
    [OP_KIND_MSGGET] = {NAMES, NAMES, 0, CLOCKS_HARD},
    [OP_KIND_SHMGET] = {NAMES, NAMES, 0, CLOCKS_HARD},
    /* shmctl() tells how many have attached. */
    [OP_KIND_SHMAT] = {FIRST, 0, 0, CLOCKS_HARD},
    [OP_KIND_SHMDT] = {DEAD, 0, 0, CLOCKS_HARD},
    [OP_KIND_SHMCTL] = {FIRST, FIRST | DEAD, 0, CLOCKS_HARD},

    [OP_KIND_EXEC] = {DEAD, 0, 0, CLOCKS_HARD}, /* descriptors are closed */
    [OP_KIND_KILL] = {SIGNAL, 0, 0, CLOCKS_HARD},
    [OP_KIND_SIGNAL] = {0, 0, SIGNALS, CLOCKS_HARD},
    [OP_KIND_SIGWAIT] = {0, SIGNALS, 0, CLOCKS_HARD},
    /* Sleeping orders nothing, however long. */
};

/* Failures that tell of something that others have done. */
static const struct {
    int error;
    uint16_t acquires;
} failures[] = {
    {EOWNERDEAD, DEAD}, /* a success, in truth */
    {EPIPE, ROOM | DEAD},
    {ECONNRESET, ROOM | DEAD},
    {ECONNREFUSED, SOCKETS | DEAD},
    {EADDRINUSE, SOCKETS},
    {ESRCH, DEAD},
    {ECHILD, DEAD},
    {EIDRM, FIRST | SECOND},
    {EINVAL, FIRST | SECOND}, /* also of what was removed before the call */
    {EEXIST, NAMES},
    {ENOENT, NAMES},
};

/* What a lock orders is no more than luck: its other side might have come
 * first. So it stays out of the hard clock - unless the lock is never taken
 * together with others. Nothing is lost by its order for the lock-order graph,
 * while a flag under such a lock may well order the others, for certain. A
 * semaphore is a lock to who gives it back himself. */
static enum clocks_kind kind_of(const struct row *row, enum op_kind kind,
                                uint32_t object)
{
    bool lock = row->kind == CLOCKS_LOCK ||
                (kind == OP_KIND_SEM_POST &&
                 through_object(object)->holder == local.task + 1);
    return lock && order_is_nested(object) ? CLOCKS_LOCK : CLOCKS_HARD;
}

/* -- Ops -------------------------------------------------------------------*/

/* A process that was stopped goes on without an op that would show it. */
static void wake_stopped(uint32_t number)
{
    const struct segment_object *object = through_object(number);
    if (object->kind != OBJECT_TASK)
        return;
    uint32_t process = tasks_process_of((uint32_t)object->backing);
    for (uint32_t i = 0; i < runtime.memory->task_count; i++)
        if (tasks_process_of(i) == process)
            clocks_acquire(runtime.memory, i, memory_sync_of(number, 0),
                           CLOCKS_HARD);
}

void edges_before(enum op_kind kind, uint32_t object, uint64_t argument)
{
    const struct row *row = &rows[kind];
    /* Most ops by far are of locks. */
    if (row->releases == FIRST && !row->begins) {
        clocks_release(runtime.memory, local.task, through_first(object),
                       CLOCKS_JOIN, kind_of(row, kind, object));
        return;
    }
    if (row->releases & FRESH) {
        clocks_forget(runtime.memory, through_first(object));
        return;
    }
    if (row->releases)
        through_release(row->releases, object, kind_of(row, kind, object));
    if (row->begins)
        through_acquire(row->begins, object, CLOCKS_HARD);
    if (kind == OP_KIND_SIGNAL && argument == SIGCHLD)
        through_acquire(DEAD, 0, CLOCKS_HARD);
    else if (kind == OP_KIND_KILL && argument == SIGCONT)
        wake_stopped(object);
}

/* The thread that was waited for; of one that is not known, all that are
 * over. */
static void join(uint32_t number)
{
    const struct segment_object *object = through_object(number);
    if (number && object->kind == OBJECT_TASK)
        clocks_join(runtime.memory, local.task, (uint32_t)object->backing);
    else
        through_acquire(DEAD, 0, CLOCKS_HARD);
}

static void after_failure(enum op_kind kind, uint32_t object, int error)
{
    /* The word had changed: whoever did it may not have come to its wake-up. */
    if (kind == OP_KIND_FUTEX_WAIT && error == EAGAIN)
        through_acquire(FIRST, object, CLOCKS_HARD);
    if ((kind == OP_KIND_WRITE || kind == OP_KIND_SEND) && error == EAGAIN &&
        object && object <= SEGMENT_OBJECTS)
        runtime.segment->objects[object].edge |= EDGE_FULL;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
        if (failures[i].error == error)
            through_acquire(failures[i].acquires, object, CLOCKS_HARD);
}

/* Whether what was just written to STREAM may have fitted only because somebody
 * has read from there. Of one that was never seen full: edges_written(). */
static bool needed_room(const struct segment_object *stream)
{
    return local.waited || (stream->edge & EDGE_FULL);
}

void edges_after(enum op_kind kind, uint32_t object, int64_t result)
{
    const struct row *row = &rows[kind];
    if (result < 0) {
        after_failure(kind, object, (int)-result);
        return;
    }
    if (row->acquires == FIRST) {
        clocks_acquire(runtime.memory, local.task, through_first(object),
                       CLOCKS_HARD);
        return;
    }
    if (row->acquires)
        through_acquire(row->acquires, object, CLOCKS_HARD);
    bool stream = through_is_stream(through_object(object));
    if (stream && !result && (kind == OP_KIND_READ || kind == OP_KIND_RECEIVE))
        through_acquire(ROOM | DEAD, object, CLOCKS_HARD);
    if ((kind == OP_KIND_WRITE || kind == OP_KIND_SEND) && stream &&
        needed_room(through_object(object)))
        through_acquire(ROOM, object, CLOCKS_HARD);
    if (kind == OP_KIND_THREAD_JOIN)
        join(object);
    if (kind == OP_KIND_SIGWAIT && result == SIGCHLD)
        through_acquire(DEAD, 0, CLOCKS_HARD);
}
