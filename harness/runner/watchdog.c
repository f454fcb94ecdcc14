#include "watchdog.h"

#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "detect/death.h"
#include "inspect.h"
#include "sched/sched.h"
#include "sched/strategy.h"
#include "segment/read.h"
#include "segment/write.h"

/* How long a task may have the turn without coming to another point. */
enum {
    ASLEEP_MS = 20,
    BUSY_MS = 200,  /* computes, or waits for what the kernel is about to do */
    STOPPED_MS = 2, /* by a signal: others are meant to go on */
};

/* Looks at somebody who does not go on: soon, to find the dead, then less
 * often. */
enum { QUICK_LOOKS = 8, QUICK_MS = 2, USUAL_MS = 10 };

/* Ring the alarm of a task in its own stead. */
static void ring(const struct watchdog *watchdog)
{
    struct segment_schedule *schedule = &watchdog->segment->schedule;
    uint32_t task = sched_slot(schedule->alarm_task - 1);
    struct segment_turn *turn = &watchdog->segment->tasks[task].turn;
    turn->alarm_ns =
        turn->alarm_every_ns ? schedule->now_ns + turn->alarm_every_ns : 0;
    if (!turn->alarm_ns && schedule->alarms)
        schedule->alarms--;
    pid_t pid = inspect_pid(watchdog->server, watchdog->segment, task, NULL);
    if (pid > 0)
        kill(pid, SIGALRM);
}

/* Let TASK look again whether it has the turn. */
static void wake(struct segment *segment, uint32_t task)
{
    struct segment_turn *turn = &segment->tasks[task].turn;
    __atomic_fetch_add(&turn->gate, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &turn->gate, FUTEX_WAKE, 1, NULL, NULL, 0);
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
    /* Release: pairs with the acquire in the runtime's turn_await(). */
    __atomic_store_n(&schedule->holder, (uint32_t)next + 1, __ATOMIC_RELEASE);
    wake(segment, (uint32_t)next);
}

/* Become the one who decides, instead of EXPECTED. */
static bool take_over(struct segment *segment, uint32_t expected)
{
    return __atomic_compare_exchange_n(&segment->schedule.holder, &expected,
                                       SCHEDULE_RUNNER | SCHEDULE_DECIDING,
                                       false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
}

static bool is_dead(const struct watchdog *watchdog, uint32_t task)
{
    char state = inspect_state(watchdog->proc, watchdog->segment, task, NULL);
    return state == 'X' || state == 'Z';
}

static void bury(const struct watchdog *watchdog, uint32_t task)
{
    struct segment *segment = watchdog->segment;
    death_note(segment, watchdog->memory, task);
    sched_leave(segment, task);
    segment_task_end(segment, task);
}

/* TASK was made room for by a process that died before, or just after, it made
 * it. */
static bool is_never_born(const struct watchdog *watchdog, uint32_t task)
{
    const struct segment *segment = watchdog->segment;
    uint32_t maker = segment->tasks[task].parent;
    if (segment->tasks[task].pid > 0 || !maker || maker > SEGMENT_TASKS)
        return false;
    maker = segment_task_process(segment, maker - 1);
    return segment->tasks[maker].turn.state == TURN_DEAD &&
           is_dead(watchdog, maker);
}

/* Take out all dead tasks of process PID, and return how many live; with
 * UNBORN, also those that have not come. */
static unsigned bury_dead_of(const struct watchdog *watchdog, int pid,
                             bool unborn)
{
    const struct segment *segment = watchdog->segment;
    const struct segment_schedule *schedule = &segment->schedule;
    unsigned others = 0;
    /* Backwards: leaving takes a task out of the list. */
    for (uint32_t i = sched_alive_count(segment); i-- > 0;) {
        uint32_t task = sched_slot(schedule->alive[i]);
        bool missing = is_never_born(watchdog, task);
        if (segment->tasks[task].pid != pid && !missing)
            continue;
        if (missing ? unborn : is_dead(watchdog, task))
            bury(watchdog, task);
        else
            others++;
    }
    return others;
}

/* TASK has died with the turn. Mostly its whole process has, and the other
 * threads get a moment to follow, and children to come; or a thread ended by a
 * bare system call. */
static void bury_process(const struct watchdog *watchdog, uint32_t task)
{
    const struct timespec moment = {.tv_nsec = 500000};
    int pid = watchdog->segment->tasks[task].pid;
    bury(watchdog, task);
    for (unsigned i = 0; i < 40 && bury_dead_of(watchdog, pid, false); i++)
        nanosleep(&moment, NULL);
    bury_dead_of(watchdog, pid, true);
}

/* Take out all dead tasks that are in STATE, or with TURN_NONE in any; returns
 * how many there were. */
static unsigned bury_all(const struct watchdog *watchdog, enum turn_state state)
{
    const struct segment *segment = watchdog->segment;
    const struct segment_schedule *schedule = &segment->schedule;
    unsigned count = 0;
    for (uint32_t i = sched_alive_count(segment); i-- > 0;) {
        uint32_t task = sched_slot(schedule->alive[i]);
        if ((state && segment->tasks[task].turn.state != (uint32_t)state) ||
            !(is_dead(watchdog, task) || is_never_born(watchdog, task)))
            continue;
        bury(watchdog, task);
        count++;
    }
    return count;
}

/* Nobody has the turn, and somebody outside of control is about: what the
 * others wait for may have happened by now. Or all of those are dead. */
static void nudge(struct watchdog *watchdog)
{
    struct segment *segment = watchdog->segment;
    struct segment_schedule *schedule = &segment->schedule;
    if (schedule->verdict || !take_over(segment, 0))
        return;
    bury_all(watchdog, TURN_EXTERNAL);
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

uint64_t watchdog_pause_ns(const struct watchdog *watchdog)
{
    bool quick = watchdog->stuck < QUICK_LOOKS &&
                 (watchdog->stuck || !watchdog->looked_ns);
    return (quick ? QUICK_MS : USUAL_MS) * UINT64_C(1000000);
}

/* Whether the same one has had the turn since the last look. */
static bool nothing_goes_on(struct watchdog *watchdog)
{
    const struct segment_schedule *schedule = &watchdog->segment->schedule;
    uint32_t holder = __atomic_load_n(&schedule->holder, __ATOMIC_ACQUIRE);
    uint64_t grants = __atomic_load_n(&schedule->grants, __ATOMIC_RELAXED);
    uint64_t before = watchdog->looked_ns;
    watchdog->looked_ns = clock_now_ns();
    if (before && holder == watchdog->holder && grants == watchdog->grants)
        return true;
    watchdog->since_ns = before ? before : watchdog->looked_ns;
    watchdog->stuck_ns = watchdog->looked_ns;
    watchdog->holder = holder;
    watchdog->grants = grants;
    watchdog->stuck = 0;
    return false;
}

/* How long a holder in STATE may keep the turn, in ms; 0: for ever. */
static unsigned patience(const struct watchdog *watchdog, char state)
{
    switch (state) {
    case 'S':
        return watchdog->segment->schedule.settling ? BUSY_MS : ASLEEP_MS;
    case 'T':
        return STOPPED_MS;
    case 'D': /* waits for a disk */
    case 't': /* is being debugged */
        return 0;
    default:
        return BUSY_MS;
    }
}

/* TASK runs where nothing is seen of it, because of CALL. */
static void lose_sight(struct segment *segment, uint32_t task, const char *call)
{
    struct segment_schedule *schedule = &segment->schedule;
    snprintf(schedule->external_call, sizeof(schedule->external_call), "%s",
             call);
    schedule->external_site = segment->tasks[task].turn.site;
    /* What a program does that the runtime is not in, may order others. */
    if (segment->tasks[task].turn.kind == OP_KIND_EXEC)
        segment->control.blind = MEMORY_OFF_UNSEEN;
    sched_external(segment, task);
}

static void give_up(struct watchdog *watchdog, uint32_t task, const char *call)
{
    lose_sight(watchdog->segment, task, call);
    /* Should it wait for the turn, it has to know that it will not get it. */
    wake(watchdog->segment, task);
    pass_on(watchdog);
    watchdog->stuck = 0;
}

/* TASK has died with the turn. */
static void replace_dead(struct watchdog *watchdog, uint32_t task)
{
    struct segment *segment = watchdog->segment;
    if (task < SEGMENT_TASKS) {
        /* A program that the runtime cannot be loaded into, such as a static
         * one, came and went. */
        if (segment->tasks[task].turn.kind == OP_KIND_EXEC)
            lose_sight(segment, task, "exec");
        bury_process(watchdog, task);
    }
    pass_on(watchdog);
    watchdog->stuck = 0;
}

void watchdog_look(struct watchdog *watchdog)
{
    struct segment *segment = watchdog->segment;
    struct segment_schedule *schedule = &segment->schedule;
    if (!nothing_goes_on(watchdog))
        return;
    watchdog->stuck++;
    if (watchdog->proc < 0)
        watchdog->proc = inspect_open(watchdog->server);
    /* Without knowing what the tasks do, nothing can be said of them. */
    if (watchdog->proc < 0)
        return;
    uint32_t holder = watchdog->holder;
    uint64_t stuck_ns = watchdog->looked_ns - watchdog->stuck_ns;
    if (!holder) {
        if (stuck_ns >= USUAL_MS * UINT64_C(1000000))
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
        if (take_over(segment, holder))
            replace_dead(watchdog, task);
        return;
    }
    /* One that decides comes back. */
    if (holder & SCHEDULE_DECIDING)
        return;
    /* Whoever gave it the turn may have been killed before it could say so. */
    if (state == 'S' && watchdog->stuck == 1)
        wake(segment, task);
    uint64_t limit_ns = patience(watchdog, state) * UINT64_C(1000000);
    if (!limit_ns || stuck_ns < limit_ns || !take_over(segment, holder))
        return;
    give_up(watchdog, task,
            state == 'S'   ? call
            : state == 'T' ? "stop"
                           : "computation");
}

/* Whoever gave the verdict is about to leave the turn to nobody. */
static bool take_over_verdict(struct segment *segment)
{
    const struct timespec moment = {.tv_nsec = 200000};
    for (unsigned tries = 0; tries < 10; tries++) {
        if (take_over(segment, 0))
            return true;
        nanosleep(&moment, NULL);
    }
    return false;
}

bool watchdog_revise(struct watchdog *watchdog)
{
    struct segment *segment = watchdog->segment;
    struct segment_schedule *schedule = &segment->schedule;
    if (schedule->verdict != SCHEDULE_DEADLOCK &&
        schedule->verdict != SCHEDULE_IDLE)
        return false;
    if (watchdog->proc < 0)
        watchdog->proc = inspect_open(watchdog->server);
    if (watchdog->proc < 0 || !take_over_verdict(segment))
        return false;
    if (!bury_all(watchdog, TURN_NONE)) {
        __atomic_store_n(&schedule->holder, 0, __ATOMIC_SEQ_CST);
        return false;
    }
    schedule->cycle_count = 0;
    __atomic_store_n(&schedule->verdict, SCHEDULE_OPEN, __ATOMIC_RELEASE);
    pass_on(watchdog);
    return true;
}
