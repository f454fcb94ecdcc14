#include <signal.h>

#include "check/fixture_test.h"

static struct fixture *demand(void)
{
    struct fixture *f = fixture_new();
    fixture_invariant(f, ORACLE_NEVER_TOGETHER, "never_together")->subject =
        "critical";
    return f;
}

static void enter(struct fixture *f, uint32_t task)
{
    fixture_bare(f, task, MPS_RECORD_ENTER, "critical");
}

static void leave(struct fixture *f, uint32_t task)
{
    fixture_bare(f, task, MPS_RECORD_LEAVE, "critical");
}

Test(never_together, accepts_one_task_after_another)
{
    struct fixture *f = demand();
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    for (int i = 0; i < 3; i++) {
        enter(f, a);
        fixture_bare(f, b, MPS_RECORD_ENTER, "another");
        enter(f, a); /* again, from within */
        leave(f, a);
        leave(f, a);
        enter(f, b);
        fixture_bare(f, b, MPS_RECORD_LEAVE, "another");
        leave(f, b);
    }
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(never_together, finds_two_tasks_inside)
{
    struct fixture *f = demand();
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    enter(f, a);
    leave(f, a);
    f->site = 0x10;
    enter(f, a);
    f->site = 0x20;
    enter(f, b);
    leave(f, a);
    leave(f, b);
    const struct finding *finding =
        fixture_expect(f, FINDING_INVARIANT,
                       "critical: 0.1 (b) came in while 0.0 (a) was inside");
    cr_expect_str_eq(finding->expected, "one task at a time");
    cr_expect_str_eq(finding->actual, "0.0 (a) and 0.1 (b) together");
    fixture_expect_place(finding, 0, 0x10, "went in first", "0.0 (a)");
    fixture_expect_place(finding, 1, 0x20, "went in as well", "0.1 (b)");
    fixture_free(f);
}

Test(never_together, lets_a_task_that_dies_inside_leave_at_its_end)
{
    struct fixture *f = demand();
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    enter(f, a);
    enter(f, b); /* given the lock because a had died */
    leave(f, b);
    fixture_end(f, a, 1 << 8); /* noticed only now */
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(never_together, knows_that_a_task_was_still_alive_inside)
{
    struct fixture *f = demand();
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    enter(f, a);
    enter(f, b);
    fixture_op(f, a, OP_KIND_WRITE, 0, 1);
    fixture_end(f, a, 1 << 8);
    fixture_expect(f, FINDING_INVARIANT,
                   "critical: 0.1 (b) came in while 0.0 (a) was inside");
    fixture_free(f);
}

Test(never_together, counts_a_task_that_hangs_inside)
{
    struct fixture *f = demand();
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    enter(f, a);
    enter(f, b);
    leave(f, b);
    fixture_snapshot(f, (int)a, 'S', "pause");
    fixture_end(f, a, SIGKILL);
    fixture_check(f);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_eq(f->findings.items[0].kind, FINDING_HANG);
    cr_expect_str_eq(f->findings.items[1].what,
                     "critical: 0.1 (b) came in while 0.0 (a) was inside");
    fixture_free(f);
}

Test(never_together, goes_by_the_order_of_the_tickets)
{
    struct fixture *f = demand();
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    enter(f, a);
    enter(f, b); /* room taken before a's leave, ticket drawn after it */
    leave(f, a);
    leave(f, b);
    uint64_t tickets[4];
    struct segment_record *records[4];
    unsigned char *at = f->segment->records;
    for (int i = 0; i < 4; i++) {
        records[i] = (void *)at;
        tickets[i] = records[i]->ticket;
        at += records[i]->size;
    }
    records[1]->ticket = tickets[2];
    records[2]->ticket = tickets[1];
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(never_together, finds_that_nobody_ever_came_in)
{
    struct fixture *f = demand();
    fixture_expect(
        f, FINDING_INVARIANT,
        "critical was never observed: no mps_enter(\"critical\", ...)");
    fixture_free(f);
}
