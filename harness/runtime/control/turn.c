#include "turn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base/text.h"
#include "delivery.h"
#include "detect/waitfor.h"
#include "edges/edges.h"
#include "sched/strategy.h"
#include "sys.h"
#include "tasks.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static struct segment_schedule *schedule_of(void)
{
    return &runtime.segment->schedule;
}

static uint32_t *holder_word(void)
{
    return &schedule_of()->holder;
}

static void futex_wake(const uint32_t *word, int count)
{
    SYS3(SYS_futex, word, FUTEX_WAKE, count);
}

/* -- Deaths ----------------------------------------------------------------*/

/* While the holder waits here for what the kernel is about to do, the watchdog
 * has more patience: on a busy machine that takes its time. */
static void settle(bool begins)
{
    __atomic_store_n(&schedule_of()->settling, begins, __ATOMIC_RELAXED);
}

/* Not a child. Polling its descriptor is the other way to wait. */
static void await_stranger(int pid)
{
    long fd = SYS2(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return;
    struct pollfd poll = {.fd = (int)fd, .events = POLLIN};
    struct timespec limit = {.tv_sec = 2};
    long err;
    do {
        err = SYS6(SYS_ppoll, &poll, 1, &limit, 0, 0, 0);
    } while (err == -EINTR);
    SYS1(SYS_close, fd);
}

/* Until process PID is dead: its descriptors closed, its locks dropped, a
 * zombie or gone. */
static void await_process(int pid)
{
    siginfo_t info;
    long err;
    settle(true);
    do {
        err = SYS6(SYS_waitid, P_PID, pid, &info, WEXITED | WNOWAIT | __WALL, 0,
                   0);
    } while (err == -EINTR);
    if (err)
        await_stranger(pid);
    settle(false);
}

/* The first thread of a process stays as a zombie, which signals still find,
 * until all others have ended. */
static bool is_zombie(int pid)
{
    char path[64], text[512];
    char *end = path + sizeof(path);
    char *at = text_put_u64(text_put(path, end, "/proc/"), end, (uint64_t)pid);
    at = text_put_u64(text_put(at, end, "/task/"), end, (uint64_t)pid);
    text_put(at, end, "/stat");
    long fd = SYS4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return true; /* nobody can tell: do not wait */
    long n = SYS3(SYS_read, fd, text, sizeof(text) - 1);
    SYS1(SYS_close, fd);
    text[n > 0 ? n : 0] = '\0';
    const char *name_end = strrchr(text, ')');
    return !name_end || name_end[1] != ' ' || name_end[2] == 'Z' ||
           name_end[2] == 'X';
}

/* Between two looks at what comes about by itself. */
static void pause_for(unsigned look)
{
    const struct timespec moment = {.tv_nsec = 20000};
    if (look < 64)
        SYS0(SYS_sched_yield);
    else
        SYS2(SYS_nanosleep, &moment, 0);
}

static void await_thread(int pid, int tid)
{
    settle(true);
    for (unsigned i = 0; i < 100000; i++) {
        if (SYS3(SYS_tgkill, pid, tid, 0) == -ESRCH ||
            (tid == pid && is_zombie(pid)))
            break;
        pause_for(i);
    }
    settle(false);
}

void turn_await_handler(uint32_t task, uint32_t handlers)
{
    if (task >= SEGMENT_TASKS)
        return;
    const struct segment_turn *turn = &runtime.segment->tasks[task].turn;
    settle(true);
    for (unsigned i = 0; i < 1000; i++) {
        if (__atomic_load_n(&turn->handlers, __ATOMIC_ACQUIRE) != handlers ||
            turn->state == TURN_DEAD)
            break;
        pause_for(i);
    }
    settle(false);
}

/* What had to happen before this turn: the one before it ended. */
static void await_death(void)
{
    struct segment_schedule *schedule = schedule_of();
    if (!schedule->death_pid)
        return;
    int pid = schedule->death_pid, tid = schedule->death_tid;
    uint32_t handler = schedule->death_handler;
    schedule->death_pid = schedule->death_tid = 0;
    schedule->death_handler = 0;
    if (tid)
        await_thread(pid, tid);
    else
        await_process(pid);
    if (handler && handler != local.task + 1)
        turn_await_handler(handler - 1, schedule->death_handlers);
}

/* -- The turn
 * ----------------------------------------------------------------*/

static void give(int next);

/* Join at the next decision; or, when nobody has the turn, decide at once. */
static void come_back(void)
{
    struct segment *segment = runtime.segment;
    sched_newcomer(segment, local.task);
    uint32_t nobody = 0;
    if (__atomic_compare_exchange_n(&segment->schedule.holder, &nobody,
                                    (local.task + 1) | SCHEDULE_DECIDING, false,
                                    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
        give(sched_next(segment));
}

void turn_await(void)
{
    const struct segment_turn *turn = turn_own();
    uint32_t me = local.task + 1;
    for (;;) {
        uint32_t gate = __atomic_load_n(&turn->gate, __ATOMIC_ACQUIRE);
        /* Acquire: everything the one before did is seen. */
        if (__atomic_load_n(holder_word(), __ATOMIC_ACQUIRE) == me)
            break;
        /* It was given the turn and did not come for so long, on a busy
         * machine, that the watchdog gave it up, or took it for dead. */
        uint32_t state = __atomic_load_n(&turn->state, __ATOMIC_SEQ_CST);
        if (state == TURN_EXTERNAL || state == TURN_DEAD)
            come_back();
        else
            SYS4(SYS_futex, &turn->gate, FUTEX_WAIT, gate, 0);
    }
    await_death();
}

/* Deliver the alarm that is due, and let its handler come to its point. */
static void ring(void)
{
    struct segment_schedule *schedule = schedule_of();
    uint32_t task = schedule->alarm_task - 1;
    if (task >= SEGMENT_TASKS)
        return;
    struct segment_turn *turn = &runtime.segment->tasks[task].turn;
    if (turn->alarm_every_ns) {
        turn->alarm_ns = schedule->now_ns + turn->alarm_every_ns;
    } else {
        turn->alarm_ns = 0;
        if (schedule->alarms)
            schedule->alarms--;
    }
    struct delivery delivery;
    int pid = runtime.segment->tasks[task].pid;
    delivery_begin(&delivery, pid, SIGALRM);
    long err = SYS2(SYS_kill, pid, SIGALRM);
    delivery_end(&delivery, err);
}

/* The caller decides: pass the turn to NEXT, as sched_next() gave it. */
static void give(int next)
{
    struct segment *segment = runtime.segment;
    struct segment_schedule *schedule = &segment->schedule;
    for (;;) {
        if (next == SCHED_ALARM) {
            ring();
            next = sched_next(segment);
            continue;
        }
        if (next >= 0)
            break;
        /* Nobody can go on: the runner wants to know why, or a task from
         * outside of control comes back and takes the turn. Pairs with
         * sched_newcomer(). */
        __atomic_store_n(&schedule->holder, 0, __ATOMIC_SEQ_CST);
        uint32_t nobody = 0;
        if (!schedule->verdict &&
            __atomic_load_n(&schedule->newcomers, __ATOMIC_SEQ_CST) !=
                schedule->newcomers_seen &&
            __atomic_compare_exchange_n(&schedule->holder, &nobody,
                                        (local.task + 1) | SCHEDULE_DECIDING,
                                        false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED)) {
            next = sched_next(segment);
            continue;
        }
        futex_wake(&segment->control.done, INT32_MAX);
        return;
    }
    struct segment_turn *turn = &segment->tasks[next].turn;
    /* Release: pairs with the acquire in turn_await(). */
    __atomic_store_n(&schedule->holder, (uint32_t)next + 1, __ATOMIC_RELEASE);
    if ((uint32_t)next == local.task)
        return;
    __atomic_fetch_add(&turn->gate, 1, __ATOMIC_RELEASE);
    futex_wake(&turn->gate, 1);
}

/* The watchdog took this task for lost: join again. */
static void rejoin(void)
{
    come_back();
    turn_await();
}

/* From having the turn to deciding who has it next: from here on the watchdog
 * keeps off. */
static void decide(void)
{
    for (;;) {
        uint32_t me = local.task + 1;
        if (__atomic_compare_exchange_n(holder_word(), &me,
                                        me | SCHEDULE_DECIDING, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return;
        rejoin();
    }
}

void turn_ensure(void)
{
    if (__atomic_load_n(holder_word(), __ATOMIC_RELAXED) != local.task + 1)
        rejoin();
}

void turn_name(enum op_kind kind, uint32_t object, uint64_t site)
{
    turn_ensure();
    struct segment_turn *turn = turn_own();
    turn->kind = kind;
    turn->object = object;
    turn->site = site;
}

void turn_stop(void)
{
    struct segment_schedule *schedule = schedule_of();
    const struct segment_turn *turn = turn_own();
    if (!schedule->stop_task || turn->plan_task != schedule->stop_task ||
        turn->ops != schedule->stop_op || schedule->stopped)
        return;
    __atomic_store_n(&schedule->stopped, 1, __ATOMIC_RELEASE);
    futex_wake(&runtime.segment->control.done, INT32_MAX);
    while (__atomic_load_n(&schedule->stopped, __ATOMIC_ACQUIRE) == 1)
        SYS4(SYS_futex, &schedule->stopped, FUTEX_WAIT, 1, 0);
}

static void pass_on(void)
{
    int next = sched_next(runtime.segment);
    give(next);
    if (next < 0 || (uint32_t)next != local.task)
        turn_await();
    /* Signals that came in the middle of the decision. */
    while (local.deferred) {
        int signal = __builtin_ctzll(local.deferred) + 1;
        local.deferred &= local.deferred - 1;
        SYS3(SYS_tgkill, SYS0(SYS_getpid), SYS0(SYS_gettid), signal);
    }
}

void turn_point(enum op_kind kind, uint32_t object, uint64_t site,
                uint32_t flags, uint64_t deadline_ns)
{
    decide();
    turn_own()->clock_reads = 0;
    sched_announce(runtime.segment, local.task, kind, object, site, flags,
                   deadline_ns);
    pass_on();
}

/* A cycle of locks is a deadlock at once, whatever other tasks still do. */
static void look_for_cycle(void)
{
    struct segment_schedule *schedule = schedule_of();
    const uint32_t max = sizeof(schedule->cycle) / sizeof(schedule->cycle[0]);
    uint32_t count =
        waitfor_cycle(runtime.segment, local.task, schedule->cycle, max);
    if (!count || schedule->verdict)
        return;
    schedule->cycle_count = count;
    __atomic_store_n(&schedule->verdict, SCHEDULE_DEADLOCK, __ATOMIC_RELEASE);
}

enum turn_end turn_park(uint32_t object, uint32_t flags, uint64_t deadline_ns)
{
    struct segment_turn *turn = turn_own();
    decide();
    sched_park(runtime.segment, local.task, object, flags, deadline_ns);
    if (!deadline_ns && !(flags & TURN_MODELLED))
        look_for_cycle();
    local.handled = local.interrupted = false;
    pass_on();
    local.waited = true;
    if (local.handled)
        return local.interrupted ? TURN_INTERRUPTED : TURN_HANDLED;
    return turn->flags & TURN_TIMED_OUT ? TURN_TIME : TURN_GO;
}

/* -- Beginning and ending
 * ------------------------------------------------------*/

void turn_begin(void)
{
    struct segment *segment = runtime.segment;
    sched_join(segment, local.task);
    segment->tasks[local.task].turn.state = TURN_RUNNING;
    segment->schedule.current = local.task + 1;
    __atomic_store_n(&segment->schedule.holder, local.task + 1,
                     __ATOMIC_RELEASE);
}

/* All tasks but one of the process that PROCESS is the first one of. */
static void leave_process(uint32_t process, uint32_t but)
{
    struct segment *segment = runtime.segment;
    const struct segment_schedule *schedule = &segment->schedule;
    /* Backwards: leaving takes a task out of the list. */
    for (uint32_t i = sched_alive_count(segment); i-- > 0;) {
        uint32_t task = sched_slot(schedule->alive[i]);
        if (task == but || tasks_process_of(task) != process)
            continue;
        edges_ended(task);
        sched_leave(segment, task);
        segment_task_end(segment, task);
    }
}

/* Exec has ended all other threads, and one of them may have had the turn. */
static bool take_from_thread(void)
{
    struct segment *segment = runtime.segment;
    uint32_t me = local.task + 1;
    uint32_t holder = __atomic_load_n(holder_word(), __ATOMIC_ACQUIRE);
    if (!holder || holder > SEGMENT_TASKS ||
        tasks_process_of(holder - 1) != tasks_process() ||
        !__atomic_compare_exchange_n(holder_word(), &holder,
                                     me | SCHEDULE_DECIDING, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return false;
    leave_process(tasks_process(), local.task);
    __atomic_store_n(&segment->tasks[local.task].turn.state, TURN_RUNNING,
                     __ATOMIC_RELEASE);
    __atomic_store_n(holder_word(), me, __ATOMIC_RELEASE);
    edges_waited(0);
    return true;
}

void turn_attach(void)
{
    /* A new program image catches nothing, and it has come. */
    turn_own()->caught = 0;
    turn_own()->kind = OP_KIND_NONE;
    if (take_from_thread())
        return;
    if (__atomic_load_n(&turn_own()->state, __ATOMIC_ACQUIRE) == TURN_NONE)
        rejoin();
    else
        turn_await();
}

/* The parent of PROCESS is told by SIGCHLD: whoever goes on next waits until
 * its handler, if it has one, stands at its point. */
static uint32_t parent_with_handler(uint32_t process, uint32_t *handlers)
{
    const struct segment *segment = runtime.segment;
    uint32_t parent = segment->tasks[process].parent;
    if (!parent || parent > SEGMENT_TASKS)
        return 0;
    parent = tasks_process_of(parent - 1) + 1;
    const struct segment_turn *turn = &segment->tasks[parent - 1].turn;
    const uint64_t bit = UINT64_C(1) << (SIGCHLD - 1);
    if (turn->state == TURN_DEAD || !(turn->caught & bit) ||
        (turn->blocked & bit))
        return 0;
    *handlers = __atomic_load_n(&turn->handlers, __ATOMIC_ACQUIRE);
    return parent;
}

void turn_leave(bool process)
{
    struct segment *segment = runtime.segment;
    struct segment_schedule *schedule = &segment->schedule;
    uint32_t first = tasks_process();
    decide();
    if (process)
        leave_process(first, UINT32_MAX);
    else
        edges_ended(local.task);
    sched_leave(segment, local.task);
    schedule->death_pid = segment->tasks[first].pid;
    schedule->death_tid = process ? 0 : segment->tasks[local.task].tid;
    schedule->death_handler =
        process ? parent_with_handler(first, &schedule->death_handlers) : 0;
    give(sched_next(segment));
}

void turn_lost(int pid)
{
    struct segment *segment = runtime.segment;
    int task = segment_task_find(segment, pid, pid);
    if (task < 0)
        return;
    uint32_t handlers = 0;
    uint32_t process = tasks_process_of((uint32_t)task);
    uint32_t parent = parent_with_handler(process, &handlers);
    await_process(pid);
    leave_process(process, UINT32_MAX);
    if (parent && parent != local.task + 1)
        turn_await_handler(parent - 1, handlers);
}

uint64_t turn_clock_base(long clock)
{
    /* Clocks that do not show the time of day start at 1000 s, so that nobody
     * sees a time before 0. */
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ||
                   clock == CLOCK_TAI
               ? schedule_of()->wall_start_ns
               : UINT64_C(1000) * 1000000000;
}
