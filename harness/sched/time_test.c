/* Virtual time: sleeps, time limits, alarms. */
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

TestSuite(sched_time, .init = make, .fini = drop, .timeout = 120);

enum { SEEDS = 300, MS = 1000000 };

/* How many of SEEDS seeds of STRATEGY end with VERDICT. */
static unsigned count(const struct model_program *program, int strategy,
                      enum schedule_verdict verdict)
{
    unsigned found = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        found += model_try(model, program, strategy, seed) == verdict;
    return found;
}

static const int exploring[] = {STRATEGY_RANDOM, STRATEGY_PCT, STRATEGY_POS};

Test(sched_time, a_sleep_orders_nothing)
{
    /* The child sleeps for a second, and yet may come after the one that
     * believes that it has been slow enough. */
    const struct model_program program = {
        .scripts = {
            {{MODEL_SPAWN, 1, 0, 0},
             {MODEL_SLEEP, 0, 0, 1000u * MS},
             {MODEL_READ, 0, 0, 0}},
            {{MODEL_SLEEP, 0, 0, MS}, {MODEL_WRITE, 0, 1, 0}},
        }};
    for (size_t i = 0; i < sizeof(exploring) / sizeof(exploring[0]); i++) {
        unsigned violated = 0;
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            model_try(model, &program, exploring[i], seed);
            violated += model->tasks[0].reg == 0;
            cr_assert_geq(model->segment->schedule.now_ns, 1000u * MS);
        }
        cr_expect(violated > SEEDS / 50 && violated < SEEDS, "%s: %u",
                  sched_strategies[exploring[i]]->name, violated);
    }
}

Test(sched_time, a_timed_wait_expires_only_when_nothing_else_can_run)
{
    const struct model_program program = {
        .scripts = {
            {{MODEL_SPAWN, 1, 0, 0}, {MODEL_WAIT, 0, 0, 1}},
            {{MODEL_NOTHING, 0, 0, 0},
             {MODEL_YIELD, 0, 0, 0},
             {MODEL_NOTHING, 0, 0, 0},
             {MODEL_POST, 0, 0, 0}},
        }};
    unsigned late = 0;
    for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++)
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            model->segment->schedule.now_ns = 0;
            cr_assert_eq(model_try(model, &program, strategy, seed),
                         SCHEDULE_OPEN);
            late += model->time_outs > 0;
        }
    /* 1 ns is over after the next grant: only those expire whose time is. */
    cr_expect_gt(late, 0);
    struct model_program patient = program;
    patient.scripts[0][1].time_ns = MS;
    for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++)
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            cr_assert_eq(model_try(model, &patient, strategy, seed),
                         SCHEDULE_OPEN);
            cr_assert_eq(model->time_outs, 0);
        }
}

Test(sched_time, timed_waits_expire_in_the_order_of_their_deadlines)
{
    const struct model_program program = {.scripts = {
                                              {{MODEL_SPAWN, 1, 0, 0},
                                               {MODEL_SPAWN, 2, 0, 0},
                                               {MODEL_WAIT, 0, 0, 30 * MS}},
                                              {{MODEL_WAIT, 1, 0, 10 * MS}},
                                              {{MODEL_LOCK, 0, 0, 0},
                                               {MODEL_COND_WAIT, 0, 0, 20 * MS},
                                               {MODEL_UNLOCK, 0, 0, 0}},
                                          }};
    for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++)
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            cr_assert_eq(model_try(model, &program, strategy, seed),
                         SCHEDULE_OPEN);
            cr_assert_eq(model->time_outs, 3);
            uint32_t first = model_when(model, 1, 0, 't');
            uint32_t second = model_when(model, 2, 1, '!');
            uint32_t third = model_when(model, 0, 2, 't');
            cr_assert(first < second && second < third);
            cr_assert_geq(model->segment->schedule.now_ns, 30 * MS);
            cr_assert_lt(model->segment->schedule.now_ns, 31 * MS);
        }
}

Test(sched_time, a_sleeper_does_not_outsleep_an_earlier_time_limit)
{
    const struct model_program program = {.scripts = {
                                              {{MODEL_SPAWN, 1, 0, 0},
                                               {MODEL_SLEEP, 0, 0, 20 * MS},
                                               {MODEL_POST, 0, 0, 0}},
                                              {{MODEL_WAIT, 0, 0, 10 * MS}},
                                          }};
    /* Whenever both wait, the limit comes first; only a wait that begins after
     * the sleep can be in time. */
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        cr_assert_eq(model_try(model, &program, STRATEGY_RANDOM, seed),
                     SCHEDULE_OPEN);
        uint32_t parked = model_when(model, 1, 0, '?');
        uint32_t woke = model_when(model, 0, 1, '!');
        if (parked < woke)
            cr_assert_eq(model->time_outs, 1);
    }
}

Test(sched_time, time_passes_while_tasks_only_spin)
{
    const struct model_program program = {
        .scripts = {
            {{MODEL_SPAWN, 1, 0, 0},
             {MODEL_SPAWN, 2, 0, 0},
             {MODEL_SPIN, 0, 1, 0},
             {MODEL_JOIN, 0, 0, 0}},
            {{MODEL_WAIT, 0, 0, 5000u * (uint64_t)MS}, {MODEL_WRITE, 0, 1, 0}},
            {{MODEL_SPIN, 0, 1, 0}}}};
    for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++) {
        cr_expect_eq(count(&program, strategy, SCHEDULE_OPEN), SEEDS, "%s",
                     sched_strategies[strategy]->name);
        cr_expect_eq(model->time_outs, 1);
    }
}

Test(sched_time, an_alarm_is_due_when_nothing_else_can_run)
{
    const struct model_program program = {
        .scripts = {{{MODEL_ALARM, 0, 0, 5 * MS},
                     {MODEL_SPAWN, 1, 0, 0},
                     {MODEL_WAIT, 0, 0, 9 * MS}},
                    {{MODEL_WAIT, 1, 0, 3 * MS}}}};
    for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++)
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            cr_assert_eq(model_try(model, &program, strategy, seed),
                         SCHEDULE_OPEN);
            cr_assert_eq(model->alarms_rung, 1);
            cr_assert_eq(model->time_outs, 2);
            uint32_t rung = model_when(model, 0, 2, 's');
            cr_assert_lt(model_when(model, 1, 0, 't'), rung);
            cr_assert_lt(rung, model_when(model, 0, 2, 't'));
        }
}

Test(sched_time, an_alarm_that_is_due_rings_before_anybody_goes_on)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model_begin(model, 2);
    struct segment *segment = model->segment;
    struct segment_schedule *schedule = &segment->schedule;
    /* Another wait whose time was up even earlier does not hide it. */
    sched_park(segment, 0, model_object(MODEL_WAIT, 0), 0, 10);
    segment->tasks[1].turn.alarm_ns = 20;
    schedule->alarms = 1;
    schedule->now_ns = 30;
    cr_assert_eq(sched_next(segment), SCHED_ALARM);
    cr_expect_eq(schedule->alarm_task, 2);
    segment->tasks[1].turn.alarm_ns = 0;
    schedule->alarms = 0;
    cr_expect_geq(sched_next(segment), 0);
}

Test(sched_time, an_alarm_rings_while_its_process_only_spins)
{
    const struct model_program program = {
        .scripts = {{{MODEL_SPAWN, 1, 0, 0},
                     {MODEL_ALARM, 0, 0, 60000 * (uint64_t)MS},
                     {MODEL_SPIN, 0, 1, 0}},
                    {{MODEL_SPIN, 0, 1, 0}}}};
    for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++) {
        model_try(model, &program, strategy, 1);
        cr_expect_eq(model->alarms_rung, 1, "%s",
                     sched_strategies[strategy]->name);
    }
}

Test(sched_time, a_timer_that_nobody_notices_ends_at_the_step_bound)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model->segment->schedule.step_limit = 100;
    model_begin(model, 1);
    struct segment *segment = model->segment;
    sched_park(segment, 0, model_object(MODEL_LOCK, 0), TURN_MODELLED, 0);
    segment->schedule.alarms = 1;
    segment->tasks[0].turn.alarm_ns = 1000;
    unsigned rung = 0;
    while (sched_next(segment) == SCHED_ALARM) {
        segment->tasks[0].turn.alarm_ns += 1000;
        cr_assert_lt(++rung, 1000);
    }
    cr_expect_eq(segment->schedule.verdict, SCHEDULE_LIVELOCK);
}

Test(sched_time, a_signal_ends_a_sleep_without_the_time_passing)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model_begin(model, 1);
    struct segment *segment = model->segment;
    sched_announce(segment, 0, OP_KIND_SLEEP, 0, 0,
                   TURN_YIELDED | TURN_SLEEPING, 500 * MS);
    segment->tasks[0].turn.flags |= TURN_SIGNALLED;
    cr_assert_eq(sched_next(segment), 0);
    cr_expect_lt(segment->schedule.now_ns, MS);
    cr_expect(segment->tasks[0].turn.flags & TURN_SIGNALLED);
}
