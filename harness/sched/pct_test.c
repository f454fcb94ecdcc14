#include "model_test.h"

static struct model *model;

static void make(void)
{
    model = model_new();
    model_configure(model, STRATEGY_PCT, 1);
    model->segment->schedule.depth = 1;
    model->segment->schedule.expected_decisions = 64;
}

static void drop(void)
{
    model_free(model);
}

TestSuite(sched_pct, .init = make, .fini = drop, .timeout = 120);

static uint64_t *priority(uint32_t task)
{
    return &model->segment->tasks[task].turn.priority;
}

/* The next grant; its task is at a point again at once. */
static uint32_t next(void)
{
    int task = sched_next(model->segment);
    cr_assert_geq(task, 0);
    model_point(model, (uint32_t)task, OP_KIND_POINT, 0);
    return (uint32_t)task;
}

Test(sched_pct, the_highest_of_those_that_can_go_on_runs)
{
    model_begin(model, 4);
    const uint64_t high = UINT64_C(1) << 40;
    *priority(0) = high + 1;
    *priority(1) = high + 4;
    *priority(2) = high + 3;
    *priority(3) = high + 2;
    for (unsigned i = 0; i < 10; i++)
        cr_assert_eq(next(), 1);
    cr_assert_eq(sched_next(model->segment), 1);
    sched_park(model->segment, 1, model_object(MODEL_LOCK, 0), 0, 0);
    for (unsigned i = 0; i < 10; i++)
        cr_assert_eq(next(), 2);
    sched_bump(model->segment, model_object(MODEL_LOCK, 0));
    cr_expect_eq(sched_next(model->segment), 1);
}

Test(sched_pct, at_a_change_point_the_chosen_task_drops_to_its_priority)
{
    model_begin(model, 3);
    struct segment_schedule *schedule = &model->segment->schedule;
    const uint64_t high = UINT64_C(1) << 40;
    *priority(0) = high + 3;
    *priority(1) = high + 2;
    *priority(2) = high + 1;
    schedule->change_count = 2;
    schedule->changes[0] = 3;
    schedule->changes[1] = 5;
    schedule->change_priority[0] = 20;
    schedule->change_priority[1] = 10;
    const uint32_t expected[] = {0, 0, 1, 1, 2, 2, 2};
    for (unsigned i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        cr_assert_eq(next(), expected[i], "decision %u", i + 1);
    cr_expect_eq(*priority(0), 20);
    cr_expect_eq(*priority(1), 10);
}

Test(sched_pct, change_points_lie_among_the_expected_decisions)
{
    struct segment_schedule *schedule = &model->segment->schedule;
    schedule->depth = 4;
    schedule->expected_decisions = 5;
    unsigned seen[7] = {0};
    for (uint64_t seed = 0; seed < 1000; seed++) {
        schedule->seed = rng_mix(seed, RNG_SCHEDULE, 1);
        model_begin(model, 2);
        cr_assert_eq(schedule->change_count, 3);
        for (uint32_t i = 0; i < 3; i++) {
            cr_assert(schedule->changes[i] >= 1 && schedule->changes[i] <= 5);
            cr_assert(!i || schedule->changes[i - 1] <= schedule->changes[i]);
            seen[schedule->changes[i]]++;
        }
    }
    for (unsigned i = 1; i <= 5; i++)
        cr_expect(seen[i] > 450 && seen[i] < 750, "decision %u: %u", i,
                  seen[i]);
}

/* Two tasks, two decisions: the last one counts like the first. */
Test(sched_pct, a_change_point_at_the_last_expected_decision_works)
{
    struct segment_schedule *schedule = &model->segment->schedule;
    schedule->expected_decisions = 2;
    model_begin(model, 2);
    *priority(0) = UINT64_C(1) << 41;
    *priority(1) = UINT64_C(1) << 40;
    schedule->change_count = 1;
    schedule->changes[0] = 2;
    schedule->change_priority[0] = 1;
    cr_assert_eq(next(), 0);
    cr_expect_eq(next(), 1);
}

Test(sched_pct, the_changes_have_different_priorities_below_all_drawn_ones)
{
    struct segment_schedule *schedule = &model->segment->schedule;
    schedule->depth = 5;
    unsigned first_is_lowest = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        schedule->seed = rng_mix(seed, RNG_SCHEDULE, 1);
        model_begin(model, 4);
        for (uint32_t i = 0; i < 4; i++) {
            for (uint32_t k = 0; k < i; k++)
                cr_assert_neq(schedule->change_priority[i],
                              schedule->change_priority[k]);
            for (uint32_t task = 0; task < 4; task++)
                cr_assert_lt(schedule->change_priority[i], *priority(task));
            cr_assert_gt(schedule->change_priority[i], schedule->floor);
        }
        first_is_lowest +=
            schedule->change_priority[0] < schedule->change_priority[1];
    }
    cr_expect(first_is_lowest > 120 && first_is_lowest < 280, "%u of 400",
              first_is_lowest);
}

Test(sched_pct, one_that_yields_goes_below_all_others)
{
    struct segment_schedule *schedule = &model->segment->schedule;
    schedule->depth = 3;
    model_begin(model, 4);
    for (uint32_t task = 0; task < 4; task++) {
        sched_announce(model->segment, task, OP_KIND_YIELD, 0, 0, TURN_YIELDED,
                       0);
        for (uint32_t other = 0; other < 4; other++)
            cr_assert(other == task || *priority(task) < *priority(other));
        cr_assert_lt(*priority(task), schedule->change_priority[0]);
        cr_assert_lt(*priority(task), schedule->change_priority[1]);
    }
}

Test(sched_pct, a_new_task_gets_any_rank)
{
    struct segment_schedule *schedule = &model->segment->schedule;
    unsigned ranks[4] = {0};
    for (uint64_t seed = 0; seed < 2000; seed++) {
        schedule->seed = rng_mix(seed, RNG_SCHEDULE, 1);
        model_begin(model, 4);
        unsigned rank = 0;
        for (uint32_t task = 0; task < 3; task++)
            rank += *priority(task) > *priority(3);
        ranks[rank]++;
    }
    for (unsigned i = 0; i < 4; i++)
        cr_expect(ranks[i] > 400 && ranks[i] < 600, "rank %u: %u", i, ranks[i]);
}

/* A lost update: of one task, between its read and its write, by another. */
Test(sched_pct, hits_a_bug_of_depth_two_as_often_as_is_guaranteed)
{
    struct model_program program = {0};
    const uint32_t children = 3;
    for (uint32_t i = 0; i < children; i++)
        model_add(&program, 0, (struct model_step){MODEL_SPAWN, 1, 0, 0});
    model_add(&program, 0, (struct model_step){MODEL_JOIN, 0, 0, 0});
    for (unsigned i = 0; i < 5; i++)
        model_add(&program, 1, (struct model_step){MODEL_NOTHING, 0, 0, 0});
    model_add(&program, 1, (struct model_step){MODEL_READ, 0, 0, 0});
    model_add(&program, 1, (struct model_step){MODEL_WRITE_NEXT, 0, 0, 0});
    struct segment_schedule *schedule = &model->segment->schedule;
    model_try(model, &program, STRATEGY_SEQUENTIAL, 1);
    uint32_t n = schedule->max_alive;
    uint32_t k = (uint32_t)schedule->decisions;
    cr_assert_eq(model->variables[0], children);
    unsigned hits = 0;
    const unsigned seeds = 6000;
    for (uint64_t seed = 0; seed < seeds; seed++) {
        model_configure(model, STRATEGY_PCT, seed);
        schedule->depth = 2;
        schedule->expected_decisions = k;
        model_run(model, &program);
        hits += model->variables[0] < children;
    }
    cr_expect_geq((uint64_t)hits * n * k, seeds, "%u hits, n = %u, k = %u",
                  hits, n, k);
}

Test(sched_pct, of_depth_one_never_preempts)
{
    const struct model_program program = {
        .scripts = {{{MODEL_SPAWN, 1, 0, 0}, {MODEL_NOTHING, 0, 0, 0}},
                    {{MODEL_NOTHING, 0, 0, 0},
                     {MODEL_NOTHING, 0, 0, 0},
                     {MODEL_NOTHING, 0, 0, 0},
                     {MODEL_NOTHING, 0, 0, 0}}}};
    for (uint64_t seed = 0; seed < 200; seed++) {
        model_configure(model, STRATEGY_PCT, seed);
        model->segment->schedule.depth = 1;
        model_run(model, &program);
        /* The child may be higher than its parent: once, at its birth. */
        cr_assert_leq(model->segment->schedule.preemptions, 1);
    }
}

Test(sched_pct, a_run_longer_than_expected_draws_anew_and_ends_as_random_walk)
{
    struct segment_schedule *schedule = &model->segment->schedule;
    schedule->expected_decisions = 10;
    model_begin(model, 2);
    uint32_t runs[2] = {0};
    uint64_t before = *priority(0);
    for (unsigned i = 0; i < 10; i++)
        next();
    cr_expect_eq(*priority(0), before);
    next();
    cr_expect_neq(*priority(0), before);
    while (schedule->decisions < 40)
        next();
    for (unsigned i = 0; i < 200; i++)
        runs[next()]++;
    cr_expect(runs[0] > 60 && runs[1] > 60, "%u, %u", runs[0], runs[1]);
}
