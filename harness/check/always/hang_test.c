#include <signal.h>

#include "check/fixture_test.h"

Test(hang, says_what_every_task_waits_for)
{
    struct fixture *f = fixture_new();
    uint32_t worker = fixture_task(f, 0, "worker");
    uint32_t done = fixture_task(f, 0, "done");
    uint32_t pipe =
        segment_object_intern(f->segment, OBJECT_PIPE, 9, 0, 0, 0, NULL);
    fixture_end(f, done, 0);
    f->site = 0x111;
    fixture_block(f, 0, OP_KIND_WAIT, 0, 101);
    f->site = 0x222;
    fixture_block(f, worker, OP_KIND_READ, pipe, 16);
    fixture_snapshot(f, 0, 'S', "wait4");
    fixture_snapshot(f, (int)worker, 'S', "read");
    fixture_end(f, 0, SIGKILL);
    fixture_end(f, worker, SIGKILL);
    const struct finding *finding = fixture_expect(
        f, FINDING_HANG,
        "2 of 3 tasks still waiting after 1s: 0 wait(0.0), 0.0 (worker) read "
        "pipe 0:0");
    fixture_expect_place(finding, 0, 0x111, "wait(0.0)", "0");
    fixture_expect_place(finding, 1, 0x222, "read pipe 0:0", "0.0 (worker)");
    cr_expect_str_eq(finding->detail,
                     "0: wait(0.0) in target+0x111\n"
                     "0.0 (worker): read pipe 0:0 in target+0x222\n");
    fixture_free(f);
}

Test(hang, names_the_holder_of_a_lock_and_where_it_took_it)
{
    struct fixture *f = fixture_new();
    uint32_t gone = fixture_task(f, 0, "gone");
    uint32_t mutex =
        segment_object_intern(f->segment, OBJECT_MUTEX, 5, 0x40, 0, 0, "/ring");
    f->segment->objects[mutex].holder = gone + 1;
    f->segment->objects[mutex].holder_site = fixture_site(f, 0x999);
    fixture_end(f, gone, 0);
    f->site = 0x111;
    fixture_block(f, 0, OP_KIND_MUTEX_LOCK, mutex, 0);
    fixture_snapshot(f, 0, 'S', "futex");
    const struct finding *finding = fixture_expect(
        f, FINDING_HANG,
        "1 of 2 tasks still waiting after 1s: 0 mutex lock /ring+0x40");
    cr_expect_str_eq(finding->detail,
                     "0: mutex lock /ring+0x40 in target+0x111\n"
                     "    held by 0.0 (gone), which has ended, taken in "
                     "target+0x999\n");
    fixture_expect_place(finding, 0, 0x111, "mutex lock /ring+0x40", "0");
    fixture_expect_place(finding, 1, 0x999, "took mutex /ring+0x40",
                         "0.0 (gone)");
    fixture_free(f);
}

/* Two that hold a lock each and want the other's, with calls of KIND. */
static struct fixture *circle(enum op_kind kind, uint32_t flags)
{
    struct fixture *f = fixture_new();
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    uint32_t left =
        segment_object_intern(f->segment, OBJECT_MUTEX, 5, 0, 0, 0, "/left");
    uint32_t right =
        segment_object_intern(f->segment, OBJECT_MUTEX, 6, 0, 0, 0, "/right");
    f->segment->objects[left].holder = a + 1;
    f->segment->objects[right].holder = b + 1;
    fixture_block(f, 0, OP_KIND_WAIT, 0, UINT64_MAX);
    uint64_t at = fixture_block(f, a, kind, right, 0);
    segment_op_add_flags(f->segment, at, flags);
    fixture_block(f, b, kind, left, 0);
    fixture_snapshot(f, 0, 'S', "wait4");
    fixture_snapshot(f, (int)a, 'S', "futex");
    fixture_snapshot(f, (int)b, 'S', "futex");
    return f;
}

Test(hang, is_a_deadlock_when_locks_are_wanted_in_a_circle)
{
    struct fixture *f = circle(OP_KIND_MUTEX_LOCK, 0);
    const struct finding *finding =
        fixture_expect(f, FINDING_DEADLOCK,
                       "0.0 (a) waits for mutex /right, held by 0.1 (b), and "
                       "0.1 (b) waits for mutex /left, held by 0.0 (a)");
    cr_expect(strstr(finding->detail, "\n0: wait(any child)"), "%s",
              finding->detail);
    fixture_free(f);
}

Test(hang, is_none_when_a_wait_in_the_circle_has_an_end_of_its_own)
{
    struct fixture *timed = circle(OP_KIND_MUTEX_LOCK, OP_FLAG_TIMED);
    fixture_expect(timed, FINDING_HANG,
                   "3 of 3 tasks still waiting after 1s: 0 wait(any child), "
                   "0.0 (a) mutex lock /right, 0.1 (b) mutex lock /left");
    fixture_free(timed);
    /* A signal ends it. */
    struct fixture *file = circle(OP_KIND_FLOCK, 0);
    fixture_check(file);
    cr_assert_eq(file->findings.count, 1);
    cr_expect_eq(file->findings.items[0].kind, FINDING_HANG);
    fixture_free(file);
}

Test(hang, tells_work_from_waiting_and_knows_strangers)
{
    struct fixture *f = fixture_new();
    fixture_op(f, 0, OP_KIND_READ, 0, 0);
    fixture_snapshot(f, 0, 'R', "");
    fixture_snapshot(f, -1, 'S', "pause");
    f->snapshots[0].frames[0] = (struct location){
        .function = "spin", .file = "a.c", .line = 7, .module = "/srv/target"};
    f->snapshots[0].frame_count = 1;
    const struct finding *finding = fixture_expect(
        f, FINDING_HANG,
        "2 of 2 tasks still at work after 1s: 0 running in spin(), process 99 "
        "(target) pause");
    cr_expect_str_eq(finding->detail, "0: running in spin()\n"
                                      "    #0 spin() a.c:7\n"
                                      "process 99 (target): pause\n");
    cr_expect_str_eq(finding->places[0].location.function, "spin");
    fixture_free(f);
}

Test(hang, falls_back_on_the_segment_when_nobody_could_look)
{
    struct fixture *f = fixture_new();
    uint32_t worker = fixture_task(f, 0, "worker");
    fixture_op(f, worker, OP_KIND_READ, 0, 0);
    fixture_end(f, worker, 0);
    fixture_block(f, 0, OP_KIND_BARRIER_WAIT, 0, 0);
    fixture_end(f, 0, SIGKILL);
    f->outcome.timed_out = true;
    fixture_expect(f, FINDING_HANG,
                   "1 of 2 tasks still waiting after 1s: 0 barrier wait");
    fixture_free(f);
}

Test(hang, counts_those_beyond_the_headline)
{
    struct fixture *f = fixture_new();
    fixture_snapshot(f, 0, 'S', "wait4");
    for (int i = 0; i < 6; i++)
        fixture_snapshot(f, (int)fixture_task(f, 0, ""), 'S', "futex");
    fixture_expect(f, FINDING_HANG,
                   "7 of 7 tasks still waiting after 1s: 0 wait4, 0.0 futex, "
                   "0.1 futex, 0.2 futex, and 3 more");
    fixture_free(f);
}

Test(hang, is_not_followed_by_what_it_explains)
{
    struct fixture *f = fixture_new();
    fixture_invariant(f, ORACLE_EXIT, "exit status 0")->value =
        fixture_expr(f, "0");
    struct invariant *equals = fixture_invariant(f, ORACLE_EQUALS, "equals x");
    equals->subject = "x";
    equals->value = fixture_expr(f, "1");
    struct invariant *lines = fixture_invariant(f, ORACLE_LINES, "lines");
    lines->file = "out.log";
    struct invariant *once =
        fixture_invariant(f, ORACLE_EXACTLY_ONCE, "exactly_once jobs");
    once->subject = "jobs";
    fixture_u64(f, 0, MPS_RECORD_PUT, "jobs", 1);
    fixture_invariant(f, ORACLE_NO_LEAKS, "no_leaks");
    segment_leftover_add(f->segment, LEFTOVER_SHM, 1, 0, 4096, "/ring");
    fixture_snapshot(f, 0, 'S', "pause");
    f->outcome.status = SIGKILL;
    fixture_expect(f, FINDING_HANG,
                   "1 of 1 tasks still waiting after 1s: 0 "
                   "pause");
    fixture_free(f);
}

Test(hang, has_one_fingerprint_however_many_workers_hang)
{
    struct fixture *f = fixture_new();
    uint64_t fingerprints[2];
    for (int workers = 1; workers <= 2; workers++) {
        fixture_again(f);
        for (int i = 0; i < workers; i++) {
            uint32_t task = fixture_task(f, 0, "worker");
            fixture_block(f, task, OP_KIND_SEM_WAIT, 0, 0);
            fixture_snapshot(f, (int)task, 'S', "futex");
        }
        fixture_check(f);
        cr_assert_eq(f->findings.count, 1);
        fingerprints[workers - 1] = f->findings.items[0].fingerprint;
    }
    cr_expect_eq(fingerprints[0], fingerprints[1]);
    fixture_free(f);
}
