#include "search.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/error.h"
#include "model_test.h"

/* The order of the ops of the last run of M. */
static void take_order(const struct model *m, struct schedule_plan *plan)
{
    cr_assert_eq(plan_from_ops(plan, m->segment), 0);
}

Test(search, finds_a_schedule_that_replays)
{
    struct model *m = model_two_lock_sum();
    struct explain_subject subject = model_subject(m);
    const struct schedule_plan empty = {.unit = SCHEDULE_OPS};
    struct explain_request sequential = {.plan = &empty};
    struct explain_result passing;
    struct schedule_plan near;
    cr_assert_eq(model_run(m, &sequential, &passing), 0);
    cr_assert_eq(passing.verdict, EXPLAIN_PASSED);
    explain_result_fini(&passing);
    take_order(m, &near);
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct explain_budget budget = {.runs = 500};
        struct explain_found found;
        subject.seed = seed;
        m->runs = 0;
        int err = explain_search(&subject, &budget, &near, &found);
        cr_assert_eq(err, 0);
        cr_expect_eq(found.schedules, m->runs);
        cr_expect_eq(found.schedules, budget.used);
        struct explain_request request = {
            .plan = &found.result.plan,
            .seed = found.result.seed,
        };
        struct explain_result again;
        cr_assert_eq(model_run(m, &request, &again), 0);
        cr_expect_eq(again.verdict, EXPLAIN_SAME);
        explain_result_fini(&again);
        explain_found_fini(&found);
    }
    plan_fini(&near);
    model_free(m);
}

static bool never(const struct model *m)
{
    return m->log_count == MODEL_LOG;
}

Test(search, says_how_many_schedules_did_not_show_it)
{
    struct model *m = model_lost_update(2, 2);
    struct explain_subject subject = model_subject(m);
    struct explain_budget budget = {.runs = 50};
    struct explain_found found;
    m->fails = never;
    cr_expect_eq(explain_search(&subject, &budget, NULL, &found),
                 -MPS_ENOMATCH);
    cr_expect_eq(found.schedules, 50);
    cr_expect_null(found.result.plan.segments);
    explain_found_fini(&found);
    model_free(m);
}

Test(search, works_without_an_order)
{
    struct model *m = model_abba();
    struct explain_subject subject = model_subject(m);
    struct explain_budget budget = {.runs = 200};
    struct explain_found found;
    cr_assert_eq(explain_search(&subject, &budget, NULL, &found), 0);
    cr_expect_not(found.nearby);
    cr_expect_eq(found.result.verdict, EXPLAIN_SAME);
    explain_found_fini(&found);
    model_free(m);
}

/* Tasks in a row, each of which must pass the next just before it ends: from
 * scratch there is hardly a chance, near the order there is. */
static bool order_is_kept(const struct model *m)
{
    if (m->log_count != 20)
        return false;
    for (size_t i = 0; i < 18; i++)
        if (m->log[i] != 1 + i % 2)
            return false;
    return m->log[18] == 2;
}

static struct model *model_ladder(void)
{
    struct model *m = model_new(2);
    m->fails = order_is_kept;
    for (unsigned task = 1; task <= 2; task++)
        for (unsigned i = 0; i < 10; i++)
            model_add(m, task, STEP_LOG, 0, 0);
    return m;
}

Test(search, exchanges_neighbours_of_the_order)
{
    struct model *m = model_ladder();
    /* 1 2 1 2 ..., which passes; with the last two exchanged it fails. */
    struct schedule_task tasks[] = {{0, 0}, {1, 0}, {1, 1}};
    struct schedule_segment segments[21] = {{0, 2}};
    for (unsigned i = 1; i < 21; i++)
        segments[i] = (struct schedule_segment){1 + (i - 1) % 2, 1};
    struct schedule_plan near = {tasks, 3, segments, 21, SCHEDULE_OPS};
    struct explain_subject subject = model_subject(m);
    struct explain_budget budget = {.runs = 2000};
    struct explain_request request = {.plan = &near};
    struct explain_result result;
    cr_assert_eq(model_run(m, &request, &result), 0);
    cr_expect_eq(result.verdict, EXPLAIN_PASSED);
    explain_result_fini(&result);
    struct explain_found found;
    cr_assert_eq(explain_search(&subject, &budget, &near, &found), 0);
    cr_expect(found.nearby);
    cr_expect_lt(found.schedules, 400);
    explain_found_fini(&found);
    cr_expect_eq(explain_search(&subject, &budget, NULL, &found),
                 -MPS_ENOMATCH);
    explain_found_fini(&found);
    model_free(m);
}
