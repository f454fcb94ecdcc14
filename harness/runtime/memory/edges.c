#include "edges.h"

#include <errno.h>
#include <signal.h>

#include "detect/clocks.h"
#include "detect/death.h"
#include "objects.h"
#include "order.h"
#include "tasks.h"

/* -- What an op lets out and takes in ---------------------------------------*/

/* Through which clocks, as bits of a set. */
enum through {
    FIRST = EDGES_FIRST,   /* the object's own */
    SECOND = EDGES_SECOND, /* its other one */
    INTO = 4,              /* where what is written to the object goes */
    OUT_OF = 8,            /* where what is read from it comes from */
    TAKEN = 16,            /* that it was read, for whom waits for room */
    ROOM = 32,             /* which is this on the other side */
    CLOSING = 64,          /* that an end of it is closed */
    HOLD = 128,            /* FIRST of who has it for writing, else SECOND */
    DEAD = 256,
    NAMES = 512,
    SOCKETS = 1024,
    SIGNAL = 2048,  /* where a signal to the object, a task, goes */
    SIGNALS = 4096, /* where those to the calling task come from */
    FRESH = 8192    /* nothing: the object is new */
};

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
    [OP_KIND_SEMCTL] = {FIRST | SECOND, FIRST | SECOND, 0, CLOCKS_HARD},
    [OP_KIND_FUTEX_WAIT] = {0, FIRST, 0, CLOCKS_HARD},
    [OP_KIND_FUTEX_WAKE] = {FIRST, 0, 0, CLOCKS_HARD},

    /* Queues hold a few messages: who sends the next one may know by that that
     * an earlier one was taken. */
    [OP_KIND_MSGSND] = {FIRST, SECOND, 0, CLOCKS_HARD},
    [OP_KIND_MSGRCV] = {SECOND, FIRST, 0, CLOCKS_HARD},
    [OP_KIND_MSGCTL] = {FIRST | SECOND, FIRST | SECOND, 0, CLOCKS_HARD},
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
    [OP_KIND_KILL] = {SIGNAL, SIGNALS, 0, CLOCKS_HARD},
    [OP_KIND_SIGNAL] = {0, 0, SIGNALS, CLOCKS_HARD},
    [OP_KIND_SIGWAIT] = {0, SIGNALS, 0, CLOCKS_HARD},
    /* Sleeping orders nothing, however long. */
};

/* Failures that tell of something that others have done. */
static const struct {
    int error;
    uint16_t acquires;
} failures[] = {
    {EOWNERDEAD, FIRST | DEAD}, /* a success, in truth */
    {EPIPE, ROOM | DEAD},
    {ECONNRESET, ROOM | OUT_OF | DEAD},
    {ENXIO, ROOM | OUT_OF | DEAD},
    {ESRCH, DEAD},
    {ECHILD, DEAD},
    {EIDRM, FIRST | SECOND},
    {EINVAL, FIRST | SECOND}, /* also of what was removed before the call */
    {EEXIST, NAMES},
    {ENOENT, NAMES},
};

/* -- From a set of clocks to their numbers ----------------------------------*/

struct syncs {
    uint32_t count;
    uint32_t numbers[16];
};

static const struct segment_object *object_get(uint32_t object)
{
    return &runtime.segment->objects[object <= SEGMENT_OBJECTS ? object : 0];
}

static void add(struct syncs *syncs, uint32_t sync)
{
    if (syncs->count < sizeof(syncs->numbers) / sizeof(syncs->numbers[0]))
        syncs->numbers[syncs->count++] = sync;
}

/* Object 0, for those that found no room, has clocks, too. */
static uint32_t first_of(uint32_t object)
{
    return memory_sync_of(object <= SEGMENT_OBJECTS ? object : 0, 0);
}

static void add_object(struct syncs *syncs, uint32_t object, uint32_t second)
{
    add(syncs, first_of(object) + second);
}

static uint32_t partner_of(const struct segment_object *object)
{
    return object->edge / EDGE_PARTNER;
}

/* Where who may be at the other end is not known: a socket without a partner,
 * a terminal with a program behind it. */
static bool is_anywhere(const struct segment_object *object)
{
    return (object->kind == OBJECT_SOCKET && !partner_of(object)) ||
           object->kind == OBJECT_TERMINAL;
}

static void add_into(struct syncs *syncs, uint32_t number)
{
    const struct segment_object *object = object_get(number);
    add_object(syncs, number, 0);
    /* A partner can be written past, with an address. */
    if (object->kind == OBJECT_SOCKET || is_anywhere(object))
        add(syncs, MEMORY_SYNC_SOCKETS);
    if (object->edge & EDGE_NOTIFIES)
        add(syncs, MEMORY_SYNC_SIGNALS);
}

static void add_signals(struct syncs *syncs)
{
    uint32_t process = tasks_process();
    add(syncs, MEMORY_SYNC_SIGNALS);
    add_object(syncs, object_of_task_number(process, 0), 0);
    if (process != local.task)
        add_object(syncs, object_of_task_number(local.task, 0), 0);
}

static void add_out_of(struct syncs *syncs, uint32_t number)
{
    const struct segment_object *object = object_get(number);
    if (object->edge & EDGE_SIGNALS)
        add_signals(syncs);
    if (object->edge & (EDGE_ENDS | EDGE_SIGNALS))
        add(syncs, MEMORY_SYNC_DEAD);
    if (object->edge & EDGE_NAMES)
        add(syncs, MEMORY_SYNC_NAMES);
    if (is_anywhere(object))
        add(syncs, MEMORY_SYNC_SOCKETS);
    else
        add_object(syncs,
                   object->kind == OBJECT_SOCKET ? partner_of(object) : number,
                   0);
}

static bool is_stream(const struct segment_object *object)
{
    return object->kind == OBJECT_PIPE || object->kind == OBJECT_SOCKET;
}

static void add_closing(struct syncs *syncs, uint32_t number)
{
    const struct segment_object *object = object_get(number);
    if (!number) {
        add(syncs, MEMORY_SYNC_DEAD);
    } else if (object->kind == OBJECT_FILE) {
        /* Drops locks, as the end of the task would. */
        if (object->edge & EDGE_DEATH)
            add_object(syncs, number, 0);
    } else {
        add_object(syncs, number, 1);
        if (is_anywhere(object))
            add(syncs, MEMORY_SYNC_SOCKETS);
    }
}

static void resolve(struct syncs *syncs, unsigned through, uint32_t number)
{
    const struct segment_object *object = object_get(number);
    syncs->count = 0;
    if (through & FIRST)
        add_object(syncs, number, 0);
    if (through & SECOND)
        add_object(syncs, number, 1);
    if (through & HOLD)
        add_object(syncs, number, !object->holder);
    if (through & INTO)
        add_into(syncs, number);
    if (through & OUT_OF)
        add_out_of(syncs, number);
    if ((through & TAKEN) && is_stream(object))
        add_object(syncs, number, 1);
    if (through & ROOM)
        add_object(syncs,
                   object->kind == OBJECT_SOCKET ? partner_of(object) : number,
                   1);
    if (through & CLOSING)
        add_closing(syncs, number);
    if (through & DEAD)
        add(syncs, MEMORY_SYNC_DEAD);
    if (through & NAMES)
        add(syncs, MEMORY_SYNC_NAMES);
    if (through & SOCKETS)
        add(syncs, MEMORY_SYNC_SOCKETS);
    if (through & SIGNALS)
        add_signals(syncs);
    if ((through & SIGNAL) && number)
        add_object(syncs, number, 0);
    if ((through & SIGNAL) && object->kind != OBJECT_TASK)
        add(syncs, MEMORY_SYNC_SIGNALS);
}

/* Always joins: a lock may be given back by another than who took it, and what
 * others let out before must not be lost then. */
static void release(unsigned through, uint32_t object, enum clocks_kind kind)
{
    struct syncs syncs;
    resolve(&syncs, through, object);
    for (uint32_t i = 0; i < syncs.count; i++)
        clocks_release(runtime.memory, local.task, syncs.numbers[i],
                       CLOCKS_JOIN, kind);
}

static void acquire(unsigned through, uint32_t object, enum clocks_kind kind)
{
    struct syncs syncs;
    resolve(&syncs, through, object);
    for (uint32_t i = 0; i < syncs.count; i++)
        clocks_acquire(runtime.memory, local.task, syncs.numbers[i], kind);
}

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
                 object_get(object)->holder == local.task + 1);
    return lock && order_is_nested(object) ? CLOCKS_LOCK : CLOCKS_HARD;
}

/* -- Ops
 * ----------------------------------------------------------------------*/

/* A process that was stopped goes on without an op that would show it. */
static void wake_stopped(uint32_t number)
{
    const struct segment_object *object = object_get(number);
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
        clocks_release(runtime.memory, local.task, first_of(object),
                       CLOCKS_JOIN, kind_of(row, kind, object));
        return;
    }
    if (row->releases & FRESH) {
        clocks_forget(runtime.memory, first_of(object));
        return;
    }
    if (row->releases)
        release(row->releases, object, kind_of(row, kind, object));
    if (row->begins)
        acquire(row->begins, object, CLOCKS_HARD);
    if (kind == OP_KIND_SIGNAL && argument == SIGCHLD)
        acquire(DEAD, 0, CLOCKS_HARD);
    else if (kind == OP_KIND_KILL && argument == SIGCONT)
        wake_stopped(object);
}

/* The thread that was waited for; of one that is not known, all that are
 * over. */
static void join(uint32_t number)
{
    const struct segment_object *object = object_get(number);
    if (number && object->kind == OBJECT_TASK)
        clocks_join(runtime.memory, local.task, (uint32_t)object->backing);
    else
        acquire(DEAD, 0, CLOCKS_HARD);
}

static void after_failure(enum op_kind kind, uint32_t object, int error)
{
    /* The word had changed: whoever did it may not have come to its wake-up. */
    if (kind == OP_KIND_FUTEX_WAIT && error == EAGAIN)
        acquire(FIRST, object, CLOCKS_HARD);
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
        if (failures[i].error == error)
            acquire(failures[i].acquires, object, CLOCKS_HARD);
}

void edges_after(enum op_kind kind, uint32_t object, int64_t result)
{
    const struct row *row = &rows[kind];
    if (result < 0) {
        after_failure(kind, object, (int)-result);
        return;
    }
    if (row->acquires == FIRST) {
        clocks_acquire(runtime.memory, local.task, first_of(object),
                       CLOCKS_HARD);
        return;
    }
    if (row->acquires)
        acquire(row->acquires, object, CLOCKS_HARD);
    bool stream = is_stream(object_get(object));
    if (stream && !result && (kind == OP_KIND_READ || kind == OP_KIND_RECEIVE))
        acquire(ROOM | DEAD, object, CLOCKS_HARD);
    if ((kind == OP_KIND_WRITE || kind == OP_KIND_SEND) &&
        (object_get(object)->kind == OBJECT_SOCKET || (stream && local.waited)))
        acquire(ROOM, object, CLOCKS_HARD);
    if (kind == OP_KIND_THREAD_JOIN)
        join(object);
    if (kind == OP_KIND_SIGWAIT && result == SIGCHLD)
        acquire(DEAD, 0, CLOCKS_HARD);
}

/* -- Locks and barriers
 * -------------------------------------------------------*/

void edges_unlock(uint32_t object)
{
    if (edges_kept())
        edges_before(OP_KIND_MUTEX_UNLOCK, object, 0);
}

void edges_lock(uint32_t object, int64_t result)
{
    if (edges_kept())
        edges_after(OP_KIND_MUTEX_LOCK, object, result);
}

/* Who is quick comes to the next round before the slow ones have left this one:
 * what it lets out then is not for them. */
uint32_t edges_arrive(uint32_t object)
{
    if (!edges_kept())
        return 0;
    uint32_t sync =
        memory_sync_of(object, (object_get(object)->edge & EDGE_ROUND) != 0);
    clocks_release(runtime.memory, local.task, sync, CLOCKS_JOIN, CLOCKS_HARD);
    return sync;
}

void edges_turn_over(uint32_t object)
{
    if (edges_kept() && object)
        runtime.segment->objects[object].edge ^= EDGE_ROUND;
}

void edges_leave(uint32_t sync)
{
    if (edges_kept())
        clocks_acquire(runtime.memory, local.task, sync, CLOCKS_HARD);
}

/* -- Beside ops
 * ---------------------------------------------------------------*/

void edges_output(uint32_t object)
{
    if (edges_kept())
        release(INTO, object, CLOCKS_HARD);
}

void edges_input(uint32_t object, bool ended)
{
    if (edges_kept())
        acquire(OUT_OF | (ended ? ROOM | DEAD : 0), object, CLOCKS_HARD);
}

void edges_ready(uint32_t object, bool ended)
{
    if (edges_kept())
        acquire(OUT_OF | ROOM | (ended ? DEAD : 0), object, CLOCKS_HARD);
}

void edges_closing(uint32_t object)
{
    if (edges_kept())
        release(CLOSING, object, CLOCKS_HARD);
}

/* Locks of files are changed in place: to take one may be to give another one
 * back. Which task holds which part of a file, and in which way, is not kept,
 * so that readers are ordered among themselves, too. */
void edges_lock_file(uint32_t object, enum edges_lock_kind kind)
{
    if (!edges_kept())
        return;
    uint32_t edge = object_get(object)->edge;
    bool gives = kind == EDGES_UNLOCK ||
                 (kind == EDGES_LOCK_SHARED && edge & EDGE_EXCLUSIVE) ||
                 (kind == EDGES_LOCK_EXCLUSIVE && edge & EDGE_SHARED);
    if (gives)
        release(FIRST, object,
                order_is_nested(object) ? CLOCKS_LOCK : CLOCKS_HARD);
    if (kind == EDGES_UNLOCK || !object || object > SEGMENT_OBJECTS)
        return;
    death_watch(runtime.segment, runtime.memory, object);
    runtime.segment->objects[object].edge |=
        kind == EDGES_LOCK_SHARED ? EDGE_SHARED : EDGE_EXCLUSIVE;
}

void edges_locked_file(uint32_t object)
{
    if (edges_kept())
        acquire(FIRST, object, CLOCKS_HARD);
}

void edges_release(uint32_t object, enum edges_which which)
{
    if (edges_kept())
        release(which, object, CLOCKS_HARD);
}

void edges_acquire(uint32_t object, enum edges_which which)
{
    if (edges_kept())
        acquire(which, object, CLOCKS_HARD);
}

void edges_name_seen(void)
{
    if (edges_kept())
        acquire(NAMES, 0, CLOCKS_HARD);
}

void edges_name_changed(void)
{
    if (edges_kept())
        release(NAMES, 0, CLOCKS_HARD);
}

/* -- Tasks
 * ---------------------------------------------------------------------*/

void edges_made(uint32_t task, uint32_t parent)
{
    if (edges_kept())
        clocks_begin(runtime.memory, task, parent);
}

void edges_attached(void)
{
    /* One that nobody made room for: made by a call that is not known. */
    if (edges_kept() &&
        !clocks_epoch(runtime.memory, local.task, MEMORY_ROW_CLOCK))
        clocks_begin(runtime.memory, local.task,
                     runtime.segment->tasks[local.task].parent);
}

void edges_ended(uint32_t task)
{
    if (edges_kept())
        death_note(runtime.segment, runtime.memory, task);
}

void edges_waited(int pid)
{
    if (!edges_kept())
        return;
    int found = pid > 0 ? segment_task_find(runtime.segment, pid, pid) : -1;
    if (found < 0) {
        acquire(DEAD, 0, CLOCKS_HARD);
        return;
    }
    for (uint32_t i = 0; i < runtime.memory->task_count; i++)
        if (tasks_process_of(i) == (uint32_t)found)
            clocks_join(runtime.memory, local.task, i);
}

void edges_unseen(void)
{
    if (edges_kept())
        __atomic_store_n(&runtime.segment->control.blind, MEMORY_OFF_UNSEEN,
                         __ATOMIC_RELEASE);
}
