#include "model_test.h"

enum { TASKS = 5 };

static struct model *model;
static uint64_t before[TASKS];

static void make(void)
{
    model = model_new();
    model_configure(model, STRATEGY_POS, 1);
    model_begin(model, TASKS);
}

static void drop(void)
{
    model_free(model);
}

TestSuite(sched_pos, .init = make, .fini = drop, .timeout = 120);

static uint64_t *priority(uint32_t task)
{
    return &model->segment->tasks[task].turn.priority;
}

static void note_priorities(void)
{
    for (uint32_t task = 0; task < TASKS; task++)
        before[task] = *priority(task);
}

/* Let TASK, which is at a point, go first. */
static void go(uint32_t task)
{
    *priority(task) = UINT64_MAX;
    note_priorities();
    cr_assert_eq(sched_next(model->segment), (int)task);
}

static bool redrawn(uint32_t task)
{
    return *priority(task) != before[task];
}

Test(sched_pos, the_pending_op_with_the_highest_priority_goes_first)
{
    for (uint32_t task = 0; task < TASKS; task++)
        *priority(task) = 100 + (task * 3) % TASKS;
    cr_expect_eq(sched_next(model->segment), 3);
    sched_leave(model->segment, 3);
    cr_expect_eq(sched_next(model->segment), 1);
}

Test(sched_pos, only_pending_ops_that_conflict_are_redrawn)
{
    uint32_t mine = model_object(MODEL_LOCK, 0);
    uint32_t other = model_object(MODEL_LOCK, 1);
    model_point(model, 0, OP_KIND_MUTEX_LOCK, mine);
    model_point(model, 1, OP_KIND_MUTEX_LOCK, mine);
    model_point(model, 2, OP_KIND_MUTEX_LOCK, other);
    model_point(model, 3, OP_KIND_POINT, 0);
    model_point(model, 4, OP_KIND_MUTEX_UNLOCK, mine);
    go(0);
    cr_expect_not(redrawn(0));
    cr_expect(redrawn(1));
    cr_expect_not(redrawn(2));
    cr_expect_not(redrawn(3));
    cr_expect(redrawn(4));
}

Test(sched_pos, the_next_op_of_the_task_itself_is_drawn_fresh)
{
    model_point(model, 0, OP_KIND_POINT, 0);
    go(0);
    model_point(model, 0, OP_KIND_POINT, 0);
    cr_expect(redrawn(0));
    for (uint32_t task = 1; task < TASKS; task++)
        cr_expect_not(redrawn(task));
}

Test(sched_pos, a_task_that_waits_in_vain_is_redrawn_with_the_others)
{
    uint32_t mutex = model_object(MODEL_LOCK, 0);
    model_point(model, 0, OP_KIND_MUTEX_UNLOCK, mutex);
    model_point(model, 1, OP_KIND_MUTEX_LOCK, mutex);
    sched_park(model->segment, 1, mutex, 0, 0);
    go(0);
    cr_expect(redrawn(1));
}

Test(sched_pos, looking_at_memory_commutes_and_writing_does_not)
{
    uint32_t word = model_object(MODEL_READ, 0);
    model_point(model, 0, OP_KIND_READ, word);
    model_point(model, 1, OP_KIND_READ, word);
    model_point(model, 2, OP_KIND_WRITE, word);
    go(0);
    cr_expect_not(redrawn(1));
    cr_expect(redrawn(2));
}

Test(sched_pos, taking_from_a_pipe_does_not_commute)
{
    uint32_t pipe = model_object(MODEL_TAKE, 0);
    model_point(model, 0, OP_KIND_READ, pipe);
    model_point(model, 1, OP_KIND_READ, pipe);
    go(0);
    cr_expect(redrawn(1));
}

Test(sched_pos, an_end_and_a_wait_for_it_do_not_commute)
{
    model_point(model, 0, OP_KIND_EXIT, 0);
    model_point(model, 1, OP_KIND_WAIT, 0);
    model_point(model, 2, OP_KIND_MUTEX_LOCK, model_object(MODEL_LOCK, 0));
    go(0);
    cr_expect(redrawn(1));
    cr_expect_not(redrawn(2));
}

Test(sched_pos, an_op_after_a_yield_comes_below_all_others)
{
    for (unsigned i = 0; i < 200; i++) {
        sched_announce(model->segment, 0, OP_KIND_YIELD, 0, 0, TURN_YIELDED, 0);
        for (uint32_t task = 1; task < TASKS; task++) {
            model_point(model, task, OP_KIND_POINT, 0);
            cr_assert_lt(*priority(0), *priority(task));
        }
    }
}

Test(sched_pos, a_task_passed_over_for_long_gets_its_chance)
{
    /* The others never wait, so the one that yielded is always below them. */
    sched_announce(model->segment, 2, OP_KIND_YIELD, 0, 0, TURN_YIELDED, 0);
    unsigned grants = 0;
    for (int next; (next = sched_next(model->segment)) != 2; grants++) {
        cr_assert_geq(next, 0);
        cr_assert_lt(grants, 5000);
        model_point(model, (uint32_t)next, OP_KIND_POINT, 0);
    }
}

/* Two tasks of ten private ops each and one conflicting pair: its order is
 * left to one comparison of draws, however many ops lie around it. */
Test(sched_pos, both_orders_of_a_conflict_come_up_alike)
{
    struct model_program program = {0};
    for (uint32_t script = 1; script <= 2; script++) {
        model_add(&program, 0, (struct model_step){MODEL_SPAWN, script, 0, 0});
        for (unsigned i = 0; i < (script == 1 ? 1 : 12); i++)
            model_add(&program, script,
                      (struct model_step){MODEL_READ, script, 0, 0});
        model_add(&program, script,
                  (struct model_step){MODEL_WRITE, 0, script, 0});
    }
    unsigned last[3] = {0};
    for (uint64_t seed = 0; seed < 2000; seed++) {
        model_try(model, &program, STRATEGY_POS, seed);
        last[model->variables[0]]++;
    }
    cr_expect_eq(last[1] + last[2], 2000);
    cr_expect(last[1] > 200, "%u of 2000", last[1]);
}
