#include "wait.h"

#include <pthread.h>

bool wait_more(struct wait *wait, bool interruptible)
{
    if (wait->late)
        return false;
    enum turn_end end = turn_park(wait->object, wait->flags, wait->deadline_ns);
    wait->late = end == TURN_TIME;
    wait->handled = end == TURN_INTERRUPTED || end == TURN_HANDLED;
    wait->interrupted = end == TURN_INTERRUPTED;
    wait->cancelled = turn_own()->flags & TURN_CANCELLED;
    return !(interruptible && wait->interrupted);
}

uint64_t wait_deadline(long clock, const struct timespec *until)
{
    if (!until)
        return 0;
    uint64_t base = turn_clock_base(clock);
    uint64_t at = until->tv_sec < 0 ? 0
                                    : (uint64_t)until->tv_sec * 1000000000u +
                                          (uint64_t)until->tv_nsec;
    return at > base ? at - base : 1;
}

uint64_t wait_span(const struct timespec *span)
{
    uint64_t ns = span->tv_sec < 0 ? 0
                                   : (uint64_t)span->tv_sec * 1000000000u +
                                         (uint64_t)span->tv_nsec;
    return runtime.segment->schedule.now_ns + ns + 1;
}

void wait_cancel(void)
{
    turn_own()->flags &= ~(uint32_t)TURN_CANCELLED;
    struct local saved = local;
    local.inside = false;
    if (runtime.dispatch)
        local.selector = SELECT_BLOCK;
    pthread_testcancel();
    local.inside = saved.inside;
    local.selector = saved.selector;
}

uint32_t wait_wake(uint32_t object, uint32_t count, uint32_t bits,
                   uint64_t site)
{
    struct segment *segment = runtime.segment;
    uint32_t waiters[256];
    uint32_t n = sched_waiters(segment, object, waiters, 256);
    for (uint32_t i = 0; i < n;)
        if (segment->tasks[waiters[i]].turn.wait_bits & bits)
            i++;
        else
            waiters[i] = waiters[--n];
    uint32_t woken = 0;
    while (woken < count && n) {
        uint32_t i = (uint32_t)sched_environment(segment, local.task, n);
        sched_wake(segment, waiters[i]);
        waiters[i] = waiters[--n];
        woken++;
    }
    if (!woken && object && object <= SEGMENT_OBJECTS) {
        struct segment_object *known = &segment->objects[object];
        known->vain_task = local.task + 1;
        known->vain_site = site;
        known->vain_ticket = segment_ticket(segment);
    }
    return woken;
}
