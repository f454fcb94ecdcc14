#include <stdlib.h>
#include <string.h>

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

TestSuite(sched_replay, .init = make, .fini = drop, .timeout = 240);

/* -- Plans ---------------------------------------------------------------*/

struct plan {
    struct schedule_task tasks[MODEL_TASKS];
    struct schedule_segment *segments;
    uint32_t task_count, segment_count;
};

/* Strategy replay of PLAN, in the next run. */
static void follow(const struct plan *plan, enum schedule_unit unit)
{
    struct segment_schedule *schedule = &model->segment->schedule;
    cr_assert(plan->segment_count <= SCHEDULE_SEGMENTS);
    schedule->strategy = STRATEGY_REPLAY;
    schedule->plan_unit = unit;
    schedule->plan_task_count = plan->task_count;
    schedule->plan_count = plan->segment_count;
    memcpy(model->segment->plan.tasks, plan->tasks,
           plan->task_count * sizeof(plan->tasks[0]));
    if (plan->segment_count)
        memcpy(model->segment->plan.segments, plan->segments,
               plan->segment_count * sizeof(plan->segments[0]));
}

/* The schedule of the newest run. Release with plan_fini(). */
static struct plan record(void)
{
    const struct segment *segment = model->segment;
    const struct segment_schedule *schedule = &segment->schedule;
    struct plan plan = {.task_count = segment->task_count,
                        .segment_count = schedule->segment_count};
    cr_assert(plan.task_count <= MODEL_TASKS &&
              plan.segment_count <= SCHEDULE_SEGMENTS);
    for (uint32_t i = 0; i < plan.task_count; i++)
        plan.tasks[i] = (struct schedule_task){segment->tasks[i].parent,
                                               segment->tasks[i].ordinal};
    plan.segments = calloc(plan.segment_count + 1u, sizeof(*plan.segments));
    cr_assert(plan.segments);
    memcpy(plan.segments, schedule->segments,
           plan.segment_count * sizeof(*plan.segments));
    return plan;
}

static void plan_fini(struct plan *plan)
{
    free(plan->segments);
    plan->segments = NULL;
}

/* -- Properties of random programs -----------------------------------------*/

enum { PROGRAMS = 400, SEEDS = 6 };

/* What a run was, to compare it with another. */
struct story {
    struct model_event *events;
    uint32_t count;
    enum schedule_verdict verdict;
    uint64_t grants, now_ns;
};

static struct story tell(enum schedule_verdict verdict)
{
    const struct segment_schedule *schedule = &model->segment->schedule;
    struct story story = {
        .events = malloc((model->event_count + 1) * sizeof(*story.events)),
        .count = model->event_count,
        .verdict = verdict,
        .grants = schedule->grants,
        .now_ns = schedule->now_ns,
    };
    cr_assert(story.events);
    memcpy(story.events, model->events,
           model->event_count * sizeof(*story.events));
    return story;
}

static void expect_same(const struct story *story,
                        enum schedule_verdict verdict, const char *what,
                        uint64_t program, int strategy)
{
    const struct segment_schedule *schedule = &model->segment->schedule;
    const char *name = sched_strategies[strategy]->name;
    unsigned number = (unsigned)program;
    cr_assert_eq(verdict, story->verdict, "%s: program %u, %s", what, number,
                 name);
    cr_assert_eq(model->event_count, story->count, "%s: program %u, %s", what,
                 number, name);
    for (uint32_t i = 0; i < story->count; i++)
        cr_assert(model->events[i].task == story->events[i].task &&
                      model->events[i].at == story->events[i].at &&
                      model->events[i].what == story->events[i].what,
                  "%s: program %u, %s: event %u", what, number, name, i);
    cr_assert_eq(schedule->grants, story->grants);
    cr_assert_eq(schedule->now_ns, story->now_ns);
}

Test(sched_replay, a_random_program_repeats_by_its_schedule_and_by_its_seed)
{
    unsigned verdicts[SCHEDULE_STEP_BOUND + 1] = {0};
    for (uint64_t number = 0; number < PROGRAMS; number++) {
        struct model_program program = model_random(number, MODEL_ANYTHING);
        for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++)
            for (uint64_t seed = 0; seed < SEEDS; seed++) {
                enum schedule_verdict verdict =
                    model_try(model, &program, strategy, seed);
                verdicts[verdict]++;
                struct story story = tell(verdict);
                struct plan plan = record();
                follow(&plan, SCHEDULE_GRANTS);
                verdict = model_run(model, &program);
                expect_same(&story, verdict, "replay", number, strategy);
                cr_assert_eq(model->segment->schedule.plan_misses, 0);
                verdict = model_try(model, &program, strategy, seed);
                expect_same(&story, verdict, "again", number, strategy);
                plan_fini(&plan);
                free(story.events);
            }
    }
    /* The generator makes what it is for. */
    cr_expect_gt(verdicts[SCHEDULE_OPEN], 1000);
    cr_expect_gt(verdicts[SCHEDULE_DEADLOCK], 1000);
    cr_expect_gt(verdicts[SCHEDULE_IDLE], 100);
}

Test(sched_replay, seeds_differ)
{
    unsigned different = 0;
    for (uint64_t number = 0; number < 50; number++) {
        struct model_program program = model_random(number, MODEL_ANYTHING);
        for (int strategy = STRATEGY_RANDOM; strategy < STRATEGY_REPLAY;
             strategy++) {
            struct story story = tell(model_try(model, &program, strategy, 1));
            model_try(model, &program, strategy, 2);
            different += story.count != model->event_count ||
                         memcmp(story.events, model->events,
                                story.count * sizeof(*story.events)) != 0;
            free(story.events);
        }
    }
    cr_expect_gt(different, 100, "%u of 150", different);
}

Test(sched_replay, programs_that_lock_in_one_order_never_deadlock)
{
    for (uint64_t number = 0; number < PROGRAMS; number++) {
        struct model_program program = model_random(number, MODEL_ORDERED);
        for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++)
            for (uint64_t seed = 0; seed < SEEDS; seed++)
                cr_assert_eq(model_try(model, &program, strategy, seed),
                             SCHEDULE_OPEN, "program %u, %s, seed %u",
                             (unsigned)number, sched_strategies[strategy]->name,
                             (unsigned)seed);
    }
}

/* Whatever is left out, an ordered program ends. */
Test(sched_replay, a_plan_with_segments_left_out_is_followed_to_an_end)
{
    struct rng rng;
    rng_seed(&rng, 3);
    unsigned missed = 0;
    for (uint64_t number = 0; number < PROGRAMS; number++) {
        struct model_program program = model_random(number, MODEL_ORDERED);
        model_try(model, &program, STRATEGY_RANDOM, number);
        struct plan plan = record();
        uint32_t kept = 0;
        for (uint32_t i = 0; i < plan.segment_count; i++)
            if (rng_below(&rng, 2))
                plan.segments[kept++] = plan.segments[i];
        plan.segment_count = kept;
        follow(&plan, SCHEDULE_GRANTS);
        cr_assert_eq(model_run(model, &program), SCHEDULE_OPEN, "program %u",
                     (unsigned)number);
        missed += model->segment->schedule.plan_misses > 0;
        plan_fini(&plan);
    }
    cr_expect_gt(missed, PROGRAMS / 2);
}

/* -- Single rules ----------------------------------------------------------*/

/* Tasks of a plan: the root 0 and its children 1, 2, 3. */
static struct plan plan_of(struct schedule_segment *segments, uint32_t count)
{
    return (struct plan){.tasks = {{0, 0}, {1, 0}, {1, 1}, {1, 2}},
                         .task_count = 4,
                         .segments = segments,
                         .segment_count = count};
}

/* The next COUNT grants are those of EXPECTED; each task is at a point again
 * at once. */
static void expect_grants(const uint32_t *expected, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        cr_assert_eq(sched_next(model->segment), (int)expected[i], "grant %u",
                     i + 1);
        sched_completed(model->segment, expected[i], false);
        model_point(model, expected[i], OP_KIND_POINT, 0);
    }
}

#define EXPECT_GRANTS(...)                         \
    expect_grants((const uint32_t[]){__VA_ARGS__}, \
                  sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

Test(sched_replay, follows_the_segments_and_then_keeps_running)
{
    struct schedule_segment segments[] = {{2, 2}, {0, 1}, {1, 3}};
    struct plan plan = plan_of(segments, 3);
    model_configure(model, STRATEGY_REPLAY, 1);
    follow(&plan, SCHEDULE_GRANTS);
    model_begin(model, 3);
    EXPECT_GRANTS(2, 2, 0, 1, 1, 1);
    cr_expect_eq(model->segment->schedule.plan_misses, 0);
    EXPECT_GRANTS(1, 1);
    cr_expect_eq(model->segment->schedule.plan_misses, 2);
    cr_expect_eq(model->segment->schedule.plan_miss_at, 7);
}

Test(sched_replay, finds_the_tasks_by_their_place_in_the_tree)
{
    /* Recorded with other numbers: 1 is the second child here. */
    struct schedule_segment segments[] = {{1, 1}, {2, 1}, {0, 1}};
    struct plan plan = plan_of(segments, 3);
    plan.tasks[1].ordinal = 1;
    plan.tasks[2].ordinal = 0;
    model_configure(model, STRATEGY_REPLAY, 1);
    follow(&plan, SCHEDULE_GRANTS);
    model_begin(model, 3);
    EXPECT_GRANTS(2, 1, 0);
    cr_expect_eq(model->segment->schedule.plan_misses, 0);
}

Test(sched_replay, counts_what_the_plan_did_not_say)
{
    struct schedule_segment segments[] = {{0, 1}, {1, 2}, {0, 1}};
    struct plan plan = plan_of(segments, 3);
    model_configure(model, STRATEGY_REPLAY, 1);
    follow(&plan, SCHEDULE_GRANTS);
    model_begin(model, 2);
    struct segment *segment = model->segment;
    EXPECT_GRANTS(0);
    /* In this run the child waits where it did not in the recorded one. */
    sched_park(segment, 1, model_object(MODEL_LOCK, 0), 0, 0);
    EXPECT_GRANTS(0, 0);
    cr_expect_eq(segment->schedule.plan_misses, 2);
    cr_expect_eq(segment->schedule.plan_miss_at, 2);
    sched_bump(segment, model_object(MODEL_LOCK, 0));
    EXPECT_GRANTS(1, 1, 0);
    cr_expect_eq(segment->schedule.plan_misses, 2);
}

Test(sched_replay, another_program_is_a_divergence)
{
    struct model_program program = {0};
    model_add(&program, 0, (struct model_step){MODEL_SPAWN, 1, 0, 0});
    model_add(&program, 0, (struct model_step){MODEL_SPAWN, 1, 0, 0});
    for (unsigned i = 0; i < 3; i++) {
        model_add(&program, 1, (struct model_step){MODEL_LOCK, 0, 0, 0});
        model_add(&program, 1, (struct model_step){MODEL_UNLOCK, 0, 0, 0});
    }
    model_try(model, &program, STRATEGY_RANDOM, 4);
    struct plan plan = record();
    uint64_t grants = model->segment->schedule.grants;
    model_add(&program, 1, (struct model_step){MODEL_LOCK, 1, 0, 0});
    follow(&plan, SCHEDULE_GRANTS);
    model_run(model, &program);
    cr_expect_gt(model->segment->schedule.plan_misses, 0);
    cr_expect_gt(model->segment->schedule.plan_miss_at, 0);
    cr_expect_leq(model->segment->schedule.plan_miss_at, grants + 1);
    plan_fini(&plan);
}

Test(sched_replay, skips_the_segments_of_a_task_that_has_ended)
{
    struct schedule_segment segments[] = {{1, 5}, {2, 2}, {1, 1}, {0, 1}};
    struct plan plan = plan_of(segments, 4);
    model_configure(model, STRATEGY_REPLAY, 1);
    follow(&plan, SCHEDULE_GRANTS);
    model_begin(model, 3);
    EXPECT_GRANTS(1, 1);
    sched_leave(model->segment, 1);
    EXPECT_GRANTS(2, 2, 0);
    cr_expect_eq(model->segment->schedule.plan_misses, 0);
}

Test(sched_replay, skips_the_segments_of_a_task_that_can_never_come)
{
    /* The grandchild of the one that ends without a child; and a number that
     * is no task of the plan. */
    struct schedule_segment segments[] = {{3, 4}, {9, 4}, {2, 1}, {0, 1}};
    struct plan plan = plan_of(segments, 4);
    plan.tasks[3] = (struct schedule_task){2, 0};
    model_configure(model, STRATEGY_REPLAY, 1);
    follow(&plan, SCHEDULE_GRANTS);
    model_begin(model, 3);
    sched_leave(model->segment, 1);
    EXPECT_GRANTS(2, 0);
    cr_expect_eq(model->segment->schedule.plan_misses, 0);
}

Test(sched_replay, waits_for_a_task_that_has_not_come_yet)
{
    struct schedule_segment segments[] = {{1, 2}, {0, 1}};
    struct plan plan = plan_of(segments, 2);
    model_configure(model, STRATEGY_REPLAY, 1);
    follow(&plan, SCHEDULE_GRANTS);
    model_begin(model, 1);
    EXPECT_GRANTS(0);
    cr_expect_eq(model->segment->schedule.plan_misses, 1);
    sched_join(model->segment,
               (uint32_t)segment_task_new(model->segment, 1, 0));
    EXPECT_GRANTS(1, 1, 0);
    cr_expect_eq(model->segment->schedule.plan_misses, 1);
}

Test(sched_replay, a_plan_of_ops_counts_ops_however_many_grants_they_take)
{
    struct schedule_segment segments[] = {{0, 1}, {1, 2}, {0, 1}};
    struct plan plan = plan_of(segments, 3);
    model_configure(model, STRATEGY_REPLAY, 1);
    follow(&plan, SCHEDULE_OPS);
    model_begin(model, 2);
    struct segment *segment = model->segment;
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(sched_next(segment), 0);
        model_point(model, 0, OP_KIND_POINT, 0);
    }
    EXPECT_GRANTS(0, 1);
    cr_assert_eq(sched_next(segment), 1);
    model_point(model, 1, OP_KIND_POINT, 0);
    EXPECT_GRANTS(1, 0);
    cr_expect_eq(segment->schedule.plan_misses, 0);
}

Test(sched_replay, an_op_done_ahead_of_a_plan_of_ops_is_not_asked_for_again)
{
    struct schedule_segment segments[] = {{1, 1}, {0, 2}, {1, 2}, {0, 1}};
    struct plan plan = plan_of(segments, 4);
    model_configure(model, STRATEGY_REPLAY, 1);
    follow(&plan, SCHEDULE_OPS);
    model_begin(model, 2);
    struct segment *segment = model->segment;
    /* What the child wants first, the root has to give: its first op comes
     * early. */
    sched_park(segment, 1, model_object(MODEL_LOCK, 0), 0, 0);
    EXPECT_GRANTS(0);
    sched_bump(segment, model_object(MODEL_LOCK, 0));
    cr_expect_eq(segment->schedule.plan_misses, 1);
    EXPECT_GRANTS(1, 0, 1, 1, 0);
    cr_expect_eq(segment->schedule.plan_misses, 1);
}

/* The lost update of two tasks, in the order of their ops. */
Test(sched_replay, the_order_of_ops_brings_a_lost_update_back)
{
    struct model_program program = {0};
    for (unsigned i = 0; i < 2; i++)
        model_add(&program, 0, (struct model_step){MODEL_SPAWN, 1, 0, 0});
    model_add(&program, 0, (struct model_step){MODEL_JOIN, 0, 0, 0});
    for (unsigned i = 0; i < 3; i++) {
        model_add(&program, 1, (struct model_step){MODEL_READ, 0, 0, 0});
        model_add(&program, 1, (struct model_step){MODEL_WRITE_NEXT, 0, 0, 0});
    }
    for (uint64_t seed = 0; seed < 100; seed++) {
        model_try(model, &program, STRATEGY_RANDOM, seed);
        uint32_t value = model->variables[0];
        struct schedule_segment segments[64];
        struct plan plan = plan_of(segments, 0);
        struct model_event order[64];
        uint32_t count = 0;
        for (uint32_t i = 0; i < model->event_count; i++)
            if (model->events[i].what == '!')
                order[count++] = model->events[i];
        for (uint32_t i = 0; i < count; i++)
            segments[plan.segment_count++] =
                (struct schedule_segment){order[i].task, 1};
        follow(&plan, SCHEDULE_OPS);
        cr_assert_eq(model_run(model, &program), SCHEDULE_OPEN);
        cr_assert_eq(model->variables[0], value);
        for (uint32_t i = 0, k = 0; i < model->event_count; i++)
            if (model->events[i].what == '!') {
                cr_assert_eq(model->events[i].task, order[k].task);
                cr_assert_eq(model->events[i].at, order[k++].at);
            }
        cr_assert_eq(model->segment->schedule.plan_misses, 0);
    }
}
