/* System V IPC, POSIX message queues, file locks. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/syscall.h>

#include "attempts.h"
#include "memory/order.h"
#include "mishap.h"
#include "sys.h"
#include "tasks.h"

/* What was there when the call began is gone: semop(2), msgop(2). */
static long gone(const struct attempt *attempt, long result)
{
    return attempt->begun && result == -EINVAL ? -EIDRM : result;
}

/* -- System V
 * ------------------------------------------------------------------*/

long attempt_semop(struct attempt *attempt)
{
    enum { MOST = 64 };
    const struct call *call = attempt->call;
    const struct sembuf *given = (const struct sembuf *)call->args[1];
    size_t count = (size_t)call->args[2];
    struct sembuf operations[MOST];
    if (!given || count > MOST)
        return attempt_plainly(call);
    for (size_t i = 0; i < count; i++) {
        operations[i] = given[i];
        if (given[i].sem_flg & IPC_NOWAIT)
            return attempt_plainly(call);
        operations[i].sem_flg |= IPC_NOWAIT;
    }
    long result = SYS3(SYS_semop, call->args[0], operations, count);
    if (result != -EAGAIN)
        return gone(attempt, result);
    attempt->never_again = true;
    attempt->late = -EAGAIN;
    const struct timespec *timeout = (const struct timespec *)call->args[3];
    if (call->number == SYS_semtimedop && timeout && !attempt->begun)
        attempt->wait.deadline_ns = wait_span(timeout);
    return WOULD_WAIT;
}

static long message(struct attempt *attempt, int which_flags, long busy)
{
    struct call quick = *attempt->call;
    if (quick.args[which_flags] & IPC_NOWAIT)
        return attempt_plainly(&quick);
    quick.args[which_flags] |= IPC_NOWAIT;
    long result = attempt_plainly(&quick);
    attempt->never_again = true;
    return result == busy ? WOULD_WAIT : gone(attempt, result);
}

long attempt_msgsnd(struct attempt *attempt)
{
    return message(attempt, 3, -EAGAIN);
}

long attempt_msgrcv(struct attempt *attempt)
{
    return message(attempt, 4, -ENOMSG);
}

/* -- POSIX message queues
 * --------------------------------------------------------*/

/* A time limit in the past: the kernel says ETIMEDOUT instead of waiting. */
static long queue(struct attempt *attempt)
{
    static const struct timespec past = {0};
    struct call quick = *attempt->call;
    const struct timespec *until = (const struct timespec *)quick.args[4];
    quick.args[4] = (long)&past;
    long result = attempt_plainly(&quick);
    if (result != -ETIMEDOUT)
        return result;
    attempt->wait.flags |= TURN_WAITS_IO;
    attempt->wait.deadline_ns = wait_deadline(CLOCK_REALTIME, until);
    return WOULD_WAIT;
}

long attempt_mqsend(struct attempt *attempt)
{
    return queue(attempt);
}

long attempt_mqreceive(struct attempt *attempt)
{
    return queue(attempt);
}

/* -- File locks
 * ---------------------------------------------------------------------*/

static struct segment_object *object_of(const struct attempt *attempt)
{
    uint32_t number = attempt->object;
    return number && number <= SEGMENT_OBJECTS
               ? &runtime.segment->objects[number]
               : NULL;
}

static void note_holder(const struct attempt *attempt, bool held)
{
    struct segment_object *object = object_of(attempt);
    if (!object)
        return;
    if (held) {
        object->holder_site = attempt->call->site;
        object->holder = local.task + 1;
    } else if (object->holder == local.task + 1) {
        object->holder = 0;
    }
}

long attempt_flock(struct attempt *attempt)
{
    struct call quick = *attempt->call;
    bool patient = !(quick.args[1] & LOCK_NB);
    quick.args[1] |= LOCK_NB;
    long result = attempt_plainly(&quick);
    if (result == -EWOULDBLOCK && patient)
        return WOULD_WAIT;
    if (!result)
        note_holder(attempt, (quick.args[1] & ~LOCK_NB) == LOCK_EX);
    return result;
}

/* The kernel refuses a process that would wait for itself in a circle
 * (fcntl(2), EDEADLK). Nobody waits in the kernel here, so the circle is looked
 * for in the same way: who blocks whom. */
static bool is_circle(const struct call *call, struct flock *lock)
{
    const struct segment *segment = runtime.segment;
    int self = segment->tasks[tasks_process()].pid;
    if (SYS3(SYS_fcntl, call->args[0], F_GETLK, lock) ||
        lock->l_type == F_UNLCK)
        return false;
    int pid = lock->l_pid;
    turn_own()->spare = (uint32_t)pid;
    for (unsigned i = 0; i < 64 && pid > 0; i++) {
        if (pid == self)
            return true;
        int task = segment_task_find(segment, pid, pid);
        if (task < 0 || segment->tasks[task].turn.state != TURN_PARKED ||
            segment->tasks[task].turn.kind != OP_KIND_FCNTL_LOCK ||
            segment->tasks[task].turn.deadline_ns)
            return false;
        pid = (int)segment->tasks[task].turn.spare;
    }
    return false;
}

/* Record locks belong to the process, and go when it closes any descriptor of
 * the file (fcntl(2)): a mistake once another process has got the lock that
 * the first one still believes to hold. */
static void note_record_lock(const struct attempt *attempt, short type)
{
    struct segment_object *object = object_of(attempt);
    uint32_t self = tasks_process() + 1;
    if (!object)
        return;
    uint32_t victim = object->dropped_task;
    if (victim && victim != self && type != F_UNLCK &&
        victim <= SEGMENT_TASKS &&
        runtime.segment->tasks[victim - 1].turn.state != TURN_DEAD)
        mishap_note_of(victim - 1, MISHAP_FCNTL_DROPPED, attempt->object,
                       object->dropped_site, local.task + 1,
                       attempt->call->site);
    if (victim == self || type != F_UNLCK)
        object->dropped_task = 0;
    object->lock_fd =
        type == F_UNLCK ? 0 : (uint32_t)attempt->call->args[0] + 1;
}

void attempts_closing(uint32_t number, long fd, uint64_t site)
{
    if (!number || number > SEGMENT_OBJECTS)
        return;
    struct segment_object *object = &runtime.segment->objects[number];
    uint32_t holder = object->holder;
    if (object->kind != OBJECT_FILE || !object->lock_fd || !holder ||
        holder > SEGMENT_TASKS ||
        tasks_process_of(holder - 1) != tasks_process())
        return;
    if (object->lock_fd != (uint32_t)fd + 1) {
        object->dropped_task = tasks_process() + 1;
        object->dropped_site = site;
    }
    object->holder = object->lock_fd = 0;
}

/* The lock-order graph knows record locks of a whole file that nobody shares;
 * of parts, only that the whole is not locked any more. */
static void note_order(const struct attempt *attempt, const struct flock *lock,
                       bool patient)
{
    const struct call *call = attempt->call;
    bool whole = !lock->l_start && !lock->l_len &&
                 (lock->l_whence == SEEK_SET ||
                  (lock->l_whence == SEEK_CUR &&
                   !SYS3(SYS_lseek, call->args[0], 0, SEEK_CUR)));
    if (lock->l_type != F_WRLCK)
        order_given(attempt->object);
    else if (whole)
        order_taken(attempt->object, call->site, LOCK_PROCESS, patient);
}

long attempt_fcntl(struct attempt *attempt)
{
    struct call quick = *attempt->call;
    long command = quick.args[1];
    struct flock lock;
    bool patient = command == F_SETLKW || command == F_OFD_SETLKW;
    if (command != F_SETLK && command != F_OFD_SETLK && !patient)
        return attempt_plainly(&quick);
    if (!quick.args[2])
        return attempt_plainly(&quick);
    if (patient)
        quick.args[1] = command == F_SETLKW ? F_SETLK : F_OFD_SETLK;
    long result = attempt_plainly(&quick);
    memcpy(&lock, (const void *)quick.args[2], sizeof(lock));
    if ((result == -EAGAIN || result == -EACCES) && patient) {
        if (command == F_SETLKW && is_circle(&quick, &lock))
            return -EDEADLK;
        return WOULD_WAIT;
    }
    if (result)
        return result;
    if (command == F_SETLK || command == F_SETLKW) {
        note_record_lock(attempt, lock.l_type);
        note_order(attempt, &lock, patient);
    }
    note_holder(attempt, lock.l_type == F_WRLCK);
    return result;
}
