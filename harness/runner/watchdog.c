#include "watchdog.h"

#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "inspect.h"
#include "sched/sched.h"
#include "sched/strategy.h"
#include "segment/read.h"
#include "segment/write.h"

/* A task that computes gets this many times longer than one that sleeps. */
enum { ASLEEP_LOOKS = 2, BUSY_LOOKS = 20 };

/* Ring the alarm of a task in its own stead. */
static void ring(const struct watchdog *watchdog)
{
    struct segment_schedule *schedule = &watchdog->segment->schedule;
    uint32_t task = sched_slot(schedule->alarm_task - 1);
    struct segment_turn *turn = &watchdog->segment->turns[task];
    turn->alarm_ns =
        turn->alarm_every_ns ? schedule->now_ns + turn->alarm_every_ns : 0;
    if (!turn->alarm_ns && schedule->alarms)
        schedule->alarms--;
    pid_t pid = inspect_pid(watchdog->server, watchdog->segment, task, NULL);
    if (pid > 0)
        kill(pid, SIGALRM);
}

/* Give the turn to whom sched_next() says, in place of the lost holder. */
static void pass_on(const struct watchdog *watchdog)
{
    struct segment *segment = watchdog->segment;
    struct segment_schedule *schedule = &segment->schedule;
    int next;
    while ((next = sched_next(segment)) == SCHED_ALARM)
        ring(watchdog);
    if (next < 0) {
        __atomic_store_n(&schedule->holder, 0, __ATOMIC_SEQ_CST);
        return;
    }
    struct segment_turn *turn = &segment->turns[next];
    /* Release: pairs with the acquire in the runtime's turn_await(). */
    __atomic_store_n(&schedule->holder, (uint32_t)next + 1, __ATOMIC_RELEASE);
    __atomic_fetch_add(&turn->gate, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &turn->gate, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Become the one who decides, instead of EXPECTED. */
static bool take_over(struct segment *segment, uint32_t expected)
{
    return __atomic_compare_exchange_n(&segment->schedule.holder, &expected,
                                       SCHEDULE_RUNNER | SCHEDULE_DECIDING,
                                       false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
}

/* TASK's whole process is dead: none of its tasks comes back. */
static void bury(struct segment *segment, uint32_t task)
{
    struct segment_schedule *schedule = &segment->schedule;
    int pid = segment->tasks[task].pid;
    /* Backwards: leaving takes a task out of the list. */
    for (uint32_t i = sched_alive_count(segment); i-- > 0;) {
        uint32_t other = sched_slot(schedule->alive[i]);
        if (other == task || segment->tasks[other].pid != pid)
            continue;
        sched_leave(segment, other);
        segment_task_end(segment, other);
    }
    sched_leave(segment, task);
    segment_task_end(segment, task);
}

/* The first task outside of control whose process is dead, or -1. */
static int find_dead(const struct watchdog *watchdog)
{
    const struct segment *segment = watchdog->segment;
    const struct segment_schedule *schedule = &segment->schedule;
    uint32_t count = sched_alive_count(segment);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t task = sched_slot(schedule->alive[i]);
        if (segment->turns[task].state == TURN_EXTERNAL &&
            inspect_state(watchdog->proc, segment, task, NULL) == 'X')
            return (int)task;
    }
    return -1;
}

/* Nobody has the turn, and somebody outside of control is about: what the
 * others wait for may have happened by now. Or all of those are dead. */
static void nudge(struct watchdog *watchdog)
{
    struct segment *segment = watchdog->segment;
    struct segment_schedule *schedule = &segment->schedule;
    if (schedule->verdict || !take_over(segment, 0))
        return;
    int dead = find_dead(watchdog);
    if (dead >= 0)
        bury(segment, (uint32_t)dead);
    /* What is outside of control runs in real time, so that passes here, too.
     */
    uint64_t now = clock_now_ns();
    schedule->now_ns += now - watchdog->since_ns;
    watchdog->since_ns = now;
    schedule->epoch++;
    pass_on(watchdog);
}

void watchdog_fini(struct watchdog *watchdog)
{
    if (watchdog->proc >= 0)
        close(watchdog->proc);
    watchdog->proc = -1;
}

void watchdog_look(struct watchdog *watchdog)
{
    struct segment *segment = watchdog->segment;
    struct segment_schedule *schedule = &segment->schedule;
    uint32_t holder = __atomic_load_n(&schedule->holder, __ATOMIC_ACQUIRE);
    uint64_t grants = __atomic_load_n(&schedule->grants, __ATOMIC_RELAXED);
    uint64_t before = watchdog->looked_ns;
    watchdog->looked_ns = clock_now_ns();
    if (holder != watchdog->holder || grants != watchdog->grants) {
        watchdog->since_ns = before ? before : watchdog->looked_ns;
        watchdog->holder = holder;
        watchdog->grants = grants;
        watchdog->stuck = 0;
        return;
    }
    watchdog->stuck++;
    if (watchdog->proc < 0)
        watchdog->proc = inspect_open(watchdog->server);
    /* Without knowing what the tasks do, nothing can be said of them. */
    if (watchdog->proc < 0)
        return;
    if (!holder) {
        nudge(watchdog);
        return;
    }
    if (schedule->verdict || schedule->stopped == 1)
        return;
    uint32_t task = (holder & ~SCHEDULE_DECIDING) - 1;
    char call[SCHEDULE_CALL_BYTES] = "";
    char state = task < SEGMENT_TASKS
                     ? inspect_state(watchdog->proc, segment, task, call)
                     : 'X';
    if (state == 'X' || state == 'Z') {
        if (!take_over(segment, holder))
            return;
        if (task < SEGMENT_TASKS)
            bury(segment, task);
        pass_on(watchdog);
        watchdog->stuck = 0;
        return;
    }
    /* One that decides or is stopped by a debugger comes back; one that waits
     * for a disk, too. */
    bool asleep = state == 'S';
    unsigned looks = asleep ? ASLEEP_LOOKS : BUSY_LOOKS;
    if ((holder & SCHEDULE_DECIDING) || state == 'D' || state == 't' ||
        watchdog->stuck < looks || !take_over(segment, holder))
        return;
    if (asleep || state == 'T')
        memcpy(schedule->external_call, call, sizeof(call));
    else
        strcpy(schedule->external_call, "computation");
    schedule->external_site = segment->turns[task].site;
    sched_external(segment, task);
    pass_on(watchdog);
    watchdog->stuck = 0;
}
