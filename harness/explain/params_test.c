#include "params.h"

#include <criterion/criterion.h>

#include "base/error.h"
#include "model_test.h"
#include "search.h"

/* WORKERS tasks that each add ITEMS times; fails with two of the former and
 * NEEDED of the latter at least. */
struct probe {
    int64_t needed;
    unsigned calls;
    int err; /* to fail with from call number FAIL_AT on */
    unsigned fail_at;
};

static int probe_model(void *context, const struct explain_param *params,
                       size_t count, struct explain_budget *budget,
                       struct explain_result *result)
{
    struct probe *probe = context;
    cr_assert_eq(count, 2);
    probe->calls++;
    if (probe->fail_at && probe->calls >= probe->fail_at)
        return probe->err;
    if (params[1].value < probe->needed)
        return -MPS_ENOMATCH;
    struct model *m =
        model_lost_update((unsigned)params[0].value, (unsigned)params[1].value);
    struct explain_subject subject = model_subject(m);
    struct explain_found found;
    int err = explain_search(&subject, budget, NULL, &found);
    if (!err)
        *result = found.result;
    else
        explain_found_fini(&found);
    model_free(m);
    return err;
}

Test(params, come_down_to_the_least_that_still_fail)
{
    struct explain_param params[] = {{"workers", 7, 1}, {"items", 9, 1}};
    struct probe probe = {.needed = 1};
    struct explain_budget budget = model_budget();
    struct explain_result result;
    cr_assert_eq(explain_shrink_params(probe_model, &probe, &budget, 100,
                                       params, 2, &result),
                 0);
    cr_expect_eq(params[0].value, 2);
    cr_expect_eq(params[1].value, 1);
    cr_expect_eq(result.verdict, EXPLAIN_SAME);
    cr_expect_eq(result.plan.task_count, 3);
    cr_expect_gt(budget.used, 0);
    cr_expect_eq(budget.used + budget.runs, model_budget().runs);
    explain_result_fini(&result);
}

Test(params, are_found_by_bisection)
{
    struct explain_param params[] = {{"workers", 2, 2}, {"items", 15, 1}};
    struct probe probe = {.needed = 6};
    struct explain_budget budget = model_budget();
    struct explain_result result;
    cr_assert_eq(explain_shrink_params(probe_model, &probe, &budget, 100,
                                       params, 2, &result),
                 0);
    cr_expect_eq(params[0].value, 2);
    cr_expect_eq(params[1].value, 6);
    cr_expect_leq(probe.calls, 10);
    explain_result_fini(&result);
}

Test(params, stay_where_nothing_smaller_fails)
{
    struct explain_param params[] = {{"workers", 2, 1}, {"items", 1, 1}};
    struct probe probe = {.needed = 1};
    struct explain_budget budget = model_budget();
    struct explain_result result;
    cr_assert_eq(explain_shrink_params(probe_model, &probe, &budget, 50, params,
                                       2, &result),
                 0);
    cr_expect_eq(params[0].value, 2);
    cr_expect_eq(params[1].value, 1);
    cr_expect_null(result.plan.segments);
    cr_expect_eq(probe.calls, 1);
    cr_expect_eq(budget.used, 50);
}

Test(params, and_the_last_run_go_together_when_it_ends_early)
{
    for (unsigned fail_at = 1; fail_at < 6; fail_at++) {
        struct explain_param params[] = {{"workers", 7, 1}, {"items", 9, 1}};
        struct probe probe = {.needed = 1, .err = -77, .fail_at = fail_at};
        struct explain_budget budget = model_budget();
        struct explain_result result;
        cr_expect_eq(explain_shrink_params(probe_model, &probe, &budget, 100,
                                           params, 2, &result),
                     -77);
        bool lowered = params[0].value < 7 || params[1].value < 9;
        cr_expect_eq(lowered, result.plan.segments != NULL);
        if (lowered)
            cr_expect_eq(result.plan.task_count, params[0].value + 1);
        explain_result_fini(&result);
    }
    struct explain_param params[] = {{"workers", 7, 1}, {"items", 9, 1}};
    struct probe probe = {.needed = 1};
    struct explain_budget none = {.runs = 0};
    struct explain_result result;
    cr_expect_eq(explain_shrink_params(probe_model, &probe, &none, 100, params,
                                       2, &result),
                 0);
    cr_expect_eq(probe.calls, 0);
}
