/* The slot against a target that misbehaves in every way we know. */
#include "slot.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "fixture_test.h"

static int open_program(struct fixture *f, const char *program,
                        const char *variant)
{
    return fixture_open(f, program, (const char *const[]){variant, NULL});
}

/* Run VARIANT twice: the second iteration shows that the slot survived. */
static struct outcome run_twice(struct fixture *f, const char *variant)
{
    cr_assert_eq(open_program(f, BROKEN, variant), 0, "%s", f->diag.text);
    fixture_iterate(f, 1, NULL);
    return fixture_iterate(f, 2, NULL);
}

/* How many ops of KIND are in the ring from this iteration; *LAST is the
 * newest. */
static unsigned count_ops(const struct outcome *outcome, enum op_kind kind,
                          const struct segment_op **last)
{
    unsigned count = 0;
    uint64_t at = 0;
    for (const struct segment_op *op;
         (op = segment_op_next(outcome->segment, &at)); *last = op)
        count += op->kind == kind;
    return count;
}

static bool has_leftover(const struct outcome *outcome, enum leftover_kind kind,
                         const char *name)
{
    uint32_t count = outcome->segment->control.leftover_count;
    for (uint32_t i = 0; i < count && i < SEGMENT_LEFTOVERS; i++)
        if (outcome->segment->leftovers[i].kind == (uint32_t)kind &&
            (!name || !strcmp(outcome->segment->leftovers[i].name, name)))
            return true;
    return false;
}

TestSuite(slot, .timeout = 60);

Test(slot, a_good_target_ends_with_status_0)
{
    struct fixture f;
    struct outcome outcome = run_twice(&f, "fine");
    cr_assert_eq(outcome.status, 0);
    cr_assert_not(outcome.timed_out);
    cr_assert_eq(outcome.segment->control.leftover_count, 0);
    fixture_fini(&f);
}

Test(slot, the_end_is_the_last_op_and_seen_once)
{
    static const struct {
        const char *variant;
        uint64_t status;
        unsigned writes; /* the last of which exit() makes */
    } ends[] = {
        {"fine", 0, 0}, {"wrong-status", 3, 0}, {"block-every-signal", 0, 2}};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct fixture f;
        struct outcome outcome = run_twice(&f, ends[i].variant);
        if (slot_has_dispatch(f.slot)) {
            const struct segment_op *last = NULL;
            cr_expect_eq(count_ops(&outcome, OP_KIND_EXIT, &last), 1, "%s",
                         ends[i].variant);
            cr_expect_eq(count_ops(&outcome, OP_KIND_WRITE, &last),
                         ends[i].writes, "%s", ends[i].variant);
            cr_assert_not_null(last);
            cr_expect_eq(last->kind, OP_KIND_EXIT, "%s", ends[i].variant);
            cr_expect_eq(last->argument, ends[i].status, "%s", ends[i].variant);
            cr_expect_eq(last->flags & OP_FLAG_TRAPPED, ends[i].writes != 0,
                         "%s", ends[i].variant);
        }
        fixture_fini(&f);
    }
}

Test(slot, variants_that_only_look_dangerous_end_well)
{
    static const char *const variants[] = {
        "close-everything", "exec-itself",        "print-much",
        "kill-parent",      "block-every-signal", "exit-with-threads",
        "many-files",       "kill-everybody",     "exec-with-clean-environment",
    };
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        struct fixture f;
        struct outcome outcome = run_twice(&f, variants[i]);
        cr_expect_eq(outcome.status, 0, "%s: status %x", variants[i],
                     (unsigned)outcome.status);
        cr_expect_not(outcome.timed_out, "%s", variants[i]);
        fixture_fini(&f);
    }
}

Test(slot, a_program_is_followed_into_the_next_without_an_environment)
{
    static const char *const variants[] = {"exec-itself",
                                           "exec-with-clean-environment",
                                           "exec-without-environment"};
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        struct fixture f;
        struct outcome outcome = run_twice(&f, variants[i]);
        const struct segment_op *last = NULL;
        cr_expect_eq(outcome.status, 0, "%s", variants[i]);
        cr_expect_gt(count_ops(&outcome, OP_KIND_EXEC, &last), 0, "%s",
                     variants[i]);
        cr_expect(last && last->kind == OP_KIND_EXIT, "%s", variants[i]);
        fixture_fini(&f);
    }
}

Test(slot, the_way_a_target_ends_is_reported)
{
    struct fixture f;
    struct outcome outcome = run_twice(&f, "wrong-status");
    cr_assert_eq(WEXITSTATUS(outcome.status), 3);
    fixture_fini(&f);
    outcome = run_twice(&f, "crash");
    cr_assert(WIFSIGNALED(outcome.status));
    cr_assert_eq(WTERMSIG(outcome.status), SIGSEGV);
    fixture_fini(&f);
    outcome = run_twice(&f, "abort-in-worker");
    cr_assert_eq(WTERMSIG(outcome.segment->tasks[1].exit_status), SIGABRT);
    fixture_fini(&f);
}

Test(slot, a_hang_ends_at_its_limit_with_a_look_at_every_task)
{
    static const char *const variants[] = {"hang", "spin",
                                           "hang-ignoring-signals"};
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        struct fixture f;
        cr_assert_eq(open_program(&f, BROKEN, variants[i]), 0);
        f.scenario->time_limit_ns = UINT64_C(1000000000);
        struct outcome outcome = fixture_iterate(&f, 1, NULL);
        cr_expect(outcome.timed_out, "%s", variants[i]);
        cr_assert_geq(outcome.snapshot_count, 1);
        cr_expect_eq(outcome.snapshots[0].task, 0);
        bool in_main = false;
        for (size_t k = 0; k < outcome.snapshots[0].frame_count; k++) {
            const struct location *at = &outcome.snapshots[0].frames[k];
            in_main |= at->function && !strcmp(at->function, "main");
        }
        cr_expect(in_main, "%s: no stack up to main()", variants[i]);
        fixture_fini(&f);
    }
}

Test(slot, what_is_left_behind_is_noticed_and_gone_for_the_next)
{
    static const struct {
        const char *variant;
        enum leftover_kind kind;
        const char *name;
    } cases[] = {
        {"leave-shared-memory", LEFTOVER_SHM, "/broken-left"},
        {"leave-semaphore", LEFTOVER_SEM, "/broken-sem"},
        {"leave-system-v", LEFTOVER_SYSV_SHM, NULL},
        {"leave-system-v", LEFTOVER_SYSV_SEM, NULL},
        {"leave-system-v", LEFTOVER_SYSV_MSG, NULL},
        {"leave-process", LEFTOVER_PROCESS, "process 0.0"},
        {"leave-zombie", LEFTOVER_ZOMBIE, "zombie 0.0"},
        {"many-files", LEFTOVER_FILE, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture f;
        struct outcome outcome = run_twice(&f, cases[i].variant);
        uint32_t count = outcome.segment->control.leftover_count;
        cr_expect(has_leftover(&outcome, cases[i].kind, cases[i].name) ||
                      f.options.isolation == ISOLATION_NONE,
                  "%s", cases[i].variant);
        outcome = fixture_iterate(&f, 3, NULL);
        cr_expect_eq(outcome.segment->control.leftover_count, count, "%s",
                     cases[i].variant);
        fixture_fini(&f);
    }
}

/* The end of the root is what they wait for, or init waits for them. */
Test(slot, what_ends_after_the_root_is_not_left_behind)
{
    static const char *const variants[] = {"leave-to-end", "leave-to-init",
                                           "leave-at-work"};
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        struct fixture f;
        struct outcome outcome = run_twice(&f, variants[i]);
        cr_expect_eq(outcome.segment->control.root_status, 0, "%s",
                     variants[i]);
        cr_expect_eq(outcome.segment->control.leftover_count, 0, "%s: %s",
                     variants[i], outcome.segment->leftovers[0].name);
        fixture_fini(&f);
    }
}

/* The child that inherits the descriptor and the one that was closed do not
 * count; without the wish nothing does. */
Test(slot, an_open_descriptor_is_noticed_where_asked_for)
{
    static const char text[] = "target: broken\n"
                               "arguments: [leave-descriptor]\n"
                               "invariants:\n"
                               "  - no_leaks: {descriptors: true}\n";
    struct fixture f;
    fixture_init(&f);
    cr_assert_eq(scenario_load_text(&f.scenario, "/tmp/left.yml", text,
                                    sizeof(text) - 1, &f.diag),
                 0, "%s", f.diag.text);
    cr_assert_eq(fixture_open_scenario(&f, BROKEN), 0, "%s", f.diag.text);
    struct outcome outcome = fixture_iterate(&f, 1, NULL);
    cr_assert(has_leftover(&outcome, LEFTOVER_DESCRIPTOR, "3, file left.txt"));
    cr_assert_eq(outcome.segment->control.leftover_count, 2);
    fixture_fini(&f);
    outcome = run_twice(&f, "leave-descriptor");
    cr_assert_not(has_leftover(&outcome, LEFTOVER_DESCRIPTOR, NULL));
    fixture_fini(&f);
}

Test(slot, a_scribbled_segment_is_replaced)
{
    struct fixture f;
    struct outcome outcome = run_twice(&f, "scribble");
    cr_assert(outcome.segment_damaged || outcome.server_lost);
    fixture_iterate(&f, 3, NULL);
    fixture_fini(&f);
}

Test(slot, a_fork_bomb_ends)
{
    struct fixture f;
    struct outcome outcome = run_twice(&f, "fork-without-end");
    cr_assert(outcome.timed_out || outcome.segment->control.tasks_refused);
    fixture_fini(&f);
}

Test(slot, output_beyond_the_limit_is_dropped_and_counted)
{
    struct fixture f;
    struct outcome outcome = run_twice(&f, "print-much");
    struct stat st;
    cr_assert_eq(fstat(outcome.stdout_fd, &st), 0);
    cr_assert_leq(st.st_size, 17 << 20);
    cr_assert_geq(outcome.segment->control.output_dropped, 1000u << 20);
    fixture_fini(&f);
}

Test(slot, a_lost_server_is_started_again)
{
    struct fixture f;
    cr_assert_eq(open_program(&f, BROKEN, "hang"), 0);
    /* The server is the only child of this test's process. */
    char path[64];
    int server = 0;
    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)gettid());
    FILE *children = fopen(path, "r");
    cr_assert_eq(fscanf(children, "%d", &server), 1);
    fclose(children);
    kill(server, SIGKILL);
    struct outcome outcome = fixture_iterate(&f, 1, NULL);
    cr_assert(outcome.server_lost);
    outcome = fixture_iterate(&f, 2, NULL);
    cr_assert_not(outcome.server_lost);
    fixture_fini(&f);
}

Test(slot, a_target_that_never_comes_to_main_is_an_error)
{
    struct fixture f;
    setenv("BROKEN_EXIT_IN_CONSTRUCTOR", "1", 1);
    cr_assert_eq(open_program(&f, BROKEN, "fine"), -MPS_ESTART);
    cr_assert(strstr(f.diag.text, "ended with status 9 before main()"), "%s",
              f.diag.text);
    fixture_fini(&f);
    unsetenv("BROKEN_EXIT_IN_CONSTRUCTOR");
    cr_assert_eq(open_program(&f, "/does/not/exist", "x"), -MPS_ESTART);
    fixture_fini(&f);
}

Test(slot, a_stop_in_the_middle_of_a_hang_is_obeyed)
{
    struct fixture f;
    cr_assert_eq(open_program(&f, BROKEN, "hang"), 0);
    f.scenario->time_limit_ns = UINT64_C(1000000000000);
    const char *values[8];
    struct choice choice = {f.scenario, values};
    struct disturbance none = {0};
    struct outcome outcome;
    f.stop = true;
    cr_assert_eq(
        slot_iterate(f.slot, &choice, 1, 1, &none, NULL, &outcome, &f.diag),
        -EINTR);
    fixture_fini(&f);
}
