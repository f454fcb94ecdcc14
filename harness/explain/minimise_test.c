#include "minimise.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/error.h"
#include "model_test.h"

static const int strategies[] = {STRATEGY_RANDOM, STRATEGY_PCT, STRATEGY_POS};

static void expect_exact(struct model *m, const struct explain_minimal *minimal)
{
    const struct schedule_plan *plan = &minimal->result.plan;
    struct explain_request request = {.plan = plan, .seed = 1};
    struct explain_result again = {.verdict = EXPLAIN_PASSED};
    cr_expect(minimal->exact);
    cr_assert_eq(model_run(m, &request, &again), 0);
    cr_expect_eq(again.verdict, EXPLAIN_SAME);
    cr_assert_eq(again.plan.segment_count, plan->segment_count);
    cr_expect_arr_eq(again.plan.segments, plan->segments,
                     plan->segment_count * sizeof(*plan->segments));
    cr_expect_eq(again.cost.steps, minimal->result.cost.steps);
    explain_result_fini(&again);
}

/* From failures of every strategy down to one preemption. */
static void expect_one_preemption(struct model *m)
{
    enum { SEEDS = 24 };
    struct explain_subject subject = model_subject(m);
    for (uint64_t i = 0; i < SEEDS; i++) {
        struct schedule_plan start;
        struct explain_minimal minimal;
        struct explain_budget budget = model_budget();
        model_find(m, strategies[i % 3], i, &start);
        int err = explain_minimise(&subject, &budget, &start, &minimal);
        cr_assert_eq(err, 0);
        cr_expect(minimal.complete);
        cr_expect_eq(minimal.result.cost.preemptions, 1,
                     "%s %llu: %llu preemptions, %llu switches",
                     sched_strategies[strategies[i % 3]]->name,
                     (unsigned long long)i,
                     (unsigned long long)minimal.result.cost.preemptions,
                     (unsigned long long)minimal.result.cost.switches);
        cr_expect_leq(minimal.runs, 1000);
        cr_expect_eq(minimal.runs, budget.used);
        cr_expect_gt(minimal.result.op_count, 0);
        expect_exact(m, &minimal);
        explain_minimal_fini(&minimal);
        plan_fini(&start);
    }
    model_free(m);
}

Test(minimise, a_lost_update_needs_one_preemption)
{
    expect_one_preemption(model_lost_update(2, 1));
    expect_one_preemption(model_lost_update(4, 5));
}

Test(minimise, a_deadlock_of_two_locks_needs_one_preemption)
{
    expect_one_preemption(model_abba());
}

Test(minimise, a_torn_log_record_needs_one_preemption)
{
    expect_one_preemption(model_log_record());
}

Test(minimise, a_sum_under_two_locks_needs_one_preemption)
{
    expect_one_preemption(model_two_lock_sum());
}

/* Many of its failures interrupt the root, and a mover, and none of both can be
 * left out. */
Test(minimise, one_preemption_is_found_where_none_is_nearby)
{
    expect_one_preemption(model_watched_sum());
}

/* What fails in any order is explained by the order with no preemption. */
Test(minimise, the_sequential_schedule_is_tried)
{
    struct model *m = model_new(2);
    struct explain_subject subject = model_subject(m);
    struct explain_budget budget = model_budget();
    struct explain_minimal minimal;
    struct schedule_plan start;
    for (unsigned task = 1; task <= 2; task++)
        for (unsigned i = 0; i < 5; i++)
            model_add(m, task, i == 3 ? STEP_EXPECT : STEP_NOISE, 0, 1);
    model_find(m, STRATEGY_RANDOM, 1, &start);
    cr_assert_gt(start.segment_count, 5);
    cr_assert_eq(explain_minimise(&subject, &budget, &start, &minimal), 0);
    cr_expect_eq(minimal.result.cost.preemptions, 0);
    cr_expect_gt(minimal.before.preemptions, 0);
    expect_exact(m, &minimal);
    explain_minimal_fini(&minimal);
    plan_fini(&start);
    model_free(m);
}

Test(minimise, what_does_not_fail_is_refused)
{
    struct model *m = model_lost_update(2, 1);
    struct explain_subject subject = model_subject(m);
    struct explain_budget budget = model_budget();
    struct explain_minimal minimal;
    const struct schedule_plan empty = {.unit = SCHEDULE_GRANTS};
    cr_expect_eq(explain_minimise(&subject, &budget, &empty, &minimal),
                 -MPS_ENOMATCH);
    cr_expect_null(minimal.result.plan.segments);
    budget.runs = 0;
    cr_expect_eq(explain_minimise(&subject, &budget, &empty, &minimal),
                 -MPS_ETIMEOUT);
    model_free(m);
}

/* Whenever it is ended, by the budget or by a callback that fails, the best so
 * far is there, and no worse than the best of less. */
Test(minimise, ended_early_the_best_so_far_is_kept)
{
    struct model *m = model_lost_update(4, 5);
    struct explain_subject subject = model_subject(m);
    struct schedule_plan start;
    model_find(m, STRATEGY_RANDOM, 3, &start);
    struct trace_schedule_cost last = {UINT64_MAX, 0, 0};
    for (uint64_t runs = 1; runs < 40; runs += 3) {
        struct explain_budget budget = {.runs = runs};
        struct explain_minimal minimal;
        cr_assert_eq(explain_minimise(&subject, &budget, &start, &minimal), 0);
        cr_expect_not(explain_is_shorter(&last, &minimal.result.cost));
        cr_expect_eq(budget.used, minimal.complete ? budget.used : runs + 1);
        last = minimal.result.cost;
        if (runs == 1) {
            cr_expect_not(minimal.complete);
            cr_expect_eq(minimal.ended, -MPS_ETIMEOUT);
        }
        expect_exact(m, &minimal);
        explain_minimal_fini(&minimal);
    }
    struct explain_budget budget = model_budget();
    struct explain_minimal minimal;
    m->runs = 0;
    m->break_after = 5;
    cr_assert_eq(explain_minimise(&subject, &budget, &start, &minimal), 0);
    cr_expect_eq(minimal.ended, -77);
    cr_expect_not(minimal.complete);
    cr_expect_not(minimal.exact);
    cr_expect_gt(minimal.result.plan.segment_count, 0);
    explain_minimal_fini(&minimal);
    plan_fini(&start);
    model_free(m);
}

static bool always(void *context)
{
    return *(bool *)context;
}

Test(minimise, stops_when_told_and_at_its_deadline)
{
    struct model *m = model_lost_update(2, 2);
    struct explain_subject subject = model_subject(m);
    struct explain_minimal minimal;
    struct schedule_plan start;
    bool stop = true;
    model_find(m, STRATEGY_RANDOM, 3, &start);
    struct explain_budget told = {.runs = 9, .stop = always, .context = &stop};
    cr_expect_eq(explain_minimise(&subject, &told, &start, &minimal),
                 -MPS_ETIMEOUT);
    struct explain_budget late = {.runs = 9, .deadline_ns = 1};
    cr_expect_eq(explain_minimise(&subject, &late, &start, &minimal),
                 -MPS_ETIMEOUT);
    stop = false;
    cr_expect_eq(explain_minimise(&subject, &told, &start, &minimal), 0);
    explain_minimal_fini(&minimal);
    plan_fini(&start);
    model_free(m);
}
