#include "check/fixture_test.h"

static struct fixture *demand(const char *value)
{
    struct fixture *f = fixture_new();
    struct invariant *equals =
        fixture_invariant(f, ORACLE_EQUALS, "equals total");
    equals->subject = "total";
    equals->value = fixture_expr(f, value);
    return f;
}

Test(equals, accepts_the_value)
{
    struct fixture *f = demand("workers * items");
    fixture_int(f, 0, "total", 40);
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(equals, finds_another_value_and_names_place_and_task)
{
    struct fixture *f = demand("workers * items");
    uint32_t worker = fixture_task(f, 0, "worker");
    f->site = 0x123;
    fixture_int(f, worker, "total", 39);
    const struct finding *finding = fixture_expect(
        f, FINDING_INVARIANT, "total is 39, expected 40 (workers * items)");
    cr_expect_str_eq(finding->invariant, "equals total");
    cr_expect_str_eq(finding->expected, "40 (workers * items)");
    cr_expect_str_eq(finding->actual, "39");
    fixture_expect_place(finding, 0, 0x123, "observed total", "0.0 (worker)");
    fixture_free(f);
}

Test(equals, looks_at_the_last_value)
{
    struct fixture *f = demand("2");
    fixture_int(f, 0, "total", 1);
    fixture_int(f, 0, "total", 2);
    fixture_int(f, 0, "other", 3);
    fixture_expect_clean(f);
    fixture_int(f, 0, "total", 1);
    fixture_expect(f, FINDING_INVARIANT, "total is 1, expected 2");
    fixture_free(f);
}

Test(equals, finds_that_nothing_was_observed)
{
    struct fixture *f = demand("2");
    fixture_int(f, 0, "totals", 2);
    fixture_int(f, 0, "totals", 2);
    fixture_u64(f, 0, MPS_RECORD_EMIT, "total", 2);
    const struct finding *finding = fixture_expect(
        f, FINDING_INVARIANT,
        "total was never observed: no mps_observe(\"total\", ...)");
    cr_expect_str_eq(finding->actual, "nothing");
    cr_expect_str_eq(finding->detail, "reported were: totals, total\n");
    fixture_again(f);
    finding = fixture_expect(
        f, FINDING_INVARIANT,
        "total was never observed: no mps_observe(\"total\", ...)");
    cr_expect_str_eq(finding->detail, "the target reported nothing at all\n");
    fixture_free(f);
}

Test(equals, compares_reals_that_are_whole)
{
    struct fixture *f = demand("40");
    fixture_real(f, 0, "total", 40.0);
    fixture_expect_clean(f);
    fixture_real(f, 0, "total", 40.5);
    fixture_expect(f, FINDING_INVARIANT, "total is 40.5, expected 40");
    fixture_real(f, 0, "total", 1e300);
    fixture_expect(f, FINDING_INVARIANT,
                   "total is 1.0000000000000001e+300, expected 40");
    fixture_free(f);
}

Test(equals, shows_texts_so_that_they_can_be_printed)
{
    struct fixture *f = demand("40");
    fixture_text(f, 0, MPS_RECORD_TEXT, "total", "40 \xc3\xa4");
    fixture_expect(f, FINDING_INVARIANT,
                   "total is \"40 \xc3\xa4\", expected 40");
    fixture_text(f, 0, MPS_RECORD_TEXT, "total", "\n\xff.");
    fixture_expect(f, FINDING_INVARIANT, "total is 0x0aff2e, expected 40");
    fixture_free(f);
}

Test(equals, knows_names_that_were_cut)
{
    struct fixture *f = demand("1");
    f->invariants[0].subject =
        "a_name_that_is_longer_than_the_forty_seven_bytes_kept";
    fixture_int(f, 0, "a_name_that_is_longer_than_the_forty_seven_bytes_kept",
                1);
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(equals, has_one_fingerprint_for_every_wrong_value)
{
    struct fixture *f = demand("2");
    fixture_int(f, 0, "total", 1);
    fixture_check(f);
    uint64_t fingerprint = f->findings.items[0].fingerprint;
    fixture_int(f, fixture_task(f, 0, "x"), "total", 1000);
    fixture_check(f);
    cr_expect_eq(f->findings.items[0].fingerprint, fingerprint);
    f->invariants[0].name = "another";
    fixture_check(f);
    cr_expect_neq(f->findings.items[0].fingerprint, fingerprint);
    fixture_free(f);
}
