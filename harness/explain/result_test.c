#include "explain.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/error.h"
#include "model_test.h"
#include "runner/outcome.h"

Test(result, has_the_ops_in_the_order_of_their_ends)
{
    struct model *m = model_abba();
    struct schedule_plan plan;
    struct explain_result result;
    model_find(m, STRATEGY_RANDOM, 2, &plan);
    struct explain_request request = {.plan = &plan, .seed = 1, .ops = true};
    cr_assert_eq(model_run(m, &request, &result), 0);
    cr_assert_eq(result.verdict, EXPLAIN_SAME);
    cr_expect_not(result.ops_lost);
    cr_expect_eq(result.cost.steps, m->segment->schedule.grants);
    cr_expect_eq(result.cost.preemptions, m->segment->schedule.preemptions);
    cr_expect_str_eq(result.names[1], "s1");

    /* The root and the two that hold each other up never come back. */
    uint64_t done[4] = {0};
    size_t stuck = 0, locks = 0;
    for (size_t i = 0; i < result.op_count; i++) {
        const struct explain_op *op = &result.ops[i];
        cr_assert_lt(op->task, 4);
        cr_expect_eq(op->nth, done[op->task]);
        cr_expect_eq(op->completed, i + 3 < result.op_count);
        done[op->task] += op->completed;
        stuck += !op->completed;
        if (op->completed)
            continue;
        locks += op->kind == OP_KIND_MUTEX_LOCK &&
                 !strncmp(op->object, "mutex m", 7);
    }
    cr_expect_eq(stuck, 3);
    cr_expect_eq(locks, 2);
    explain_result_fini(&result);

    request.ops = false;
    cr_assert_eq(model_run(m, &request, &result), 0);
    cr_expect_null(result.ops);
    cr_expect_null(result.names);
    cr_expect_eq(result.plan.segment_count, plan.segment_count);
    explain_result_fini(&result);
    plan_fini(&plan);
    model_free(m);
}

Test(result, of_a_run_longer_than_what_is_recorded_is_refused)
{
    struct model *m = model_abba();
    struct schedule_plan plan;
    struct explain_result result;
    model_find(m, STRATEGY_RANDOM, 2, &plan);
    m->segment->schedule.segment_count = SCHEDULE_SEGMENTS + 1;
    const struct outcome outcome = {.segment = m->segment, .controlled = true};
    cr_expect_eq(explain_take(&result, &outcome, true), -MPS_EFULL);
    cr_expect_null(result.plan.segments);
    plan_fini(&plan);
    model_free(m);
}

Test(result, is_shorter_by_preemptions_then_switches_then_steps)
{
    static const struct trace_schedule_cost costs[] = {
        {0, 9, 9}, {1, 2, 9}, {1, 3, 4}, {1, 3, 5}};
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 4; k++)
            cr_expect_eq(explain_is_shorter(&costs[i], &costs[k]), i < k);
}
