#include "tally/tally.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "known.h"
#include "store/store.h"

static const struct scenario scenario = {.name = "s", .finding = -1};

Test(tally, calls_fixed_what_did_not_come_in_more_iterations_than_it_took)
{
    struct tally tally;
    cr_assert_eq(tally_init(&tally, &scenario), 0);
    cr_assert_eq(tally_replayed(&tally, "s-00000001", 9, false), 0);
    cr_assert_eq(tally_replayed(&tally, "s-00000002", 10, false), 0);
    cr_assert_eq(tally_replayed(&tally, "s-00000003", 0, true), 0);
    tally.iterations = 10;
    tally_list_fixed(&tally);
    cr_assert_eq(tally.fixed_count, 1);
    cr_expect_str_eq(tally.fixed[0], "s-00000001");
    tally_fini(&tally);
}

Test(tally, lists_the_known_ones_of_its_scenario_that_did_not_come)
{
    struct tally tally;
    struct known_list known = {0};
    cr_assert_eq(tally_init(&tally, &scenario), 0);
    cr_assert_eq(known_add(&known, "s-00000001", "why"), 0);
    cr_assert_eq(known_add(&known, "other-00000001", "why"), 0);
    tally.known = &known;
    tally_list_unseen(&tally);
    cr_assert_eq(tally.unseen_count, 1);
    cr_expect_str_eq(tally.unseen[0].id, "s-00000001");
    tally_fini(&tally);
    known_free(&known);
}

Test(tally, knows_findings_by_scenario_and_fingerprint)
{
    struct tally tally;
    struct known_list known = {0};
    struct finding finding = {.kind = FINDING_CRASH,
                              .fingerprint = 0xab00000000000001};
    cr_assert_eq(tally_init(&tally, &scenario), 0);
    cr_expect_null(tally_known(&tally, &finding));
    tally.known = &known;
    cr_expect_null(tally_known(&tally, &finding));
    cr_assert_eq(known_add(&known, "s-00000001", "why"), 0);
    cr_expect_str_eq(tally_known(&tally, &finding), "why");
    finding.fingerprint++;
    cr_expect_null(tally_known(&tally, &finding));
    tally_fini(&tally);
    known_free(&known);
}

Test(tally, does_not_take_what_is_expected_for_known)
{
    const struct scenario expecting = {
        .name = "s", .expect = EXPECT_FAIL, .finding = FINDING_CRASH};
    struct tally tally;
    struct known_list known = {0};
    struct finding finding = {.kind = FINDING_CRASH, .fingerprint = 1};
    cr_assert_eq(tally_init(&tally, &expecting), 0);
    cr_assert_eq(known_add(&known, "s-00000001", "why"), 0);
    tally.known = &known;
    cr_expect_null(tally_known(&tally, &finding));
    finding.kind = FINDING_LEAK;
    cr_expect_str_eq(tally_known(&tally, &finding), "why");
    tally_fini(&tally);
    known_free(&known);
}

Test(tally, is_done_after_new_failures_only)
{
    struct tally tally;
    cr_assert_eq(tally_init(&tally, &scenario), 0);
    tally.iterations = tally.failures = tally.known_failures = 5;
    cr_expect_not(tally_is_done(&tally, 1));
    cr_expect_eq(tally_verdict(&tally, false), VERDICT_PASS);
    tally.failures++;
    cr_expect(tally_is_done(&tally, 1));
    cr_expect_not(tally_is_done(&tally, 0));
    cr_expect_eq(tally_verdict(&tally, false), VERDICT_FAIL);
    tally_fini(&tally);
    /* A stored failure that came again is one, too. */
    cr_assert_eq(tally_init(&tally, &scenario), 0);
    tally.revived = 1;
    cr_expect(tally_is_done(&tally, 1));
    cr_expect_eq(tally_verdict(&tally, false), VERDICT_FAIL);
    cr_expect_str_eq(tally.reason, "1 stored failure came again when replayed");
    tally_fini(&tally);
}

Test(tally, is_flaky_when_it_went_on_after_a_failure_and_passed)
{
    struct tally tally;
    cr_assert_eq(tally_init(&tally, &scenario), 0);
    tally.iterations = 10;
    cr_expect_not(tally_is_flaky(&tally, 0));
    tally.failures = 3;
    cr_expect(tally_is_flaky(&tally, 0));
    cr_expect(tally_is_flaky(&tally, 5));
    /* It was stopped: nothing is known of how often. */
    cr_expect_not(tally_is_flaky(&tally, 1));
    tally.known_failures = 3;
    cr_expect_not(tally_is_flaky(&tally, 0));
    tally.known_failures = 0;
    tally.failures = 10;
    cr_expect_not(tally_is_flaky(&tally, 0));
    tally_fini(&tally);
}

Test(tally, counts_as_clean_what_was_judged_without_a_new_failure)
{
    struct tally tally;
    cr_assert_eq(tally_init(&tally, &scenario), 0);
    tally.iterations = 100;
    tally.failures = 7;
    tally.known_failures = 3;
    tally.ways[WAY_STRESS + 1].bounded = 5;
    tally.ways[WAY_STRESS + 2].bounded = 1;
    cr_expect_eq(tally_clean(&tally), 90);
    tally_fini(&tally);
}

Test(tally, says_when_too_few_were_judged)
{
    struct tally tally;
    cr_assert_eq(tally_init(&tally, &scenario), 0);
    tally.planned = 5;
    tally.iterations = 10;
    tally.ways[WAY_STRESS + 1].bounded = 7;
    cr_expect_eq(tally_verdict(&tally, true), VERDICT_INCONCLUSIVE);
    cr_expect_str_eq(tally.reason, "only 3 of 5 iterations were judged");
    tally_fini(&tally);
}
