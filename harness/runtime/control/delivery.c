#include "delivery.h"

#include <signal.h>

#include "tasks.h"
#include "turn.h"

static uint64_t bit(int signal)
{
    return UINT64_C(1) << (signal - 1);
}

/* What happens by default: signal(7). */
static bool is_harmless(int signal)
{
    return signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH ||
           signal == SIGCONT || signal == SIGSTOP || signal == SIGTSTP ||
           signal == SIGTTIN || signal == SIGTTOU;
}

/* A thread of PROCESS that does not block the signal, or -1. */
static int thread_open_to(uint32_t process, int signal)
{
    const struct segment *segment = runtime.segment;
    const struct segment_schedule *schedule = &segment->schedule;
    for (uint32_t i = 0; i < schedule->alive_count && i < SCHEDULE_ALIVE; i++) {
        uint32_t task = schedule->alive[i];
        if (task < SEGMENT_TASKS && tasks_process_of(task) == process &&
            !(segment->tasks[task].turn.blocked & bit(signal)))
            return (int)task;
    }
    return -1;
}

static void add_receiver(struct delivery *delivery, uint32_t process)
{
    struct segment *segment = runtime.segment;
    struct segment_turn *turn = &segment->tasks[process].turn;
    int signal = delivery->signal;
    if (delivery->count >= DELIVERY_RECEIVERS)
        return;
    bool fatal = signal == SIGKILL;
    int task = fatal ? (int)process : thread_open_to(process, signal);
    if (task < 0) {
        /* Blocked everywhere: it stays pending, for sigwait() perhaps. */
        turn->pending |= bit(signal);
        return;
    }
    bool caught = turn->caught & bit(signal);
    if (!caught && !fatal &&
        ((turn->ignored & bit(signal)) || is_harmless(signal)))
        return;
    uint32_t n = delivery->count++;
    delivery->receivers[n].process = process;
    delivery->receivers[n].ends = fatal || !caught;
    delivery->receivers[n].handled = !delivery->receivers[n].ends;
    delivery->receivers[n].task = (uint32_t)task;
    delivery->receivers[n].handlers =
        __atomic_load_n(&segment->tasks[task].turn.handlers, __ATOMIC_ACQUIRE);
}

void delivery_begin(struct delivery *delivery, long pid, int signal)
{
    const struct segment *segment = runtime.segment;
    const struct segment_schedule *schedule = &segment->schedule;
    delivery->signal = signal;
    delivery->count = 0;
    if (signal < 1 || signal > 64)
        return;
    uint32_t self = tasks_process();
    for (uint32_t i = 0; i < schedule->alive_count && i < SCHEDULE_ALIVE; i++) {
        uint32_t task = schedule->alive[i];
        if (task >= SEGMENT_TASKS || tasks_process_of(task) != task)
            continue;
        /* A process group is taken for everybody: they all share the root's,
         * unless the program makes more. */
        bool wanted = pid > 0 ? segment->tasks[task].pid == pid
                              : pid != -1 || task != self;
        if (wanted && task != self)
            add_receiver(delivery, task);
        else if (wanted && pid > 0)
            add_receiver(delivery, task);
    }
    for (uint32_t i = 0; i < delivery->count; i++)
        if (delivery->receivers[i].process == self &&
            delivery->receivers[i].ends)
            turn_leave(true);
}

void delivery_end(const struct delivery *delivery, long result)
{
    struct segment *segment = runtime.segment;
    uint32_t self = tasks_process();
    if (result)
        return;
    for (uint32_t i = 0; i < delivery->count; i++) {
        uint32_t process = delivery->receivers[i].process;
        if (process == self)
            continue;
        if (delivery->receivers[i].ends)
            turn_lost(segment->tasks[process].pid);
        else
            turn_await_handler(delivery->receivers[i].task,
                               delivery->receivers[i].handlers);
    }
    sched_bump(segment, 0);
}
