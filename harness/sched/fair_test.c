/* Every strategy but replay: nobody is passed over for ever. And the plain
 * random walk: everybody is equally likely. */
#include "model_test.h"

static struct model *model;

static void make(void)
{
    model = model_new();
}

static void drop(void)
{
    model_free(model);
}

TestSuite(sched_fair, .init = make, .fini = drop, .timeout = 120);
TestSuite(sched_random, .init = make, .fini = drop, .timeout = 120);

/* PROGRAM ends under every strategy and SEEDS seeds. */
static void expect_end(const struct model_program *program, uint64_t seeds,
                       uint64_t step_limit)
{
    for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++)
        for (uint64_t seed = 0; seed < seeds; seed++) {
            model_configure(model, strategy, seed);
            model->segment->schedule.step_limit = step_limit;
            cr_assert_eq(model_run(model, program), SCHEDULE_OPEN,
                         "%s, seed %u", sched_strategies[strategy]->name,
                         (unsigned)seed);
        }
}

Test(sched_fair, a_task_that_spins_with_yields_lets_the_other_set_the_flag)
{
    const struct model_program program = {
        .scripts = {{{MODEL_SPAWN, 1, 0, 0}, {MODEL_SPIN, 0, 1, 0}},
                    {{MODEL_NOTHING, 0, 0, 0},
                     {MODEL_YIELD, 0, 0, 0},
                     {MODEL_WRITE, 0, 1, 0}}}};
    expect_end(&program, 1000, 20000);
}

Test(sched_fair, spinners_wait_for_each_other_in_a_ring)
{
    struct model_program program = {0};
    for (uint32_t i = 1; i <= 4; i++) {
        model_add(&program, 0, (struct model_step){MODEL_SPAWN, i, 0, 0});
        model_add(&program, i, (struct model_step){MODEL_SPIN, i % 4, 1, 0});
        model_add(&program, i,
                  (struct model_step){MODEL_WRITE, (i + 3) % 4, 1, 0});
    }
    model_add(&program, 0, (struct model_step){MODEL_NAP, 3, 0, 1000});
    model_add(&program, 0, (struct model_step){MODEL_WRITE, 0, 1, 0});
    expect_end(&program, 1000, 20000);
}

Test(sched_fair, a_poller_with_sleeps_lets_the_other_set_the_flag)
{
    const struct model_program program = {
        .scripts = {{{MODEL_SPAWN, 1, 0, 0}, {MODEL_NAP, 0, 1, 1000}},
                    {{MODEL_NOTHING, 0, 0, 0},
                     {MODEL_SLEEP, 0, 0, 50000000},
                     {MODEL_WRITE, 0, 1, 0}}}};
    expect_end(&program, 1000, 20000);
}

/* Nothing says that it waits: only that it goes on and on. */
Test(sched_fair, a_task_that_polls_without_a_yield_is_interrupted_some_time)
{
    const struct model_program program = {
        .scripts = {{{MODEL_SPAWN, 1, 0, 0}, {MODEL_POLL, 0, 1, 0}},
                    {{MODEL_NOTHING, 0, 0, 0}, {MODEL_WRITE, 0, 1, 0}}}};
    expect_end(&program, 20, 60000);
}

Test(sched_fair, two_that_never_yield_are_stopped_by_one_that_did)
{
    const struct model_program program = {.scripts = {{{MODEL_SPAWN, 1, 0, 0},
                                                       {MODEL_SPAWN, 2, 0, 0},
                                                       {MODEL_YIELD, 0, 0, 0},
                                                       {MODEL_WRITE, 0, 1, 0}},
                                                      {{MODEL_POLL, 0, 1, 0}},
                                                      {{MODEL_POLL, 0, 1, 0}}}};
    expect_end(&program, 20, 60000);
}

Test(sched_random, everybody_is_equally_likely)
{
    enum { TASKS = 4, GRANTS = 8000 };
    model_configure(model, STRATEGY_RANDOM, 7);
    model_begin(model, TASKS);
    unsigned after[TASKS][TASKS] = {{0}};
    uint32_t last = 0;
    for (unsigned i = 0; i < GRANTS; i++) {
        int next = sched_next(model->segment);
        cr_assert_geq(next, 0);
        after[last][next]++;
        last = (uint32_t)next;
        model_point(model, last, OP_KIND_POINT, 0);
    }
    /* Each of the 16 pairs 500 times; standard deviation 22. */
    for (unsigned i = 0; i < TASKS; i++)
        for (unsigned k = 0; k < TASKS; k++)
            cr_expect(after[i][k] > 390 && after[i][k] < 610, "%u after %u: %u",
                      k, i, after[i][k]);
}

Test(sched_random, one_that_yielded_is_passed_over_most_of_the_time_not_always)
{
    model_configure(model, STRATEGY_RANDOM, 7);
    model_begin(model, 2);
    unsigned yielder = 0;
    for (unsigned i = 0; i < 8000; i++) {
        int next = sched_next(model->segment);
        cr_assert_geq(next, 0);
        yielder += next == 1;
        sched_announce(model->segment, 0, OP_KIND_POINT, 0, 0, 0, 0);
        sched_announce(model->segment, 1, OP_KIND_YIELD, 0, 0, TURN_YIELDED, 0);
    }
    /* One in eight decisions does not look at it, and half of these hit. */
    cr_expect(yielder > 400 && yielder < 600, "%u of 8000", yielder);
}

Test(sched_random, yielders_among_themselves_are_equally_likely)
{
    model_configure(model, STRATEGY_RANDOM, 7);
    model_begin(model, 2);
    unsigned second = 0;
    for (unsigned i = 0; i < 2000; i++) {
        for (uint32_t task = 0; task < 2; task++)
            sched_announce(model->segment, task, OP_KIND_YIELD, 0, 0,
                           TURN_YIELDED, 0);
        second += sched_next(model->segment) == 1;
        sched_completed(model->segment, 0, false);
    }
    cr_expect(second > 850 && second < 1150, "%u of 2000", second);
}
