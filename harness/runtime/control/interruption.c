#include "interruption.h"

#include "tasks.h"
#include "turn.h"

bool interruption_begin(struct interrupted *interrupted, int signal,
                        bool restarts, uint64_t blocked)
{
    struct segment_schedule *schedule = &runtime.segment->schedule;
    struct segment_turn *turn = turn_own();
    uint32_t me = local.task + 1;
    uint32_t holder = __atomic_load_n(&schedule->holder, __ATOMIC_ACQUIRE);
    if (holder == (me | SCHEDULE_DECIDING)) {
        local.deferred |= UINT64_C(1) << (signal - 1);
        return false;
    }
    /* Known to senders before they see that the handler has come: none shall
     * wait for one that cannot. */
    uint64_t before = turn->blocked;
    turn->blocked = before | blocked;
    if (holder == me) {
        __atomic_fetch_add(&turn->handlers, 1, __ATOMIC_RELEASE);
    } else {
        /* At a point, or parked: run as soon as the task is chosen. */
        __atomic_fetch_or(&turn->flags, TURN_SIGNALLED, __ATOMIC_ACQ_REL);
        /* Whoever sent the signal waits for this. */
        __atomic_fetch_add(&turn->handlers, 1, __ATOMIC_RELEASE);
        turn_await();
    }
    interrupted->turn = *turn;
    interrupted->turn.blocked = before;
    local.handled = true;
    local.interrupted |= !restarts;
    return true;
}

void interruption_end(const struct interrupted *interrupted)
{
    struct segment_turn *turn = turn_own();
    const struct segment_turn *before = &interrupted->turn;
    turn_ensure();
    turn->kind = before->kind;
    turn->object = before->object;
    turn->site = before->site;
    turn->flags = before->flags & ~(uint32_t)TURN_SIGNALLED;
    turn->park_object = before->park_object;
    turn->park_version = before->park_version;
    turn->park_epoch = before->park_epoch;
    turn->park_io = before->park_io;
    turn->deadline_ns = before->deadline_ns;
    turn->wait_bits = before->wait_bits;
    turn->blocked = before->blocked;
    /* The handler's own waits have reset it. */
    local.handled = true;
}

void interruption_note(int signal, bool caught, bool ignored)
{
    struct segment_turn *turn = &runtime.segment->tasks[tasks_process()].turn;
    uint64_t bit = UINT64_C(1) << (signal - 1);
    turn->caught = caught ? turn->caught | bit : turn->caught & ~bit;
    turn->ignored = ignored ? turn->ignored | bit : turn->ignored & ~bit;
}
