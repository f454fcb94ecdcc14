/* A target that goes wild writes over the segment while the scheduler works
 * in it: nothing outside is touched, and every call comes back. */
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

TestSuite(sched_hostile, .init = make, .fini = drop, .timeout = 120);

static void drive(struct rng *rng, unsigned rounds)
{
    struct segment *segment = model->segment;
    uint32_t task = 0, out[8];
    for (unsigned i = 0; i < rounds; i++) {
        uint32_t object = (uint32_t)rng_next(rng);
        switch (rng_below(rng, 8)) {
        case 0:
            sched_park(segment, task, object % (SEGMENT_OBJECTS * 2), 0,
                       rng_below(rng, 3));
            break;
        case 1:
            sched_leave(segment, task);
            break;
        case 2:
            sched_join(segment, (task + 1) % SEGMENT_TASKS);
            break;
        case 3:
            sched_external(segment, task);
            sched_newcomer(segment, task);
            break;
        case 4:
            sched_bump_io(segment, object);
            sched_waiters(segment, object, out, 8);
            sched_environment(segment, task, 8);
            break;
        default:
            sched_announce(segment, task, (enum op_kind)(object % 200),
                           object % (SEGMENT_OBJECTS * 2), 0,
                           (uint32_t)rng_next(rng) & TURN_YIELDED, 0);
            break;
        }
        sched_completed(segment, task, rng_below(rng, 2));
        segment->schedule.verdict = SCHEDULE_OPEN;
        int next = sched_next(segment);
        cr_assert_lt(next, SEGMENT_TASKS);
        if (next >= 0)
            task = (uint32_t)next;
    }
}

/* Noise over everything that the target can reach. The plan is short, so that
 * skipping all of it takes no time. */
static void scribble(struct rng *rng, double share)
{
    struct segment *segment = model->segment;
    struct segment_schedule *schedule = &segment->schedule;
    uint32_t *words = (uint32_t *)(void *)schedule;
    size_t count = sizeof(*schedule) / sizeof(*words);
    uint64_t below = (uint64_t)(share * 4294967296.0);
    for (size_t i = 0; i < count; i++)
        if (rng_below(rng, UINT64_C(1) << 32) < below)
            words[i] = (uint32_t)rng_next(rng) >> rng_below(rng, 32);
    for (uint32_t task = 0; task < 64; task++) {
        words = (uint32_t *)(void *)&segment->tasks[task].turn;
        for (size_t i = 0; i < sizeof(struct segment_turn) / sizeof(*words);
             i++)
            if (rng_below(rng, UINT64_C(1) << 32) < below)
                words[i] = (uint32_t)rng_next(rng) >> rng_below(rng, 32);
    }
    for (uint32_t i = 0; i < 64; i++) {
        segment->plan.segments[i].task = (uint32_t)rng_next(rng);
        if (rng_below(rng, 4) == 0)
            segment->tasks[i].parent = (uint32_t)rng_next(rng);
    }
    segment->task_count = (uint32_t)rng_next(rng);
}

static void scribble_and_drive(double share)
{
    for (int strategy = 0; strategy < STRATEGY_COUNT; strategy++)
        for (uint64_t seed = 0; seed < 40; seed++) {
            struct rng rng;
            rng_seed(&rng, rng_mix(seed, RNG_PARAMS, (uint64_t)strategy));
            /* segment_reset() goes by the number of tasks. */
            model->segment->task_count = 0;
            for (uint32_t task = 0; task < 64; task++)
                model->segment->tasks[task].turn = (struct segment_turn){0};
            model_configure(model, strategy, seed);
            model_begin(model, 4);
            scribble(&rng, share);
            model->segment->schedule.strategy = (uint32_t)strategy;
            drive(&rng, 50);
        }
}

Test(sched_hostile, noise_everywhere_is_survived)
{
    scribble_and_drive(1.0);
}

Test(sched_hostile, a_few_wild_words_are_survived)
{
    scribble_and_drive(0.02);
}

Test(sched_hostile, a_wild_strategy_number_is_a_random_walk)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model->segment->schedule.strategy = UINT32_MAX;
    model_begin(model, 2);
    cr_expect_geq(sched_next(model->segment), 0);
}

Test(sched_hostile, an_alarm_without_its_count_does_not_stop_the_world)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model_begin(model, 1);
    struct segment *segment = model->segment;
    segment->tasks[0].turn.alarm_ns = 5;
    sched_park(segment, 0, model_object(MODEL_LOCK, 0), TURN_MODELLED, 0);
    cr_expect_eq(sched_next(segment), SCHED_NOBODY);
    cr_expect_eq(segment->schedule.verdict, SCHEDULE_DEADLOCK);
}

Test(sched_hostile, a_full_table_of_living_tasks_takes_no_more)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model_begin(model, 1);
    struct segment *segment = model->segment;
    for (uint32_t task = 1; task < SCHEDULE_ALIVE + 10; task++)
        sched_join(segment, task);
    cr_expect_eq(segment->schedule.alive_count, SCHEDULE_ALIVE);
    cr_expect_geq(sched_next(segment), 0);
}
