#include "check/fixture_test.h"

static void claim(struct fixture *f, uint32_t task, const char *name,
                  const char *holds)
{
    segment_record_add(f->segment, task, MPS_RECORD_CHECK, name, holds, 1,
                       fixture_site(f, f->site));
}

Test(claims, accepts_those_that_hold)
{
    struct fixture *f = fixture_new();
    claim(f, 0, "sorted", "\1");
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(claims, finds_one_that_does_not_hold)
{
    struct fixture *f = fixture_new();
    uint32_t worker = fixture_task(f, 0, "worker");
    claim(f, worker, "sorted", "\1");
    f->site = 0x88;
    claim(f, worker, "sorted", "\0");
    claim(f, 0, "sorted", "\0");
    const struct finding *finding = fixture_expect(
        f, FINDING_INVARIANT, "sorted did not hold in 0.0 (worker)");
    cr_expect_str_eq(finding->invariant, "sorted");
    cr_expect_str_eq(finding->detail,
                     "it did not hold 2 times in this iteration\n");
    fixture_expect_place(finding, 0, 0x88, "checked it", "0.0 (worker)");
    fixture_free(f);
}

Test(claims, makes_a_finding_of_each_name)
{
    struct fixture *f = fixture_new();
    claim(f, 0, "sorted", "\0");
    claim(f, 0, "balanced", "\0");
    fixture_check(f);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_str_eq(f->findings.items[1].what, "balanced did not hold in 0");
    cr_expect_neq(f->findings.items[0].fingerprint,
                  f->findings.items[1].fingerprint);
    fixture_free(f);
}
