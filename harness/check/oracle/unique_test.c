#include "check/fixture_test.h"

static struct fixture *demand(const char *count)
{
    struct fixture *f = fixture_new();
    struct invariant *unique =
        fixture_invariant(f, ORACLE_UNIQUE, "unique draws");
    unique->subject = "draws";
    if (count)
        unique->count = fixture_expr(f, count);
    return f;
}

static void emit(struct fixture *f, uint32_t task, uint64_t value)
{
    fixture_u64(f, task, MPS_RECORD_EMIT, "draws", value);
}

Test(unique, accepts_values_that_are_all_different)
{
    struct fixture *f = demand("200");
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    for (uint64_t i = 0; i < 100; i++) {
        emit(f, a, i);
        emit(f, b, 1000 + i);
        fixture_u64(f, a, MPS_RECORD_EMIT, "others", 1);
    }
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(unique, finds_a_value_that_two_tasks_emitted)
{
    struct fixture *f = demand(NULL);
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    f->site = 0x10;
    emit(f, a, 41);
    emit(f, a, 42);
    f->site = 0x20;
    emit(f, b, 43);
    emit(f, b, 42);
    emit(f, b, 41);
    const struct finding *finding =
        fixture_expect(f, FINDING_INVARIANT,
                       "draws: 42 was emitted by 0.0 (a) and by 0.1 (b)");
    cr_expect_str_eq(finding->expected, "no value twice");
    cr_expect_str_eq(finding->actual, "42 twice");
    cr_expect_str_eq(finding->detail,
                     "2 of the values had been emitted before\n");
    fixture_expect_place(finding, 0, 0x10, "emitted 42", "0.0 (a)");
    fixture_expect_place(finding, 1, 0x20, "emitted 42 again", "0.1 (b)");
    fixture_free(f);
}

Test(unique, finds_a_value_that_one_task_emitted_twice)
{
    struct fixture *f = demand(NULL);
    fixture_text(f, 0, MPS_RECORD_EMIT, "draws", "token");
    fixture_text(f, 0, MPS_RECORD_EMIT, "draws", "token");
    fixture_expect(f, FINDING_INVARIANT,
                   "draws: \"token\" was emitted twice by 0");
    fixture_free(f);
}

Test(unique, tells_values_of_different_size_apart)
{
    struct fixture *f = demand("3");
    fixture_text(f, 0, MPS_RECORD_EMIT, "draws", "");
    fixture_text(f, 0, MPS_RECORD_EMIT, "draws", "a");
    fixture_text(f, 0, MPS_RECORD_EMIT, "draws", "aa");
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(unique, finds_a_wrong_number_of_values)
{
    struct fixture *f = demand("workers");
    emit(f, 0, 1);
    fixture_expect(f, FINDING_INVARIANT,
                   "draws has 1 values, expected 4 (workers)");
    fixture_free(f);
}

Test(unique, finds_that_nothing_was_emitted)
{
    struct fixture *f = demand(NULL);
    fixture_expect(f, FINDING_INVARIANT,
                   "draws was never observed: no mps_emit(\"draws\", ...)");
    f->invariants[0].count = fixture_expr(f, "0");
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(unique, judges_what_came_before_a_crash_but_does_not_count_it)
{
    struct fixture *f = demand("4");
    f->outcome.status = 9;
    emit(f, 0, 1);
    fixture_expect(f, FINDING_CRASH,
                   "the target, task 0, was killed by "
                   "SIGKILL");
    emit(f, 0, 1);
    fixture_check(f);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_str_eq(f->findings.items[1].what,
                     "draws: 1 was emitted twice by 0");
    fixture_free(f);
}
