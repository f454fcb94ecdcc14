/* futex(2), called directly, with C11 atomics. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "primitives/primitives.h"

static void futex_wait(_Atomic uint32_t *word, uint32_t value)
{
    need(!syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0) ||
             errno == EAGAIN || errno == EINTR,
         "FUTEX_WAIT");
}

static void futex_wake(_Atomic uint32_t *word, int count)
{
    need(syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0) >= 0,
         "FUTEX_WAKE");
}

/* -- A mutex: U. Drepper, "Futexes are tricky", the second one --------------
 */

enum { FREE, TAKEN, CONTENDED };

static void take(void *context)
{
    _Atomic uint32_t *word = context;
    uint32_t expected = FREE;
    if (atomic_compare_exchange_strong(word, &expected, TAKEN))
        return;
    if (expected != CONTENDED)
        expected = atomic_exchange(word, CONTENDED);
    while (expected != FREE) {
        futex_wait(word, CONTENDED);
        expected = atomic_exchange(word, CONTENDED);
    }
}

static void give(void *context)
{
    _Atomic uint32_t *word = context;
    if (atomic_exchange(word, FREE) == CONTENDED)
        futex_wake(word, 1);
}

static int run_mutex(const void *settings)
{
    (void)settings;
    return count_between(take, give, shared_new(sizeof(uint32_t)));
}

/* -- Wait and wake ----------------------------------------------------------
 */

enum { STEPS = 5, FOLLOWERS = 2 };

struct steps {
    _Atomic uint32_t step;
    _Atomic uint32_t seen; /* by both followers together */
};

/* See every step; the leader takes the next when all have seen the last. */
static void follow(void *context)
{
    struct steps *steps = context;
    for (uint32_t step = 0; step < STEPS; step++) {
        while (steps->step == step)
            futex_wait(&steps->step, step);
        need(steps->step == step + 1, "no step missed");
        if (atomic_fetch_add(&steps->seen, 1) + 1 == (step + 1) * FOLLOWERS)
            futex_wake(&steps->seen, 1);
    }
}

static int run_wake(const void *settings)
{
    (void)settings;
    struct steps *steps = shared_new(sizeof(*steps));
    pid_t followers[FOLLOWERS];
    for (int i = 0; i < FOLLOWERS; i++)
        followers[i] = child_start(follow, steps);
    for (uint32_t step = 1; step <= STEPS; step++) {
        steps->step = step;
        futex_wake(&steps->step, INT_MAX);
        uint32_t seen;
        while ((seen = steps->seen) != step * FOLLOWERS)
            futex_wait(&steps->seen, seen);
    }
    for (int i = 0; i < FOLLOWERS; i++)
        child_end(followers[i]);
    return report(steps->seen, STEPS * FOLLOWERS);
}

/* Nobody wakes it. */
static int run_timed(const void *settings)
{
    (void)settings;
    _Atomic uint32_t word = 0;
    struct timespec limit = {.tv_nsec = 10000000};
    long result;
    do
        result =
            syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &limit, NULL, 0);
    while (!result);
    return report(errno, ETIMEDOUT);
}

const struct program_variant futex_variants[] = {
    {"futex-mutex", "right: a mutex made of one word.", run_mutex},
    {"futex-wake", "right: two follow a third.", run_wake},
    {"futex-timed", "right: a wait that times out.", run_timed},
    {NULL, NULL, NULL},
};
