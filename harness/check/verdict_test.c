/* What is not said on top of a verdict, and what is. */
#include <signal.h>

#include "always/deadlock_fixture_test.h"

Test(verdict, is_not_followed_by_what_it_explains)
{
    struct fixture *f = deadlock_ab_ba(false);
    fixture_invariant(f, ORACLE_EXIT, "exit status 0")->value =
        fixture_expr(f, "0");
    struct invariant *equals = fixture_invariant(f, ORACLE_EQUALS, "equals x");
    equals->subject = "x";
    equals->value = fixture_expr(f, "1");
    struct invariant *once =
        fixture_invariant(f, ORACLE_EXACTLY_ONCE, "exactly_once jobs");
    once->subject = "jobs";
    fixture_u64(f, 0, MPS_RECORD_PUT, "jobs", 1);
    fixture_invariant(f, ORACLE_NO_LEAKS, "no_leaks");
    segment_leftover_add(f->segment, LEFTOVER_SHM, 1, 0, 4096, "/ring");
    fixture_expect(f, FINDING_DEADLOCK,
                   "0 waits for mutex B, held by 0.0, and 0.0 waits for mutex "
                   "A, held by 0");
    fixture_free(f);
}

Test(verdict, is_no_hang_when_its_end_took_beyond_the_time_limit)
{
    struct fixture *f = deadlock_ab_ba(false);
    f->outcome.timed_out = true;
    fixture_expect(f, FINDING_DEADLOCK,
                   "0 waits for mutex B, held by 0.0, and 0.0 waits for mutex "
                   "A, held by 0");
    fixture_free(f);
}

Test(verdict, makes_no_crash_of_how_those_it_stopped_went_down)
{
    struct fixture *f = deadlock_ab_ba(false);
    /* A task that sees the others go may do anything. */
    fixture_end(f, 1, SIGABRT);
    f->outcome.status = SIGABRT;
    fixture_expect(f, FINDING_DEADLOCK,
                   "0 waits for mutex B, held by 0.0, and 0.0 waits for mutex "
                   "A, held by 0");
    /* What counts is who lived at the verdict: this one did not. */
    f->segment->tasks[1].turn.state = TURN_DEAD;
    fixture_check(f);
    cr_expect_eq(f->findings.items[0].kind, FINDING_CRASH);
    fixture_free(f);
}

Test(verdict, stands_behind_the_crash_that_it_follows_from)
{
    struct fixture *f = fixture_new();
    uint32_t child = fixture_task(f, 0, "");
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "M");
    deadlock_take(f, child, mutex, 0x10);
    fixture_end(f, child, SIGSEGV);
    deadlock_wait(f, 0, OP_KIND_MUTEX_LOCK, mutex, 0x20);
    deadlock_end(f);
    fixture_check(f);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_str_eq(f->findings.items[0].what,
                     "task 0.0 was killed by SIGSEGV");
    cr_expect_str_eq(f->findings.items[1].what,
                     "0 waits for mutex M, held by 0.0, which has ended");
    fixture_free(f);
}

Test(verdict, that_is_missing_leaves_a_hang_a_hang)
{
    struct fixture *f = fixture_new();
    fixture_control(f, SCHEDULE_OPEN);
    fixture_snapshot(f, 0, 'R', "");
    fixture_end(f, 0, SIGKILL);
    f->outcome.status = SIGKILL;
    fixture_expect(f, FINDING_HANG,
                   "1 of 1 tasks still at work after 1s: 0 running");
    fixture_free(f);
}

Test(verdict, reports_the_crash_of_a_root_that_ended_before)
{
    struct fixture *f = fixture_new();
    uint32_t a = fixture_task(f, 0, "a");
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "M");
    deadlock_take(f, a, mutex, 0x10);
    fixture_end(f, 0, SIGSEGV);
    deadlock_wait(f, a, OP_KIND_MUTEX_LOCK, mutex, 0x20);
    deadlock_end(f);
    f->outcome.status = SIGSEGV;
    fixture_check(f);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_str_eq(f->findings.items[0].what,
                     "the target, task 0, was killed by SIGSEGV");
    cr_expect_str_eq(f->findings.items[1].what,
                     "0.0 (a) waits for mutex M that it holds itself");
    fixture_free(f);
}

Test(verdict, reports_the_kill_of_a_root_that_ended_before)
{
    struct fixture *f = fixture_new();
    uint32_t a = fixture_task(f, 0, "a");
    uint32_t root =
        segment_object_intern(f->segment, OBJECT_TASK, 0, 0, 0, 0, "0");
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "M");
    deadlock_take(f, a, mutex, 0x10);
    fixture_op(f, a, OP_KIND_KILL, root, SIGKILL);
    fixture_end(f, 0, SIGKILL);
    deadlock_wait(f, a, OP_KIND_MUTEX_LOCK, mutex, 0x20);
    deadlock_end(f);
    fixture_check(f);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_str_eq(f->findings.items[0].what,
                     "the target, task 0, was killed by SIGKILL, sent by 0.0 "
                     "(a)");
    fixture_free(f);
}
