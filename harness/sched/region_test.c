#include "model_test.h"
#include "segment/read.h"

static struct model *model;

static void make(void)
{
    model = model_new();
}

static void drop(void)
{
    model_free(model);
}

TestSuite(sched_region, .init = make, .fini = drop, .timeout = 120);

enum { SEEDS = 200 };

/* From the next run on, the COUNT objects NUMBERS are accessed as a whole. */
static void make_whole(const uint32_t *numbers, uint32_t count)
{
    struct segment_schedule *schedule = &model->segment->schedule;
    model_begin(model, 1);
    schedule->whole_count = count;
    for (uint32_t i = 0; i < count; i++)
        schedule->whole[i] = segment_object_key(model->segment, numbers[i]);
}

static const int exploring[] = {STRATEGY_RANDOM, STRATEGY_PCT, STRATEGY_POS};

/* Runs of all exploring strategies after which variable 0 is not 2. */
static unsigned count_lost(const struct model_program *program)
{
    unsigned lost = 0;
    for (size_t i = 0; i < sizeof(exploring) / sizeof(*exploring); i++)
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            cr_expect_eq(model_try(model, program, exploring[i], seed),
                         SCHEDULE_OPEN);
            lost += model->variables[0] != 2;
        }
    return lost;
}

static unsigned count_deadlocks(const struct model_program *program)
{
    unsigned found = 0;
    for (size_t i = 0; i < sizeof(exploring) / sizeof(*exploring); i++)
        for (uint64_t seed = 0; seed < SEEDS; seed++)
            found += model_try(model, program, exploring[i], seed) ==
                     SCHEDULE_DEADLOCK;
    return found;
}

/* Two tasks that add 1 to variable 0, with a look at variable 1 before. */
static const struct model_program additions = {
    .scripts = {{{MODEL_SPAWN, 1, 0, 0},
                 {MODEL_SPAWN, 1, 0, 0},
                 {MODEL_JOIN, 0, 0, 0}},
                {{MODEL_LOCK, 0, 0, 0},
                 {MODEL_UNLOCK, 0, 0, 0},
                 {MODEL_NOTHING, 0, 0, 0},
                 {MODEL_NOTHING, 0, 0, 0},
                 {MODEL_NOTHING, 0, 0, 0},
                 {MODEL_NOTHING, 0, 0, 0},
                 {MODEL_NOTHING, 0, 0, 0},
                 {MODEL_NOTHING, 0, 0, 0},
                 {MODEL_NOTHING, 0, 0, 0},
                 {MODEL_NOTHING, 0, 0, 0},
                 {MODEL_READ, 0, 0, 0},
                 {MODEL_NOTHING, 0, 0, 0},
                 {MODEL_WRITE_NEXT, 0, 0, 0}}},
};

Test(sched_region, no_update_of_a_whole_object_is_lost)
{
    cr_expect_gt(count_lost(&additions), SEEDS / 20);
    const uint32_t variable = model_object(MODEL_READ, 0);
    make_whole(&variable, 1);
    cr_expect_eq(count_lost(&additions), 0);
}

Test(sched_region, another_object_made_whole_changes_nothing)
{
    const uint32_t mutex = model_object(MODEL_LOCK, 0);
    make_whole(&mutex, 1);
    cr_expect_gt(count_lost(&additions), SEEDS / 20);
}

static const struct model_program opposite_orders = {
    .scripts = {{{MODEL_SPAWN, 1, 0, 0},
                 {MODEL_SPAWN, 2, 0, 0},
                 {MODEL_JOIN, 0, 0, 0}},
                {{MODEL_LOCK, 0, 0, 0},
                 {MODEL_LOCK, 1, 0, 0},
                 {MODEL_UNLOCK, 1, 0, 0},
                 {MODEL_UNLOCK, 0, 0, 0}},
                {{MODEL_LOCK, 1, 0, 0},
                 {MODEL_LOCK, 0, 0, 0},
                 {MODEL_UNLOCK, 0, 0, 0},
                 {MODEL_UNLOCK, 1, 0, 0}}},
};

Test(sched_region, it_takes_both_locks_as_a_whole_to_end_a_deadlock)
{
    const uint32_t locks[] = {model_object(MODEL_LOCK, 0),
                              model_object(MODEL_LOCK, 1)};
    make_whole(locks, 1);
    cr_expect_gt(count_deadlocks(&opposite_orders), 0);
    make_whole(locks, 2);
    cr_expect_eq(count_deadlocks(&opposite_orders), 0);
}

Test(sched_region, who_waits_or_yields_inside_lets_the_others_go)
{
    const struct model_program program = {
        .scripts = {{{MODEL_SPAWN, 1, 0, 0},
                     {MODEL_SPAWN, 2, 0, 0},
                     {MODEL_JOIN, 0, 0, 0}},
                    {{MODEL_READ, 0, 0, 0},
                     {MODEL_WAIT, 0, 0, 0},
                     {MODEL_SPIN, 1, 1, 0},
                     {MODEL_WRITE_NEXT, 0, 0, 0}},
                    {{MODEL_POST, 0, 0, 0}, {MODEL_WRITE, 1, 1, 0}}},
    };
    const uint32_t variable = model_object(MODEL_READ, 0);
    make_whole(&variable, 1);
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        cr_expect_eq(model_try(model, &program, STRATEGY_RANDOM, seed),
                     SCHEDULE_OPEN);
}

/* A plan that asks for the switch in the middle is followed around it. */
Test(sched_region, a_plan_does_not_interrupt_either)
{
    struct segment_schedule *schedule = &model->segment->schedule;
    const uint32_t variable = model_object(MODEL_READ, 0);
    const struct model_program program = {
        .scripts = {{{MODEL_SPAWN, 1, 0, 0},
                     {MODEL_SPAWN, 1, 0, 0},
                     {MODEL_JOIN, 0, 0, 0}},
                    {{MODEL_READ, 0, 0, 0}, {MODEL_WRITE_NEXT, 0, 0, 0}}},
    };
    const struct schedule_task tasks[] = {{0, 0}, {1, 0}, {1, 1}};
    /* Each child stands before its write when the other one reads. */
    const struct schedule_segment segments[] = {{0, 3}, {1, 2}, {2, 2}, {1, 2}};
    for (int whole = 0; whole < 2; whole++) {
        make_whole(&variable, whole ? 1 : 0);
        model_configure(model, STRATEGY_REPLAY, 1);
        schedule->plan_task_count = 3;
        memcpy(model->segment->plan.tasks, tasks, sizeof(tasks));
        schedule->plan_count = 4;
        memcpy(model->segment->plan.segments, segments, sizeof(segments));
        cr_expect_eq(model_run(model, &program), SCHEDULE_OPEN);
        cr_expect_eq(model->variables[0], whole ? 2 : 1);
    }
}
