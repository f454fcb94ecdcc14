#include "clock.h"

#include <time.h>

static uint64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t clock_now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t clock_wall_ns(void)
{
    return read_clock(CLOCK_REALTIME);
}

uint64_t clock_watch_at(struct clock_watch *watch, uint64_t now_ns)
{
    enum { LONGEST_NS = 1000000000 };
    uint64_t since = watch->looked_ns ? now_ns - watch->looked_ns : 0;
    watch->looked_ns = now_ns;
    watch->spent_ns += since < LONGEST_NS ? since : LONGEST_NS;
    return watch->spent_ns;
}

uint64_t clock_watch_look(struct clock_watch *watch)
{
    return clock_watch_at(watch, clock_now_ns());
}
