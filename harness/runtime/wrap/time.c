/* Clocks, timers, waiting for signals: under control from virtual time. */
#include "wrap.h"

#include <sys/syscall.h>

#include "base/clock.h"
#include "calls.h"
#include "control/turn.h"
#include "tasks.h"

/* -- Clocks
 * ---------------------------------------------------------------------*/

enum { PATIENCE = 32 }; /* reads in a row before others get a go */

/* Each read takes time, and more of it the longer a task does nothing else, so
 * that a loop until some time has passed comes to its end. */
static uint64_t read_clock(uint64_t site)
{
    struct segment_schedule *schedule = &runtime.segment->schedule;
    turn_ensure();
    struct segment_turn *turn = turn_own();
    uint64_t reads = ++turn->clock_reads;
    uint64_t step = reads < 20 ? UINT64_C(1) << reads : UINT64_C(1) << 20;
    if (reads % PATIENCE == 0) {
        turn_point(OP_KIND_TIME, 0, site, TURN_YIELDED, 0);
        turn->clock_reads = reads;
    }
    schedule->now_ns += step;
    /* Timers that run in real time must not be ahead of the clock. */
    if (schedule->real_time) {
        uint64_t elapsed = clock_now_ns() - schedule->real_start_ns;
        if (elapsed > schedule->now_ns)
            schedule->now_ns = elapsed;
    }
    return schedule->now_ns;
}

static struct timespec virtual_time(long clock, uint64_t site)
{
    uint64_t now = read_clock(site) + turn_clock_base(clock);
    return (struct timespec){.tv_sec = (time_t)(now / 1000000000u),
                             .tv_nsec = (long)(now % 1000000000u)};
}

static bool is_virtual(struct entry entry)
{
    return entry.traced && control_on();
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *out)
{
    struct entry entry = ENTER();
    int result = 0;
    if (is_virtual(entry) && clock >= 0 && clock <= CLOCK_TAI)
        *out = virtual_time(clock, CALLER_SITE());
    else
        result = REAL(clock_gettime)(clock, out);
    leave(entry);
    return result;
}

EXPORT int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct entry entry = ENTER();
    int result = 0;
    if (is_virtual(entry) && !zone) {
        struct timespec now = virtual_time(CLOCK_REALTIME, CALLER_SITE());
        *out = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    } else {
        result = REAL(gettimeofday)(out, zone);
    }
    leave(entry);
    return result;
}

EXPORT time_t time(time_t *out)
{
    struct entry entry = ENTER();
    time_t now;
    if (is_virtual(entry))
        now = virtual_time(CLOCK_REALTIME, CALLER_SITE()).tv_sec;
    else
        now = REAL(time)(NULL);
    leave(entry);
    if (out)
        *out = now;
    return now;
}

EXPORT int timespec_get(struct timespec *out, int base)
{
    struct entry entry = ENTER();
    int result = base;
    if (is_virtual(entry) && base == TIME_UTC)
        *out = virtual_time(CLOCK_REALTIME, CALLER_SITE());
    else
        result = REAL(timespec_get)(out, base);
    leave(entry);
    return result;
}

EXPORT clock_t clock(void)
{
    struct entry entry = ENTER();
    clock_t now;
    if (is_virtual(entry))
        now = (clock_t)(read_clock(CALLER_SITE()) / 1000);
    else
        now = REAL(clock)();
    leave(entry);
    return now;
}

/* -- Alarms
 * -----------------------------------------------------------------------*/

/* Set the alarm of this process to ring in FIRST ns (0: never), then every
 * EVERY ns; returns when the old one would have rung, 0: never. */
static uint64_t set_alarm(uint64_t first, uint64_t every, uint64_t *old_every)
{
    struct segment *segment = runtime.segment;
    struct segment_schedule *schedule = &segment->schedule;
    struct segment_turn *turn = &segment->tasks[tasks_process()].turn;
    turn_ensure();
    uint64_t left = turn->alarm_ns > schedule->now_ns
                        ? turn->alarm_ns - schedule->now_ns
                        : turn->alarm_ns != 0;
    if (old_every)
        *old_every = turn->alarm_every_ns;
    schedule->alarms += (first != 0) - (turn->alarm_ns != 0);
    turn->alarm_ns = first ? schedule->now_ns + first : 0;
    turn->alarm_every_ns = every;
    return left;
}

EXPORT unsigned alarm(unsigned seconds)
{
    struct entry entry = ENTER();
    if (!is_virtual(entry)) {
        unsigned left = REAL(alarm)(seconds);
        leave(entry);
        return left;
    }
    uint64_t left = set_alarm(seconds * UINT64_C(1000000000), 0, NULL);
    leave(entry);
    return (unsigned)((left + 999999999) / 1000000000u);
}

static uint64_t from_timeval(const struct timeval *time)
{
    return (uint64_t)time->tv_sec * 1000000000u +
           (uint64_t)time->tv_usec * 1000u;
}

static struct timeval to_timeval(uint64_t ns)
{
    return (struct timeval){.tv_sec = (time_t)(ns / 1000000000u),
                            .tv_usec = (suseconds_t)(ns % 1000000000u / 1000)};
}

EXPORT int setitimer(__itimer_which_t which,
                     const struct itimerval *restrict value,
                     struct itimerval *restrict old)
{
    struct entry entry = ENTER();
    if (!is_virtual(entry) || which != ITIMER_REAL || !value) {
        int result = REAL(setitimer)(which, value, old);
        leave(entry);
        return result;
    }
    uint64_t every = 0;
    uint64_t left = set_alarm(from_timeval(&value->it_value),
                              from_timeval(&value->it_interval), &every);
    if (old)
        *old = (struct itimerval){.it_value = to_timeval(left),
                                  .it_interval = to_timeval(every)};
    leave(entry);
    return 0;
}
