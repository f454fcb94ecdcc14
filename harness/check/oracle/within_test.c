#include "check/fixture_test.h"

Test(within, accepts_an_iteration_that_is_quick_enough)
{
    struct fixture *f = fixture_new();
    fixture_invariant(f, ORACLE_WITHIN, "within")->time_ns = 5000000;
    fixture_invariant(f, ORACLE_WITHIN, "points")->points =
        fixture_expr(f, "2");
    fixture_op(f, 0, OP_KIND_READ, 0, 0);
    fixture_op(f, fixture_task(f, 0, ""), OP_KIND_READ, 0, 0);
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(within, finds_an_iteration_that_takes_too_long)
{
    struct fixture *f = fixture_new();
    fixture_invariant(f, ORACLE_WITHIN, "within 4ms")->time_ns = 4000000;
    const struct finding *finding =
        fixture_expect(f, FINDING_INVARIANT, "took 5ms, expected at most 4ms");
    cr_expect_str_eq(finding->expected, "at most 4ms");
    cr_expect_str_eq(finding->actual, "5ms");
    fixture_free(f);
}

Test(within, finds_too_many_points)
{
    struct fixture *f = fixture_new();
    fixture_invariant(f, ORACLE_WITHIN, "points")->points =
        fixture_expr(f, "workers - 3");
    fixture_op(f, 0, OP_KIND_READ, 0, 0);
    fixture_op(f, fixture_task(f, 0, ""), OP_KIND_READ, 0, 0);
    fixture_expect(f, FINDING_INVARIANT,
                   "took 2 points, expected at most 1 (workers - 3)");
    fixture_free(f);
}

Test(within, does_not_repeat_that_the_target_hangs)
{
    struct fixture *f = fixture_new();
    fixture_invariant(f, ORACLE_WITHIN, "within")->time_ns = 1;
    fixture_snapshot(f, 0, 'S', "pause");
    fixture_expect(f, FINDING_HANG,
                   "1 of 1 tasks still waiting after 1s: 0 pause");
    fixture_free(f);
}
