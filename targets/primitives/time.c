/* Time, yields and random numbers: nothing here waits for a lock. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "primitives/primitives.h"

static int64_t elapsed_ns(struct timespec since)
{
    struct timespec now = after_ms(CLOCK_MONOTONIC, 0);
    return (now.tv_sec - since.tv_sec) * INT64_C(1000000000) + now.tv_nsec -
           since.tv_nsec;
}

/* -- Sleep ------------------------------------------------------------------
 */

struct sleeper {
    const int *ends;
    long ms;
};

/* Sleep, and say how long that was meant to be. */
static void sleep_and_tell(void *context)
{
    const struct sleeper *sleeper = context;
    struct timespec start = after_ms(CLOCK_MONOTONIC, 0);
    struct timespec time = {sleeper->ms / 1000, sleeper->ms % 1000 * 1000000};
    while (nanosleep(&time, &time))
        need(errno == EINTR, "nanosleep");
    need(elapsed_ns(start) >= sleeper->ms * 1000000, "slept long enough");
    write_all(sleeper->ends[1], &sleeper->ms, sizeof(sleeper->ms));
}

/* A short sleep most often ends first. Nothing says that it must. */
static int run_sleep(const void *settings)
{
    (void)settings;
    int ends[2];
    need(!pipe2(ends, O_CLOEXEC), "pipe2");
    struct sleeper sleepers[] = {{ends, 1000}, {ends, 10}};
    pid_t children[] = {child_start(sleep_and_tell, &sleepers[0]),
                        child_start(sleep_and_tell, &sleepers[1])};
    long first, second;
    read_all(ends[0], &first, sizeof(first));
    read_all(ends[0], &second, sizeof(second));
    child_end(children[0]);
    child_end(children[1]);
    need(!close(ends[0]) && !close(ends[1]), "close");
    return report(first + second, 1010);
}

static int run_timer(const void *settings)
{
    (void)settings;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    need(fd >= 0, "timerfd_create");
    struct timespec start = after_ms(CLOCK_MONOTONIC, 0);
    struct itimerspec timer = {.it_value = {.tv_nsec = 10000000}};
    need(!timerfd_settime(fd, 0, &timer, NULL), "timerfd_settime");
    uint64_t expirations;
    read_all(fd, &expirations, sizeof(expirations));
    need(elapsed_ns(start) >= 10000000, "waited long enough");
    need(!close(fd), "close");
    return report((long)expirations, 1);
}

/* -- Busy -------------------------------------------------------------------
 */

/* Time passes, and never runs backwards. */
static void await_time(void *unused)
{
    (void)unused;
    struct timespec start = after_ms(CLOCK_MONOTONIC, 0);
    int64_t last = 0;
    while (last < 5000000) {
        int64_t now = elapsed_ns(start);
        need(now >= last, "forwards");
        last = now;
    }
}

static int run_busy(const void *settings)
{
    (void)settings;
    pid_t child = child_start(await_time, NULL);
    await_time(NULL);
    child_end(child);
    return report(0, 0);
}

struct flags {
    atomic_int first, second;
};

static void answer_flag(void *context)
{
    struct flags *flags = context;
    while (!flags->first)
        sched_yield();
    flags->second = flags->first + 1;
}

static int run_yield(const void *settings)
{
    (void)settings;
    struct flags *flags = shared_new(sizeof(*flags));
    pid_t child = child_start(answer_flag, flags);
    flags->first = 1;
    while (!flags->second)
        sched_yield();
    child_end(child);
    return report(flags->second, 2);
}

/* -- Random numbers ---------------------------------------------------------
 */

enum { BYTES = 16, DRAWERS = 2 };

struct draw {
    unsigned char bytes[BYTES];
};

static void draw(void *context)
{
    struct draw *draw = context;
    need(getrandom(draw->bytes, BYTES, 0) == BYTES, "getrandom");
}

/* Two processes and their parent draw, and no two draw the same. */
static int run_random(const void *settings)
{
    (void)settings;
    struct draw *draws = shared_new((DRAWERS + 1) * sizeof(*draws));
    pid_t children[DRAWERS];
    for (int i = 0; i < DRAWERS; i++)
        children[i] = child_start(draw, &draws[i]);
    draw(&draws[DRAWERS]);
    for (int i = 0; i < DRAWERS; i++)
        child_end(children[i]);
    long same = 0;
    for (int i = 0; i <= DRAWERS; i++)
        for (int k = 0; k < i; k++)
            same += memcmp(&draws[i], &draws[k], sizeof(*draws)) == 0;
    return report(same, 0);
}

const struct program_variant time_variants[] = {
    {"nanosleep", "right: a long sleep and a short one, in any order.",
     run_sleep},
    {"timerfd", "right: reads a timer.", run_timer},
    {"clock-busy", "right: reads the clock until 5 ms have passed.", run_busy},
    {"yield-spin", "right: yields until another process answers.", run_yield},
    {"getrandom", "right: draws differ.", run_random},
    {NULL, NULL, NULL},
};
