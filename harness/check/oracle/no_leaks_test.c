#include "check/fixture_test.h"

static struct fixture *demand(const char *const *allow)
{
    struct fixture *f = fixture_new();
    fixture_invariant(f, ORACLE_NO_LEAKS, "no_leaks")->allow = allow;
    return f;
}

static void leave(struct fixture *f, enum leftover_kind kind, uint32_t maker,
                  uint64_t amount, const char *name)
{
    segment_leftover_add(f->segment, kind, maker,
                         maker ? fixture_site(f, f->site) : 0, amount, name);
}

Test(no_leaks, accepts_a_clean_end)
{
    struct fixture *f = demand(NULL);
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(no_leaks, names_what_was_left_and_who_made_it)
{
    struct fixture *f = demand(NULL);
    uint32_t worker = fixture_task(f, 0, "worker");
    f->site = 0x80;
    leave(f, LEFTOVER_SHM, worker + 1, 4096, "/ring");
    leave(f, LEFTOVER_SHM, 0, 1048576, "/other");
    const struct finding *finding =
        fixture_expect(f, FINDING_LEAK,
                       "POSIX shared memory left behind: /ring (4,096 bytes), "
                       "made by 0.0 (worker); /other (1,048,576 bytes)");
    cr_expect_str_eq(finding->invariant, "no_leaks");
    fixture_expect_place(finding, 0, 0x80, "made /ring", "0.0 (worker)");
    cr_expect_eq(finding->place_count, 1);
    fixture_free(f);
}

Test(no_leaks, makes_a_finding_of_each_sort)
{
    struct fixture *f = demand(NULL);
    uint32_t worker = fixture_task(f, 0, "worker");
    leave(f, LEFTOVER_SEM, 0, 0, "/sem");
    leave(f, LEFTOVER_PROCESS, worker + 1, 101, "process 0.0");
    leave(f, LEFTOVER_ZOMBIE, 0, 55, "zombie pid 55");
    leave(f, LEFTOVER_FILE, 0, 3, "core");
    fixture_check(f);
    cr_assert_eq(f->findings.count, 4);
    cr_expect_str_eq(f->findings.items[0].what,
                     "process still running: 0.0 (worker)");
    fixture_expect_place(&f->findings.items[0], 0, 0x100,
                         "started 0.0 (worker)", "0");
    cr_expect_str_eq(f->findings.items[1].what,
                     "child never waited for: zombie pid 55");
    cr_expect_str_eq(f->findings.items[2].what,
                     "named semaphore left behind: /sem");
    cr_expect_str_eq(f->findings.items[3].what,
                     "file left behind: core (3 bytes)");
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < i; k++)
            cr_expect_neq(f->findings.items[i].fingerprint,
                          f->findings.items[k].fingerprint);
    fixture_free(f);
}

Test(no_leaks, accepts_what_the_scenario_allows)
{
    static const char *const allow[] = {"*.pgm", "cache-?", NULL};
    struct fixture *f = demand(allow);
    leave(f, LEFTOVER_FILE, 0, 3, "out.pgm");
    leave(f, LEFTOVER_SHM, 0, 3, "/cache-1");
    fixture_expect_clean(f);
    leave(f, LEFTOVER_SHM, 0, 3, "/cache-12");
    fixture_expect(f, FINDING_LEAK,
                   "POSIX shared memory left behind: /cache-12 (3 bytes)");
    fixture_free(f);
}

Test(no_leaks, accepts_files_that_another_invariant_reads)
{
    struct fixture *f = demand(NULL);
    fixture_file(f, "out.log", "a\n");
    fixture_invariant(f, ORACLE_LINES, "lines")->file = "out.log";
    leave(f, LEFTOVER_FILE, 0, 2, "out.log");
    fixture_expect_clean(f);
    leave(f, LEFTOVER_FILE, 0, 2, "out.lo");
    fixture_expect(f, FINDING_LEAK, "file left behind: out.lo (2 bytes)");
    fixture_free(f);
}

Test(no_leaks, judges_also_when_the_status_is_wrong_or_a_worker_crashed)
{
    struct fixture *f = demand(NULL);
    fixture_invariant(f, ORACLE_EXIT, "exit status 0")->value =
        fixture_expr(f, "0");
    f->outcome.status = 1 << 8;
    leave(f, LEFTOVER_SEM, 0, 0, "/sem");
    fixture_check(f);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_eq(f->findings.items[1].kind, FINDING_LEAK);
    fixture_end(f, fixture_task(f, 0, ""), 11);
    fixture_check(f);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_eq(f->findings.items[0].kind, FINDING_CRASH);
    cr_expect_eq(f->findings.items[1].kind, FINDING_LEAK);
    f->outcome.status = 11;
    fixture_check(f);
    for (size_t i = 0; i < f->findings.count; i++)
        cr_expect_eq(f->findings.items[i].kind, FINDING_CRASH);
    fixture_free(f);
}

Test(no_leaks, survives_a_table_that_the_target_scribbled_over)
{
    struct fixture *f = demand(NULL);
    f->segment->control.leftover_count = UINT32_MAX;
    memset(f->segment->leftovers, 0xff, sizeof(f->segment->leftovers));
    fixture_expect_clean(f);
    struct segment_leftover *first = &f->segment->leftovers[0];
    first->kind = LEFTOVER_SHM;
    fixture_check(f);
    cr_assert_eq(f->findings.count, 1);
    cr_expect(strstr(f->findings.items[0].what, "\\xff\\xff"));
    fixture_free(f);
}

Test(no_leaks, shortens_long_lists)
{
    struct fixture *f = demand(NULL);
    for (int i = 0; i < 9; i++)
        leave(f, LEFTOVER_MQ, 0, 0, "/q");
    fixture_expect(f, FINDING_LEAK,
                   "POSIX message queue left behind: /q; /q; /q; /q; /q; /q; "
                   "and 3 more");
    fixture_free(f);
}
