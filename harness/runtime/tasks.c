#include "tasks.h"

#include <signal.h>
#include <sys/syscall.h>

#include "base/rng.h"
#include "control/turn.h"
#include "dispatch.h"
#include "edges/edges.h"
#include "memory/access.h"
#include "memory/order.h"
#include "objects.h"
#include "state.h"
#include "sys.h"

static struct segment_task *task_at(uint32_t task)
{
    return &runtime.segment->tasks[task];
}

int tasks_reserve(uint64_t site, bool is_thread)
{
    if (control_on())
        turn_ensure();
    int task = segment_task_new(runtime.segment, local.task + 1, site);
    if (task < 0) {
        /* No more room: end the root; the fork server ends the rest. */
        int root = runtime.segment->control.root_pid;
        if (root <= 1)
            return -1;
        /* And wait for that here: thousands of tasks that try again would
         * leave no processor for those who end them. */
        SYS2(SYS_kill, root, SIGKILL);
        for (;;)
            SYS4(SYS_ppoll, 0, 0, 0, 0);
    }
    task_at((uint32_t)task)->is_thread = is_thread;
    if (control_on()) {
        struct segment_turn *turn = &task_at((uint32_t)task)->turn;
        const struct segment_turn *own = &task_at(tasks_process())->turn;
        sched_join(runtime.segment, (uint32_t)task);
        /* Nobody may be given the turn who is not there yet: making it may
         * take points, in handlers of pthread_atfork(). */
        turn->flags = TURN_MODELLED;
        turn->state = TURN_PARKED;
        turn->caught = own->caught;
        turn->ignored = own->ignored;
        if (!is_thread)
            objects_copy_held((uint32_t)task);
    }
    return task;
}

void tasks_cancel(int task)
{
    if (task < 0)
        return;
    if (control_on())
        sched_leave(runtime.segment, (uint32_t)task);
    /* Keep the ordinals of later siblings: only the state says that this
     * child never was. */
    segment_task_end(runtime.segment, (uint32_t)task);
    __atomic_store_n(&task_at((uint32_t)task)->state, TASK_FREE,
                     __ATOMIC_RELEASE);
}

void tasks_made(int task)
{
    if (task < 0 || !control_on())
        return;
    /* Here and not where room was made for it: handlers of pthread_atfork(),
     * which run in between, happen before all that it does, too. */
    turn_ensure();
    edges_made((uint32_t)task, local.task + 1);
    __atomic_store_n(&runtime.segment->tasks[task].turn.state, TURN_READY,
                     __ATOMIC_RELEASE);
}

void tasks_set_pid(int task, int pid)
{
    tasks_made(task);
    int32_t unset = 0;
    struct segment_task *slot = task_at((uint32_t)task);
    __atomic_compare_exchange_n(&slot->pid, &unset, pid, false,
                                __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    unset = 0;
    __atomic_compare_exchange_n(&slot->tid, &unset, pid, false,
                                __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* The schedule stream of a task depends on seed and path alone, so that the
 * n-th point of task 0.1 is delayed alike in every run with this seed. */
static uint64_t stream_of(uint32_t task)
{
    uint64_t hash = runtime.segment->config.seed;
    for (unsigned depth = 0; depth < 64 && task < SEGMENT_TASKS; depth++) {
        const struct segment_task *slot = task_at(task);
        if (!slot->parent)
            break;
        hash = rng_mix(hash, RNG_SCHEDULE, slot->ordinal + 1);
        task = slot->parent - 1;
    }
    return hash;
}

uint32_t tasks_process(void)
{
    return tasks_process_of(local.task);
}

uint32_t tasks_process_of(uint32_t task)
{
    return segment_task_process(runtime.segment, task);
}

void tasks_become(uint32_t task)
{
    struct segment_task *slot = task_at(task);
    slot->pid = (int32_t)SYS0(SYS_getpid);
    slot->tid = slot->is_thread ? (int32_t)SYS0(SYS_gettid) : slot->pid;
    slot->random = stream_of(task);
    local.task = task;
    local.attached = true;
    local.inside = false;
    order_begin();
    __atomic_store_n(&slot->state, TASK_RUNNING, __ATOMIC_RELEASE);
    /* Written only when it changes: each write copies a page after fork. */
    if (!runtime.active)
        runtime.active = true;
    access_become();
    dispatch_arm();
}

/* Tasks are found newest first: ids may be used again. */
static int find_by_pid(int pid)
{
    uint32_t count =
        __atomic_load_n(&runtime.segment->task_count, __ATOMIC_ACQUIRE);
    if (count > SEGMENT_TASKS)
        count = SEGMENT_TASKS;
    for (uint32_t i = count; i-- > 0;) {
        const struct segment_task *slot = task_at(i);
        if (__atomic_load_n(&slot->pid, __ATOMIC_ACQUIRE) == pid &&
            slot->tid == pid && slot->state != TASK_FREE)
            return (int)i;
    }
    return -1;
}

/* A child that PARENT reserved and whose pid nobody has set: this process. */
static int claim_reserved(int parent, int pid)
{
    uint32_t count =
        __atomic_load_n(&runtime.segment->task_count, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < count && i < SEGMENT_TASKS; i++) {
        struct segment_task *slot = task_at(i);
        int32_t unset = 0;
        if (slot->parent == (uint32_t)parent + 1 && slot->state == TASK_BORN &&
            !slot->is_thread &&
            __atomic_compare_exchange_n(&slot->pid, &unset, pid, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            return (int)i;
    }
    return -1;
}

int tasks_adopt(void)
{
    int pid = (int)SYS0(SYS_getpid);
    int task = find_by_pid(pid);
    if (task >= 0)
        return task;
    int parent = find_by_pid((int)SYS0(SYS_getppid));
    if (parent >= 0)
        task = claim_reserved(parent, pid);
    if (task < 0)
        task = segment_task_new(runtime.segment,
                                parent < 0 ? 1 : (uint32_t)parent + 1, 0);
    return task;
}

void tasks_reaped(int pid, int status)
{
    int task = find_by_pid(pid);
    if (task < 0)
        return;
    struct segment_task *slot = task_at((uint32_t)task);
    slot->exit_status = status;
    slot->reaped = 1;
    __atomic_store_n(&slot->status_known, 1, __ATOMIC_RELEASE);
    segment_task_end(runtime.segment, (uint32_t)task);
}
