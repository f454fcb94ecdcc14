#include "check/fixture_test.h"

static struct fixture *demand(const char *status)
{
    struct fixture *f = fixture_new();
    fixture_invariant(f, ORACLE_EXIT, "exit status")->value =
        fixture_expr(f, status);
    return f;
}

Test(exit, accepts_the_status_it_demands)
{
    struct fixture *f = demand("workers");
    f->outcome.status = 4 << 8;
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(exit, finds_another_status_and_shows_the_end_of_stderr)
{
    struct fixture *f = demand("0");
    f->outcome.status = 1 << 8;
    fixture_file(f, "stderr", "one\ntwo\n3\n4\n5\nassertion\tfailed\n\x01");
    const struct finding *finding =
        fixture_expect(f, FINDING_INVARIANT, "exit status is 1, expected 0");
    cr_expect_str_eq(finding->invariant, "exit status");
    cr_expect_str_eq(finding->expected, "0");
    cr_expect_str_eq(finding->actual, "1");
    cr_expect_str_eq(finding->detail, "stderr ends with\n"
                                      "    3\n    4\n    5\n"
                                      "    assertion\\tfailed\n    \\x01\n");
    fixture_free(f);
}

Test(exit, names_the_expression_and_where_the_target_ended)
{
    struct fixture *f = demand("workers - 1");
    f->site = 0x77;
    fixture_block(f, 0, OP_KIND_EXIT, 0, 4);
    f->outcome.status = 4 << 8;
    const struct finding *finding = fixture_expect(
        f, FINDING_INVARIANT, "exit status is 4, expected 3 (workers - 1)");
    fixture_expect_place(finding, 0, 0x77, "ended the target", "0");
    fixture_free(f);
}

Test(exit, excuses_what_is_missing_but_not_what_is_wrong)
{
    struct fixture *f = demand("0");
    struct invariant *equals = fixture_invariant(f, ORACLE_EQUALS, "equals x");
    equals->subject = "x";
    equals->value = fixture_expr(f, "7");
    f->outcome.status = 1 << 8;
    fixture_expect(f, FINDING_INVARIANT, "exit status is 1, expected 0");

    fixture_int(f, 0, "x", 6);
    fixture_check(f);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_str_eq(f->findings.items[1].what, "x is 6, expected 7");
    fixture_free(f);
}

Test(exit, says_why_its_expression_has_no_value)
{
    struct fixture *f = demand("1 / (workers - 4)");
    cr_expect_lt(fixture_check(f), 0);
    cr_expect_str_eq(f->diag.text,
                     "invariant 'exit status': '1 / (workers - 4)': division "
                     "of 1 by zero",
                     "%s", f->diag.text);
    fixture_free(f);
}
