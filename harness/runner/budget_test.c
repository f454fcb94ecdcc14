#include "budget.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "inspect.h"

static const uint64_t ms = 1000000;

static struct budget one_second(void)
{
    struct budget budget;
    budget_begin(&budget, 1000 * ms, 5000 * ms);
    return budget;
}

/* COUNT looks, one each SPAN_MS, between which USED_MS were used; returns when
 * the last one was. */
static uint64_t look(struct budget *budget, unsigned count, uint64_t span_ms,
                     uint64_t used_ms, bool ready)
{
    uint64_t now = budget->looked_ns;
    for (unsigned i = 0; i < count; i++) {
        now += span_ms * ms;
        budget_note(budget, now, budget->used_ns + used_ms * ms, ready);
    }
    return now;
}

Test(budget, counts_real_time)
{
    struct budget budget = one_second();
    cr_expect_eq(budget_left_ns(&budget, 5000 * ms), 1000 * ms);
    cr_expect_eq(budget_left_ns(&budget, 5400 * ms), 600 * ms);
    cr_expect_eq(budget_left_ns(&budget, 7000 * ms), 0);
}

Test(budget, counts_waiting_and_computing)
{
    struct budget budget = one_second();
    cr_expect_eq(budget_left_ns(&budget, look(&budget, 10, 100, 0, false)), 0);
    budget = one_second();
    cr_expect_eq(budget_left_ns(&budget, look(&budget, 10, 100, 99, true)), 0);
    /* Two processors. */
    budget = one_second();
    cr_expect_eq(budget_left_ns(&budget, look(&budget, 10, 100, 199, true)), 0);
}

Test(budget, does_not_count_what_the_machine_denies)
{
    struct budget budget = one_second();
    look(&budget, 1, 100, 0, false);
    uint64_t now = look(&budget, 20, 100, 10, true);
    cr_expect_eq(budget_left_ns(&budget, now), 700 * ms,
                 "100 ms, and 20 times 10 ms used");
}

Test(budget, counts_after_all_when_it_takes_for_ever)
{
    struct budget budget = one_second();
    uint64_t now = look(&budget, 105, 100, 0, true);
    cr_expect_eq(budget_left_ns(&budget, now), 0);
    budget = one_second();
    now = look(&budget, 90, 100, 0, true);
    cr_expect_gt(budget_left_ns(&budget, now), 0);
}

Test(budget, does_not_count_when_nobody_could_look)
{
    struct budget budget = one_second();
    uint64_t now = look(&budget, 2, 60000, 0, false);
    cr_expect_eq(budget_left_ns(&budget, now), 400 * ms, "300 ms a look");
    now = look(&budget, 2, 60000, 0, false);
    cr_expect_eq(budget_left_ns(&budget, now), 0);
}

Test(budget, does_not_count_what_is_skipped)
{
    struct budget budget = one_second();
    budget_skip(&budget, 3000 * ms);
    cr_expect_eq(budget_left_ns(&budget, 8500 * ms), 500 * ms);
}

/* A process that goes on as WHAT does, until it is killed. */
static pid_t start(void (*what)(void))
{
    pid_t pid = fork();
    if (!pid)
        for (;;)
            what();
    cr_assert_gt(pid, 0);
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void sleep_long(void)
{
    pause();
}

static void compute(void)
{
    for (volatile unsigned i = 0; i < 1000; i++)
        ;
}

/* Until what is seen of SERVER is READY, or half a minute has passed. */
static bool becomes(pid_t server, bool ready)
{
    uint64_t start_ns = clock_now_ns();
    bool is_ready;
    do {
        inspect_use(server, &is_ready);
    } while (is_ready != ready && clock_now_ns() - start_ns < 30000 * ms);
    return is_ready == ready;
}

Test(budget, sees_whether_a_process_is_ready_and_what_it_used, .timeout = 120)
{
    bool ready;
    pid_t pid = start(sleep_long);
    cr_expect(becomes(pid, false));
    end(pid);
    pid = start(compute);
    cr_expect(becomes(pid, true));
    uint64_t start_ns = clock_now_ns();
    while (!inspect_use(pid, &ready) && clock_now_ns() - start_ns < 60000 * ms)
        ;
    cr_expect_gt(inspect_use(pid, &ready), 0);
    end(pid);
}

static void have_child(void)
{
    start(compute);
    pause();
}

Test(budget, sees_descendants, .timeout = 120)
{
    pid_t pid = start(have_child);
    cr_expect(becomes(pid, true));
    inspect_kill(pid);
    end(pid);
}

Test(budget, takes_a_process_that_is_gone_for_idle)
{
    pid_t pid = start(sleep_long);
    end(pid);
    bool ready = true;
    cr_expect_eq(inspect_use(pid, &ready), 0);
    cr_expect_not(ready);
}
