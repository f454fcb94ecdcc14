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

TestSuite(sched, .init = make, .fini = drop, .timeout = 120);

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

/* -- Deadlocks -----------------------------------------------------------*/

Test(sched, opposite_lock_orders_deadlock_under_some_seeds_and_pass_under_some)
{
    const struct model_program program = {.scripts = {
                                              {{MODEL_SPAWN, 1, 0, 0},
                                               {MODEL_SPAWN, 2, 0, 0},
                                               {MODEL_JOIN, 0, 0, 0}},
                                              {{MODEL_LOCK, 0, 0, 0},
                                               {MODEL_LOCK, 1, 0, 0},
                                               {MODEL_UNLOCK, 1, 0, 0},
                                               {MODEL_UNLOCK, 0, 0, 0}},
                                              {{MODEL_LOCK, 1, 0, 0},
                                               {MODEL_LOCK, 0, 0, 0},
                                               {MODEL_UNLOCK, 0, 0, 0},
                                               {MODEL_UNLOCK, 1, 0, 0}},
                                          }};
    for (size_t i = 0; i < sizeof(exploring) / sizeof(exploring[0]); i++) {
        unsigned found = count(&program, exploring[i], SCHEDULE_DEADLOCK);
        cr_expect_gt(found, SEEDS / 50, "%s: %u",
                     sched_strategies[exploring[i]]->name, found);
        cr_expect_eq(found + count(&program, exploring[i], SCHEDULE_OPEN),
                     SEEDS);
    }
    cr_expect_eq(count(&program, STRATEGY_SEQUENTIAL, SCHEDULE_OPEN), SEEDS);
}

Test(sched, a_deadlock_shows_who_waits_for_which_object)
{
    const struct model_program program = {
        .scripts = {{{MODEL_LOCK, 2, 0, 0}, {MODEL_LOCK, 2, 0, 0}}}};
    cr_assert_eq(model_try(model, &program, STRATEGY_RANDOM, 1),
                 SCHEDULE_DEADLOCK);
    const struct segment_turn *turn = &model->segment->tasks[0].turn;
    cr_expect_eq(turn->state, TURN_PARKED);
    cr_expect_eq(turn->kind, OP_KIND_MUTEX_LOCK);
    cr_expect_eq(turn->object, model_object(MODEL_LOCK, 2));
    cr_expect_eq(turn->park_object, turn->object);
    cr_expect_eq(turn->site, 1);
}

Test(sched, one_lock_order_never_deadlocks)
{
    const struct model_program program = {.scripts = {
                                              {{MODEL_SPAWN, 1, 0, 0},
                                               {MODEL_SPAWN, 1, 0, 0},
                                               {MODEL_SPAWN, 1, 0, 0},
                                               {MODEL_JOIN, 0, 0, 0}},
                                              {{MODEL_LOCK, 0, 0, 0},
                                               {MODEL_LOCK, 1, 0, 0},
                                               {MODEL_UNLOCK, 1, 0, 0},
                                               {MODEL_UNLOCK, 0, 0, 0}},
                                          }};
    for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++)
        cr_expect_eq(count(&program, strategy, SCHEDULE_OPEN), SEEDS, "%s",
                     sched_strategies[strategy]->name);
}

Test(sched, five_philosophers_starve_within_fifty_seeds)
{
    struct model_program program = {.semaphores = {1, 1, 1, 1, 1}};
    for (uint32_t i = 0; i < 5; i++) {
        uint32_t script = i + 1, left = i, right = (i + 1) % 5;
        model_add(&program, 0, (struct model_step){MODEL_SPAWN, script, 0, 0});
        model_add(&program, script,
                  (struct model_step){MODEL_WAIT, left, 0, 0});
        model_add(&program, script,
                  (struct model_step){MODEL_WAIT, right, 0, 0});
        model_add(&program, script,
                  (struct model_step){MODEL_POST, right, 0, 0});
        model_add(&program, script,
                  (struct model_step){MODEL_POST, left, 0, 0});
    }
    model_add(&program, 0, (struct model_step){MODEL_JOIN, 0, 0, 0});
    unsigned found = 0;
    for (uint64_t seed = 0; seed < 50; seed++)
        found += model_try(model, &program, STRATEGY_RANDOM, seed) ==
                 SCHEDULE_DEADLOCK;
    cr_expect_gt(found, 0);
}

Test(sched, a_signal_before_the_wait_is_lost_and_the_waiter_deadlocks)
{
    const struct model_program program = {.scripts = {
                                              {{MODEL_SPAWN, 1, 0, 0},
                                               {MODEL_LOCK, 0, 0, 0},
                                               {MODEL_COND_WAIT, 0, 0, 0},
                                               {MODEL_UNLOCK, 0, 0, 0},
                                               {MODEL_JOIN, 0, 0, 0}},
                                              {{MODEL_LOCK, 0, 0, 0},
                                               {MODEL_SIGNAL, 0, 0, 0},
                                               {MODEL_UNLOCK, 0, 0, 0}},
                                          }};
    for (size_t i = 0; i < sizeof(exploring) / sizeof(exploring[0]); i++) {
        unsigned lost = count(&program, exploring[i], SCHEDULE_DEADLOCK);
        cr_expect(lost > SEEDS / 20 && lost < SEEDS, "%s: %u",
                  sched_strategies[exploring[i]]->name, lost);
    }
}

Test(sched, a_modelled_wait_ends_by_a_wake_up_alone)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model_begin(model, 2);
    struct segment *segment = model->segment;
    uint32_t cond = model_object(MODEL_COND_WAIT, 0), waiters[4];
    sched_park(segment, 1, cond, TURN_MODELLED, 0);
    sched_bump(segment, cond);
    sched_bump(segment, 0);
    sched_bump_io(segment, cond);
    for (unsigned i = 0; i < 20; i++) {
        cr_assert_eq(sched_next(segment), 0);
        model_point(model, 0, OP_KIND_POINT, 0);
    }
    cr_expect_eq(sched_waiters(segment, cond, waiters, 4), 1);
    cr_expect_eq(waiters[0], 1);
    sched_wake(segment, 1);
    cr_expect_eq(sched_waiters(segment, cond, waiters, 4), 0);
    sched_leave(segment, 0);
    cr_expect_eq(sched_next(segment), 1);
}

Test(sched, which_waiter_wakes_depends_on_the_environment_seed)
{
    const struct model_program program = {.scripts = {
                                              {{MODEL_SPAWN, 1, 0, 0},
                                               {MODEL_SPAWN, 1, 0, 0},
                                               {MODEL_SPAWN, 1, 0, 0},
                                               {MODEL_SPIN, 0, 3, 0},
                                               {MODEL_LOCK, 0, 0, 0},
                                               {MODEL_SIGNAL, 0, 0, 0},
                                               {MODEL_UNLOCK, 0, 0, 0}},
                                              {{MODEL_LOCK, 0, 0, 0},
                                               {MODEL_READ, 0, 0, 0},
                                               {MODEL_WRITE_NEXT, 0, 0, 0},
                                               {MODEL_COND_WAIT, 0, 0, 0},
                                               {MODEL_UNLOCK, 0, 0, 0}},
                                          }};
    unsigned woken[4] = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        model_try(model, &program, STRATEGY_SEQUENTIAL, seed);
        for (uint32_t task = 1; task < 4; task++)
            woken[task] += model->tasks[task].dead;
    }
    cr_expect_eq(woken[1] + woken[2] + woken[3], SEEDS);
    for (uint32_t task = 1; task < 4; task++)
        cr_expect_gt(woken[task], SEEDS / 6, "task %u: %u", task, woken[task]);
}

Test(sched, a_change_without_a_bump_is_noticed_before_a_deadlock_is_declared)
{
    const struct model_program program = {.scripts =
                                              {
                                                  {{MODEL_SPAWN, 1, 0, 0},
                                                   {MODEL_WAIT, 0, 0, 0},
                                                   {MODEL_JOIN, 0, 0, 0}},
                                                  {{MODEL_NOTHING, 0, 0, 0},
                                                   {MODEL_POST_QUIET, 0, 0, 0},
                                                   {MODEL_WAIT, 1, 0, 5 * MS},
                                                   {MODEL_WAIT, 2, 0, 0}},
                                              },
                                          .semaphores = {0, 0, 1}};
    for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++) {
        cr_expect_eq(count(&program, strategy, SCHEDULE_OPEN), SEEDS, "%s",
                     sched_strategies[strategy]->name);
        cr_expect_lt(model_when(model, 0, 1, '!'), model_when(model, 1, 2, 't'),
                     "the change is noticed before time passes");
    }
}

Test(sched, before_a_deadlock_every_vain_try_is_made_once_more)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model_begin(model, 3);
    struct segment *segment = model->segment;
    uint32_t tries[3] = {0};
    for (uint32_t task = 0; task < 3; task++)
        sched_park(segment, task, model_object(MODEL_LOCK, task), 0, 0);
    for (int next; (next = sched_next(segment)) >= 0;) {
        cr_assert(segment->tasks[next].turn.flags & TURN_RETRY ||
                  tries[next] == 0);
        cr_assert_lt(++tries[next], 2);
        sched_park(segment, (uint32_t)next,
                   model_object(MODEL_LOCK, (uint32_t)next), 0, 0);
    }
    for (uint32_t task = 0; task < 3; task++)
        cr_expect_eq(tries[task], 1);
    cr_expect_eq(segment->schedule.verdict, SCHEDULE_DEADLOCK);
}

Test(sched, a_change_without_a_bump_is_noticed_while_another_task_spins)
{
    const struct model_program program = {
        .scripts = {
            {{MODEL_SPAWN, 1, 0, 0},
             {MODEL_SPAWN, 2, 0, 0},
             {MODEL_SPIN, 0, 1, 0}},
            {{MODEL_WAIT, 0, 0, 0}, {MODEL_WRITE, 0, 1, 0}},
            /* Stays: its death would let everybody look again. */
            {{MODEL_YIELD, 0, 0, 0},
             {MODEL_POST_QUIET, 0, 0, 0},
             {MODEL_SPIN, 0, 1, 0}},
        }};
    for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++)
        cr_expect_eq(count(&program, strategy, SCHEDULE_OPEN), SEEDS, "%s",
                     sched_strategies[strategy]->name);
}

Test(sched, a_task_parked_on_io_looks_again_after_any_io)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model_begin(model, 2);
    struct segment *segment = model->segment;
    sched_park(segment, 0, 0, TURN_WAITS_IO, 0);
    sched_park(segment, 1, model_object(MODEL_TAKE, 0), 0, 0);
    sched_bump_io(segment, model_object(MODEL_TAKE, 1));
    cr_expect_eq(sched_next(segment), 0);
    cr_expect_not(segment->tasks[0].turn.flags & TURN_RETRY);
}

Test(sched, a_death_lets_everybody_look_again)
{
    model_configure(model, STRATEGY_SEQUENTIAL, 1);
    model_begin(model, 3);
    struct segment *segment = model->segment;
    sched_park(segment, 0, 0, 0, 0);
    sched_park(segment, 1, model_object(MODEL_LOCK, 0), 0, 0);
    cr_assert_eq(sched_next(segment), 2);
    sched_leave(segment, 2);
    cr_expect_eq(segment->tasks[2].turn.state, TURN_DEAD);
    cr_expect_eq(segment->schedule.alive_count, 2);
    cr_assert_geq(sched_next(segment), 0);
    cr_expect_eq(segment->schedule.decisions, 1);
}

Test(sched, is_idle_when_the_root_has_ended_and_the_rest_waits)
{
    const struct model_program program = {
        .scripts = {{{MODEL_SPAWN, 1, 0, 0}}, {{MODEL_WAIT, 0, 0, 0}}}};
    for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++)
        cr_expect_eq(count(&program, strategy, SCHEDULE_IDLE), SEEDS);
}

Test(sched, gives_no_verdict_when_all_tasks_have_ended)
{
    const struct model_program program = {
        .scripts = {{{MODEL_SPAWN, 1, 0, 0}}}};
    cr_expect_eq(model_try(model, &program, STRATEGY_RANDOM, 1), SCHEDULE_OPEN);
    cr_expect_eq(model->segment->schedule.alive_count, 0);
}

/* -- The step bound ------------------------------------------------------*/

Test(sched, yields_and_nothing_else_up_to_the_step_bound_are_a_livelock)
{
    const struct model_program program = {
        .scripts = {{{MODEL_SPAWN, 1, 0, 0}, {MODEL_SPIN, 0, 1, 0}},
                    {{MODEL_NAP, 0, 1, MS}}}};
    for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++) {
        cr_expect_eq(model_try(model, &program, strategy, 1),
                     SCHEDULE_LIVELOCK);
        cr_expect_eq(model->segment->schedule.grants, 20000);
    }
}

Test(sched, work_up_to_the_step_bound_is_no_livelock)
{
    const struct model_program program = {
        .scripts = {{{MODEL_SPAWN, 1, 0, 0}, {MODEL_SPIN, 0, 1, 0}},
                    {{MODEL_LOCK, 0, 0, 0},
                     {MODEL_UNLOCK, 0, 0, 0},
                     {MODEL_REPEAT, 0, 0, 0}}}};
    for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++)
        cr_expect_eq(model_try(model, &program, strategy, 1),
                     SCHEDULE_STEP_BOUND);
}

Test(sched, who_is_left_by_the_root_is_just_left_at_the_step_bound)
{
    static const struct model_program programs[] = {
        {.scripts = {{{MODEL_SPAWN, 1, 0, 0}}, {{MODEL_SPIN, 0, 1, 0}}}},
        {.scripts = {{{MODEL_SPAWN, 1, 0, 0}},
                     {{MODEL_LOCK, 0, 0, 0},
                      {MODEL_UNLOCK, 0, 0, 0},
                      {MODEL_REPEAT, 0, 0, 0}}}},
    };
    for (int strategy = 0; strategy < STRATEGY_REPLAY; strategy++)
        for (size_t i = 0; i < 2; i++) {
            cr_expect_eq(model_try(model, &programs[i], strategy, 1),
                         SCHEDULE_IDLE);
            cr_expect_eq(model->segment->schedule.grants, 20000);
        }
}

Test(sched, gives_nobody_the_turn_after_a_verdict)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model_begin(model, 1);
    model->segment->schedule.verdict = SCHEDULE_DEADLOCK;
    cr_expect_eq(sched_next(model->segment), SCHED_NOBODY);
    cr_expect_eq(model->segment->schedule.grants, 0);
}

/* -- Newcomers and externals ---------------------------------------------*/

Test(sched, takes_in_a_stranger_at_the_next_decision)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model_begin(model, 1);
    struct segment *segment = model->segment;
    uint32_t stranger = (uint32_t)segment_task_new(segment, 1, 0);
    sched_park(segment, 0, model_object(MODEL_LOCK, 0), TURN_MODELLED, 0);
    sched_newcomer(segment, stranger);
    cr_expect_eq(segment->schedule.alive_count, 1);
    cr_expect_eq(sched_next(segment), (int)stranger);
    cr_expect_eq(segment->schedule.alive_count, 2);
    cr_expect_eq(segment->schedule.max_alive, 2);
}

Test(sched, takes_in_each_stranger_once)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model_begin(model, 3);
    struct segment *segment = model->segment;
    for (unsigned i = 0; i < 5; i++) {
        uint32_t stranger = (uint32_t)segment_task_new(segment, 1, 0);
        sched_newcomer(segment, stranger);
        sched_newcomer(segment, stranger);
        int next = sched_next(segment);
        cr_assert_geq(next, 0);
        model_point(model, (uint32_t)next, OP_KIND_POINT, 0);
        cr_expect_eq(segment->schedule.alive_count, 4 + i);
    }
    for (uint32_t i = 0; i < 8; i++)
        cr_expect_eq(segment->schedule.alive[i], i);
}

Test(sched, waits_for_a_task_outside_instead_of_declaring_a_deadlock)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model_begin(model, 2);
    struct segment *segment = model->segment;
    sched_external(segment, 1);
    cr_expect_eq(segment->schedule.externals, 1);
    sched_park(segment, 0, model_object(MODEL_LOCK, 0), TURN_MODELLED, MS);
    cr_expect_eq(sched_next(segment), SCHED_NOBODY);
    cr_expect_eq(segment->schedule.verdict, SCHEDULE_OPEN);
    cr_expect_lt(segment->schedule.now_ns, MS, "no time passes meanwhile");
    sched_newcomer(segment, 1);
    cr_expect_eq(sched_next(segment), 1);
    cr_expect_eq(segment->schedule.externals, 0);
    cr_expect_eq(segment->schedule.externals_ever, 1);
    cr_expect_eq(segment->schedule.alive_count, 2);
}

Test(sched, declares_the_deadlock_when_the_task_outside_has_died)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model_begin(model, 2);
    struct segment *segment = model->segment;
    sched_external(segment, 1);
    sched_park(segment, 0, model_object(MODEL_LOCK, 0), TURN_MODELLED, 0);
    cr_expect_eq(sched_next(segment), SCHED_NOBODY);
    sched_leave(segment, 1);
    cr_expect_eq(segment->schedule.externals, 0);
    cr_expect_eq(sched_next(segment), SCHED_NOBODY);
    cr_expect_eq(segment->schedule.verdict, SCHEDULE_DEADLOCK);
}

Test(sched, calls_no_run_with_tasks_outside_a_livelock)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model->segment->schedule.step_limit = 100;
    model_begin(model, 2);
    struct segment *segment = model->segment;
    sched_external(segment, 1);
    for (int next; (next = sched_next(segment)) >= 0;)
        sched_announce(segment, (uint32_t)next, OP_KIND_YIELD, 0, 0,
                       TURN_YIELDED, 0);
    cr_expect_eq(segment->schedule.verdict, SCHEDULE_STEP_BOUND);
}

/* -- Records -------------------------------------------------------------*/

Test(sched, a_switch_counts_as_a_preemption_unless_it_was_asked_for)
{
    model_configure(model, STRATEGY_SEQUENTIAL, 1);
    model_begin(model, 2);
    struct segment *segment = model->segment;
    const struct segment_schedule *schedule = &segment->schedule;
    cr_assert_eq(sched_next(segment), 0);
    sched_announce(segment, 0, OP_KIND_YIELD, 0, 0, TURN_YIELDED, 0);
    cr_assert_eq(sched_next(segment), 1);
    cr_expect_eq(schedule->switches, 1);
    cr_expect_eq(schedule->preemptions, 0);
    sched_park(segment, 1, model_object(MODEL_LOCK, 0), 0, 0);
    cr_assert_eq(sched_next(segment), 0);
    cr_expect_eq(schedule->preemptions, 0);
    sched_bump(segment, model_object(MODEL_LOCK, 0));
    model_point(model, 0, OP_KIND_POINT, 0);
    segment->schedule.strategy = STRATEGY_REPLAY;
    segment->plan.tasks[1] = (struct schedule_task){1, 0};
    segment->schedule.plan_task_count = 2;
    segment->tasks[1].turn.plan_task = 2;
    segment->plan.segments[0] = (struct schedule_segment){1, 1};
    segment->schedule.plan_count = 1;
    cr_assert_eq(sched_next(segment), 1);
    cr_expect_eq(schedule->preemptions, 1);
    cr_expect(segment->tasks[0].turn.flags & TURN_PREEMPTED);
    cr_expect_eq(schedule->switches, 3);
}

Test(sched, records_grants_in_a_row_as_one_segment)
{
    model_configure(model, STRATEGY_SEQUENTIAL, 1);
    model_begin(model, 2);
    struct segment *segment = model->segment;
    for (unsigned i = 0; i < 5; i++) {
        cr_assert_eq(sched_next(segment), 0);
        model_point(model, 0, OP_KIND_POINT, 0);
    }
    sched_leave(segment, 0);
    cr_assert_eq(sched_next(segment), 1);
    cr_expect_eq(segment->schedule.segment_count, 2);
    cr_expect_eq(segment->schedule.segments[0].count, 5);
    cr_expect_eq(segment->schedule.segments[1].task, 1);
    cr_expect_eq(segment->schedule.segments[1].count, 1);
    cr_expect_eq(segment->schedule.grants, 6);
    cr_expect_eq(segment->schedule.decisions, 5);
}

Test(sched, a_schedule_too_long_to_record_is_known_to_be)
{
    model_configure(model, STRATEGY_RANDOM, 1);
    model->segment->schedule.step_limit = 0;
    model_begin(model, 2);
    struct segment *segment = model->segment;
    while (segment->schedule.switches < SCHEDULE_SEGMENTS + 10) {
        int next = sched_next(segment);
        cr_assert_geq(next, 0);
        model_point(model, (uint32_t)next, OP_KIND_POINT, 0);
    }
    cr_expect_eq(segment->schedule.segment_count, SCHEDULE_SEGMENTS + 1);
    uint64_t recorded = 0;
    for (uint32_t i = 0; i < SCHEDULE_SEGMENTS; i++)
        recorded += segment->schedule.segments[i].count;
    cr_expect_lt(recorded, segment->schedule.grants);
}

Test(sched, the_environment_depends_on_the_path_and_the_draws_of_a_task_alone)
{
    uint64_t draws[2][3];
    for (unsigned run = 0; run < 2; run++) {
        model_configure(model, STRATEGY_RANDOM, 5);
        model_begin(model, 3);
        struct segment *segment = model->segment;
        if (run)
            sched_environment(segment, 1, 1000);
        for (unsigned i = 0; i < 3; i++)
            draws[run][i] = sched_environment(segment, 2, UINT64_C(1) << 31);
    }
    cr_expect_arr_eq(draws[0], draws[1], sizeof(draws[0]));
    cr_expect_neq(draws[0][0], draws[0][1]);
    model_begin(model, 3);
    cr_expect_neq(sched_environment(model->segment, 1, UINT64_C(1) << 31),
                  draws[0][0]);
}
