#include "check/fixture_test.h"

static struct fixture *demand(const char *count)
{
    struct fixture *f = fixture_new();
    struct invariant *once =
        fixture_invariant(f, ORACLE_EXACTLY_ONCE, "exactly_once jobs");
    once->subject = "jobs";
    if (count)
        once->count = fixture_expr(f, count);
    return f;
}

static void put(struct fixture *f, uint32_t task, uint64_t item)
{
    fixture_u64(f, task, MPS_RECORD_PUT, "jobs", item);
}

static void got(struct fixture *f, uint32_t task, uint64_t item)
{
    fixture_u64(f, task, MPS_RECORD_GOT, "jobs", item);
}

Test(exactly_once, accepts_what_comes_out_as_it_went_in)
{
    struct fixture *f = demand("items");
    uint32_t consumer = fixture_task(f, 0, "consumer");
    for (uint64_t i = 0; i < 8; i++)
        put(f, 0, i);
    /* The same item twice, in and out. */
    put(f, 0, 99);
    put(f, 0, 99);
    got(f, consumer, 99);
    got(f, 0, 99);
    for (uint64_t i = 8; i-- > 0;)
        got(f, consumer, i);
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(exactly_once, finds_lost_doubled_and_invented_items)
{
    struct fixture *f = demand(NULL);
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    f->site = 0x10;
    put(f, a, 1);
    put(f, a, 2);
    f->site = 0x20;
    put(f, b, 3);
    put(f, b, 3);
    f->site = 0x30;
    got(f, b, 2);
    got(f, b, 2);
    got(f, b, 3);
    f->site = 0x40;
    got(f, a, 7);
    const struct finding *finding = fixture_expect(
        f, FINDING_INVARIANT, "jobs: of 4 items 2 lost, 1 doubled, 1 invented");
    cr_expect_str_eq(finding->expected, "every item once");
    cr_expect_str_eq(finding->detail,
                     "lost: 1, put 1 times, got 0 times, by 0.0 (a)\n"
                     "doubled: 2, put 1 times, got 2 times, by 0.1 (b)\n"
                     "lost: 3, put 2 times, got 1 times, by 0.1 (b)\n"
                     "invented: 7, put 0 times, got 1 times, by 0.0 (a)\n");
    fixture_expect_place(finding, 0, 0x10, "put it", "0.0 (a)");
    fixture_expect_place(finding, 1, 0x30, "got it", "0.1 (b)");
    fixture_expect_place(finding, 2, 0x20, "put it", "0.1 (b)");
    fixture_expect_place(finding, 3, 0x40, "got what nobody had put",
                         "0.0 (a)");
    fixture_free(f);
}

Test(exactly_once, finds_a_wrong_number_of_items)
{
    struct fixture *f = demand("items");
    put(f, 0, 1);
    got(f, 0, 1);
    fixture_expect(f, FINDING_INVARIANT,
                   "jobs has 1 items, expected 10 (items)");
    fixture_free(f);
}

Test(exactly_once, excuses_lost_items_after_a_crash_but_not_doubled_ones)
{
    struct fixture *f = demand("items");
    uint32_t worker = fixture_task(f, 0, "worker");
    put(f, 0, 1);
    put(f, 0, 2);
    got(f, worker, 2);
    fixture_end(f, worker, 11);
    fixture_expect(f, FINDING_CRASH, "task 0.0 (worker) was killed by SIGSEGV");
    got(f, 0, 2);
    fixture_check(f);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_str_eq(f->findings.items[1].what, "jobs: of 2 items 1 doubled");
    cr_expect_str_eq(f->findings.items[1].detail,
                     "doubled: 2, put 1 times, got 2 times, by 0.0 (worker)\n");
    fixture_free(f);
}

Test(exactly_once, finds_that_the_queue_was_never_used)
{
    struct fixture *f = demand(NULL);
    fixture_u64(f, 0, MPS_RECORD_PUT, "job", 1);
    fixture_expect(f, FINDING_INVARIANT,
                   "jobs was never observed: no mps_put(\"jobs\", ...)");
    fixture_free(f);
}
