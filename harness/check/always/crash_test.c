#include <signal.h>

#include "check/fixture_test.h"
#include "segment/write.h"

static uint32_t task_object(struct fixture *f, uint32_t task)
{
    char path[TASK_PATH_BYTES];
    return segment_object_intern(f->segment, OBJECT_TASK, task, 0, 0, 0,
                                 segment_task_path(f->segment, task, path));
}

Test(crash, is_silent_about_a_target_that_ends_well)
{
    struct fixture *f = fixture_new();
    fixture_end(f, fixture_task(f, 0, "worker"), 0);
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(crash, names_the_signal_that_killed_the_root)
{
    struct fixture *f = fixture_new();
    f->site = 0x444;
    fixture_op(f, 0, OP_KIND_READ, 0, 0);
    f->outcome.status = SIGSEGV;
    const struct finding *finding = fixture_expect(
        f, FINDING_CRASH, "the target, task 0, was killed by SIGSEGV");
    fixture_expect_place(finding, 0, 0x444, "its last operation: read", "0");
    fixture_free(f);
}

Test(crash, names_the_worker_that_killed_the_root)
{
    struct fixture *f = fixture_new();
    uint32_t worker = fixture_task(f, 0, "killer");
    f->site = 0x555;
    fixture_op(f, worker, OP_KIND_KILL, task_object(f, 0), SIGKILL);
    f->site = 0x556;
    fixture_op(f, worker, OP_KIND_READ, 0, 0);
    f->outcome.status = SIGKILL;
    const struct finding *finding =
        fixture_expect(f, FINDING_CRASH,
                       "the target, task 0, was killed by SIGKILL, sent by "
                       "0.0 (killer)");
    fixture_expect_place(finding, 0, 0x555, "sent the signal", "0.0 (killer)");
    fixture_free(f);
}

Test(crash, names_a_worker_that_aborts)
{
    struct fixture *f = fixture_new();
    uint32_t worker = fixture_task(f, 0, "worker");
    f->site = 0x666;
    fixture_block(f, worker, OP_KIND_KILL, task_object(f, worker), SIGABRT);
    fixture_end(f, worker, SIGABRT);
    const struct finding *finding =
        fixture_expect(f, FINDING_CRASH,
                       "task 0.0 (worker) was killed by SIGABRT, which it "
                       "sent itself");
    fixture_expect_place(finding, 0, 0x666, "its last operation: kill",
                         "0.0 (worker)");
    cr_expect_null(finding->detail);
    fixture_free(f);
}

/* A handler that cleans up, puts the default back and sends the signal on. */
Test(crash, is_not_to_end_by_a_signal_passed_on)
{
    static const int signals[] = {SIGPIPE, SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct fixture *f = fixture_new();
        uint32_t worker = fixture_task(f, 0, "worker");
        fixture_block(f, worker, OP_KIND_KILL, task_object(f, worker),
                      (uint64_t)signals[i]);
        fixture_end(f, worker, signals[i]);
        fixture_expect_clean(f);
        fixture_free(f);
    }
}

Test(crash, lists_every_worker_and_leads_with_the_first)
{
    struct fixture *f = fixture_new();
    uint32_t late = fixture_task(f, 0, "late");
    uint32_t early = fixture_task(f, 0, "early");
    fixture_end(f, early, SIGBUS);
    fixture_end(f, late, SIGSEGV);
    const struct finding *finding = fixture_expect(
        f, FINDING_CRASH, "task 0.1 (early) was killed by SIGBUS");
    cr_expect_str_eq(finding->detail,
                     "task 0.0 (late) was killed by SIGSEGV\n"
                     "task 0.1 (early) was killed by SIGBUS\n");
    fixture_free(f);
}

Test(crash, accepts_a_worker_that_its_parent_ends_by_kill)
{
    struct fixture *f = fixture_new();
    uint32_t worker = fixture_task(f, 0, "worker");
    fixture_op(f, 0, OP_KIND_KILL, task_object(f, worker), SIGTERM);
    fixture_end(f, worker, SIGTERM);
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(crash, accepts_a_kill_of_the_whole_process_group)
{
    struct fixture *f = fixture_new();
    uint32_t worker = fixture_task(f, 0, "worker");
    fixture_op(f, 0, OP_KIND_KILL, 0, SIGKILL);
    fixture_end(f, worker, SIGKILL);
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(crash, is_not_talked_out_of_it_by_a_kill_of_another_task)
{
    struct fixture *f = fixture_new();
    uint32_t worker = fixture_task(f, 0, "worker");
    uint32_t other = fixture_task(f, 0, "other");
    fixture_op(f, 0, OP_KIND_KILL, task_object(f, other), SIGTERM);
    fixture_end(f, other, SIGTERM);
    fixture_end(f, worker, SIGTERM);
    fixture_expect(f, FINDING_CRASH, "task 0.0 (worker) was killed by SIGTERM");
    fixture_free(f);
}

Test(crash, does_not_accuse_anyone_when_the_ring_has_forgotten_the_kill)
{
    struct fixture *f = fixture_new();
    uint32_t worker = fixture_task(f, 0, "worker");
    fixture_op(f, 0, OP_KIND_KILL, task_object(f, worker), SIGTERM);
    for (int i = 0; i < SEGMENT_OPS; i++)
        fixture_op(f, 0, OP_KIND_READ, 0, 0);
    fixture_end(f, worker, SIGTERM);
    fixture_expect_clean(f);
    /* A fault is nobody's request. */
    fixture_end(f, worker, SIGSEGV);
    fixture_expect(f, FINDING_CRASH, "task 0.0 (worker) was killed by SIGSEGV");
    fixture_free(f);
}

Test(crash, accepts_orphans_that_mpstress_killed)
{
    struct fixture *f = fixture_new();
    uint32_t orphan = fixture_task(f, 0, "orphan");
    fixture_end(f, 0, 0);
    fixture_end(f, orphan, SIGKILL);
    f->segment->control.orphans = 1;
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(crash, accepts_workers_that_went_down_with_the_root)
{
    struct fixture *f = fixture_new();
    uint32_t told = fixture_task(f, 0, "told by the kernel");
    uint32_t writer = fixture_task(f, 0, "writer");
    fixture_op(f, writer, OP_KIND_READ, 0, 0);
    fixture_end(f, 0, 0);
    fixture_end(f, told, SIGTERM);
    fixture_block(f, writer, OP_KIND_WRITE, 0, 1);
    fixture_end(f, writer, SIGPIPE);
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(crash, accepts_a_broken_pipe_but_not_of_the_root)
{
    struct fixture *f = fixture_new();
    uint32_t writer = fixture_task(f, 0, "writer");
    fixture_block(f, writer, OP_KIND_WRITE, 0, 1);
    fixture_end(f, writer, SIGPIPE);
    fixture_end(f, 0, 0);
    fixture_expect_clean(f);
    fixture_end(f, 0, SIGPIPE);
    f->outcome.status = SIGPIPE;
    fixture_check(f);
    cr_expect_eq(f->findings.items[0].kind, FINDING_CRASH);
    fixture_free(f);
}

Test(crash, accepts_the_end_of_tasks_alive_at_the_time_limit)
{
    struct fixture *f = fixture_new();
    uint32_t worker = fixture_task(f, 0, "worker");
    fixture_snapshot(f, 0, 'S', "wait4");
    fixture_snapshot(f, (int)worker, 'S', "read");
    fixture_end(f, 0, SIGKILL);
    fixture_end(f, worker, SIGPIPE); /* its reader was killed first */
    f->outcome.status = SIGKILL;
    fixture_check(f);
    cr_assert_eq(f->findings.count, 1);
    cr_expect_eq(f->findings.items[0].kind, FINDING_HANG);
    fixture_free(f);
}

Test(crash, gives_the_same_bug_the_same_fingerprint_in_every_task)
{
    struct fixture *f = fixture_new();
    fixture_task(f, 0, "worker");
    uint32_t second = fixture_task(f, 0, "worker");
    fixture_end(f, second, SIGSEGV);
    fixture_check(f);
    uint64_t fingerprint = f->findings.items[0].fingerprint;

    fixture_again(f);
    uint32_t first = fixture_task(f, 0, "worker");
    uint32_t deep = fixture_task(f, first, "worker");
    fixture_end(f, deep, SIGSEGV);
    fixture_check(f);
    cr_expect_eq(f->findings.items[0].fingerprint, fingerprint);

    fixture_again(f);
    fixture_end(f, fixture_task(f, 0, "worker"), SIGBUS);
    fixture_check(f);
    cr_expect_neq(f->findings.items[0].fingerprint, fingerprint);
    fixture_free(f);
}
