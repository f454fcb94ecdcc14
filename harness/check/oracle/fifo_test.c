#include "check/fixture_test.h"

static struct fixture *demand(void)
{
    struct fixture *f = fixture_new();
    fixture_invariant(f, ORACLE_FIFO, "fifo jobs")->subject = "jobs";
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

Test(fifo, accepts_each_producers_order_at_each_consumer)
{
    struct fixture *f = demand();
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    put(f, a, 1);
    put(f, b, 101);
    put(f, a, 2);
    put(f, b, 102);
    put(f, a, 3);
    /* b's items overtake a's; two consumers report in any order. */
    got(f, 0, 101);
    got(f, 0, 102);
    got(f, b, 2);
    got(f, 0, 1);
    got(f, b, 3);
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(fifo, finds_two_items_of_one_producer_that_changed_places)
{
    struct fixture *f = demand();
    uint32_t producer = fixture_task(f, 0, "producer");
    uint32_t consumer = fixture_task(f, 0, "consumer");
    f->site = 0x10;
    put(f, producer, 1);
    put(f, producer, 2);
    put(f, producer, 3);
    f->site = 0x20;
    got(f, consumer, 1);
    got(f, consumer, 3);
    got(f, consumer, 2);
    const struct finding *finding =
        fixture_expect(f, FINDING_INVARIANT,
                       "jobs: 0.1 (consumer) got 2 after 3, but 0.0 (producer) "
                       "had put it before");
    cr_expect_str_eq(finding->expected, "2 before 3");
    cr_expect_str_eq(finding->actual, "3 before 2");
    fixture_expect_place(finding, 0, 0x10, "put 2", "0.0 (producer)");
    fixture_expect_place(finding, 1, 0x20, "got 2", "0.1 (consumer)");
    fixture_free(f);
}

Test(fifo, leaves_out_items_that_cannot_be_told_apart)
{
    struct fixture *f = demand();
    put(f, 0, 0);
    put(f, 0, 1);
    put(f, 0, 0);
    got(f, 0, 1);
    got(f, 0, 0);
    got(f, 0, 0);
    got(f, 0, 12345); /* nobody's: not a matter of order */
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(fifo, finds_that_the_queue_was_never_used)
{
    struct fixture *f = demand();
    fixture_expect(f, FINDING_INVARIANT,
                   "jobs was never observed: no mps_put(\"jobs\", ...)");
    fixture_free(f);
}
