#include "order.h"

#include <criterion/criterion.h>

#include "base/error.h"

/* A run of tasks 0, 0.0, 0.1 by the numbers of the tasks of its ops. */
struct run {
    struct explain_op ops[16];
    struct schedule_task tasks[3];
    struct explain_result result;
};

static struct explain_result *make(struct run *run, const char *tasks,
                                   bool turned)
{
    uint64_t done[3] = {0};
    *run = (struct run){.tasks = {{0, 0}, {1, turned}, {1, !turned}}};
    size_t count = 0;
    for (; tasks[count]; count++) {
        uint32_t task = (uint32_t)(tasks[count] - '0');
        run->ops[count] = (struct explain_op){
            .task = task,
            .nth = done[task]++,
            .completed = true,
        };
    }
    run->result = (struct explain_result){
        .plan = {.tasks = run->tasks, .task_count = 3},
        .ops = run->ops,
        .op_count = count,
    };
    return &run->result;
}

static void expect_order(const struct order *order, uint64_t swaps,
                         const char *tasks)
{
    uint32_t ranks[32], last;
    uint64_t done[3] = {0};
    cr_expect_eq(order_at(order, swaps, ranks, &last), swaps);
    for (uint32_t i = 0; i < order->count; i++) {
        const struct token *token = &order->tokens[ranks[i]];
        cr_expect_eq(token->task, (uint32_t)(tasks[i] - '0'), "%d swaps, %d",
                     (int)swaps, (int)i);
        /* However they are swapped, a task does first things first. */
        cr_expect_eq(token->nth, done[token->task]++);
    }
    cr_expect_eq(tasks[order->count], '\0');
}

Test(order, goes_from_one_run_to_the_other_swap_by_swap)
{
    struct run failing, passing;
    struct order order;
    cr_assert_eq(order_init(&order, make(&failing, "0121", false),
                            make(&passing, "0112", false)),
                 0);
    cr_expect_eq(order.swaps, 1);
    expect_order(&order, 0, "0112");
    expect_order(&order, 1, "0121");
    order_fini(&order);
    cr_assert_eq(order_init(&order, make(&failing, "2211", false),
                            make(&passing, "1122", false)),
                 0);
    cr_expect_eq(order.swaps, 4);
    expect_order(&order, 0, "1122");
    expect_order(&order, 1, "1212");
    expect_order(&order, 2, "1221");
    expect_order(&order, 3, "2121");
    expect_order(&order, 4, "2211");
    cr_assert_eq(order.place_count, 3);
    cr_expect_eq(order.places[0], 0);
    cr_expect_eq(order.places[1], 2);
    cr_expect_eq(order.places[2], 4);
    order_fini(&order);
}

Test(order, what_only_one_run_has_comes_last_in_the_other)
{
    struct run failing, passing;
    struct order order;
    /* A deadlock: neither gets to its second lock. */
    cr_assert_eq(order_init(&order, make(&failing, "012", false),
                            make(&passing, "01122", false)),
                 0);
    cr_expect_eq(order.count, 5);
    expect_order(&order, 0, "01122");
    expect_order(&order, order.swaps, "01212");
    cr_expect_eq(order.swaps, 1);
    order_fini(&order);
}

Test(order, knows_tasks_by_their_places)
{
    struct run failing, passing;
    struct order order;
    struct schedule_plan plan;
    /* In the passing run, 0.1 was created first. */
    cr_assert_eq(order_init(&order, make(&failing, "0112", false),
                            make(&passing, "0221", true)),
                 0);
    cr_expect_eq(order.swaps, 0);
    cr_expect_eq(order_task(&order, &passing.result.plan, 2), 1);
    cr_expect_eq(order_task(&order, &passing.result.plan, 3), UINT32_MAX);
    uint32_t ranks[4] = {0, 1, 2, 3};
    cr_assert_eq(order_plan(&order, ranks, &plan), 0);
    cr_expect_eq(plan.unit, SCHEDULE_OPS);
    cr_assert_eq(plan.segment_count, 3);
    cr_expect_eq(plan.segments[1].task, 1);
    cr_expect_eq(plan.segments[1].count, 2);
    plan_fini(&plan);
    order_fini(&order);
}

Test(order, refuses_a_tree_that_is_none)
{
    struct run failing, passing;
    struct order order;
    make(&failing, "012", false);
    make(&passing, "012", false);
    failing.tasks[2] = failing.tasks[1];
    cr_expect_eq(order_init(&order, &failing.result, &passing.result),
                 -MPS_ECORRUPT);
    failing.tasks[2].parent = 3;
    cr_expect_eq(order_init(&order, &failing.result, &passing.result),
                 -MPS_ECORRUPT);
}
