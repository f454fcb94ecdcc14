#include "base/error.h"
#include "check/fixture_test.h"

/* An iteration of a scenario that compares SUBJECT (or FILE) with the run with
 * one worker; that one is to be made next, then taken_with() called. */
static struct fixture *demand(enum subject kind, const char *subject,
                              const char *file)
{
    struct fixture *f = fixture_new();
    struct invariant *same =
        fixture_invariant(f, ORACLE_SAME_AS_SINGLE, "same");
    same->subject_kind = kind;
    same->subject = subject;
    same->file = file;
    f->values[0] = "1";
    return f;
}

static void take(struct fixture *f)
{
    cr_assert(check_needs_reference(&f->scenario));
    cr_assert(!reference_take(&f->reference, &f->outcome, &f->diag), "%s",
              f->diag.text);
    f->values[0] = "4";
    fixture_again(f);
}

static void emit(struct fixture *f, uint32_t task, uint64_t value)
{
    fixture_u64(f, task, MPS_RECORD_EMIT, "rows", value);
}

Test(same_as_single, compares_observations)
{
    struct fixture *f = demand(SUBJECT_OBSERVATION, "sum", NULL);
    fixture_int(f, 0, "sum", 1);
    fixture_int(f, 0, "sum", 17);
    take(f);
    fixture_int(f, 0, "sum", 17);
    fixture_expect_clean(f);
    fixture_int(f, 0, "sum", 16);
    const struct finding *finding = fixture_expect(
        f, FINDING_INVARIANT, "sum differs: 16, in the run with one worker 17");
    cr_expect_str_eq(finding->expected, "17");
    cr_expect_str_eq(finding->actual, "16");
    fixture_again(f);
    fixture_expect(f, FINDING_INVARIANT,
                   "sum was never observed: no mps_observe(\"sum\", ...)");
    fixture_free(f);
}

Test(same_as_single, wants_the_order_of_a_stream_that_one_task_emits)
{
    struct fixture *f = demand(SUBJECT_STREAM, "rows", NULL);
    for (uint64_t i = 0; i < 4; i++)
        emit(f, 0, i);
    take(f);
    uint32_t collector = fixture_task(f, 0, "collector");
    for (uint64_t i = 0; i < 4; i++)
        emit(f, collector, i);
    fixture_expect_clean(f);
    fixture_again(f);
    emit(f, 0, 0);
    emit(f, 0, 2);
    emit(f, 0, 1);
    emit(f, 0, 3);
    fixture_expect(f, FINDING_INVARIANT,
                   "rows differs at value 2: 2, in the run with one worker 1");
    fixture_again(f);
    emit(f, 0, 0);
    fixture_expect(f, FINDING_INVARIANT,
                   "rows has 1 values, in the run with one worker 4");
    fixture_free(f);
}

Test(same_as_single, wants_the_elements_of_a_stream_that_several_tasks_emit)
{
    struct fixture *f = demand(SUBJECT_STREAM, "rows", NULL);
    for (uint64_t i = 0; i < 4; i++)
        emit(f, 0, i / 2);
    take(f);
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    emit(f, a, 1);
    emit(f, b, 1);
    emit(f, b, 0);
    emit(f, a, 0);
    fixture_expect_clean(f);
    emit(f, a, 0);
    const struct finding *finding =
        fixture_expect(f, FINDING_INVARIANT,
                       "rows differs: 0 is there 3 times, in the run with one "
                       "worker 2 times");
    cr_expect_str_eq(finding->expected, "0 2 times");
    fixture_free(f);
}

Test(same_as_single, compares_files_byte_by_byte)
{
    struct fixture *f = demand(SUBJECT_NONE, NULL, "out.pgm");
    fixture_file(f, "out.pgm", "P2\n1 2 3\n4 5 6\n");
    take(f);
    fixture_file(f, "out.pgm", "P2\n1 2 3\n4 5 6\n");
    fixture_expect_clean(f);
    fixture_file(f, "out.pgm", "P2\n1 2 3\n4 7 6\n");
    const struct finding *finding =
        fixture_expect(f, FINDING_INVARIANT,
                       "out.pgm differs at byte 11 (line 3): \"7 6\", in the "
                       "run with one worker \"5 6\"");
    cr_expect_str_eq(finding->expected, "\"5 6\"");
    fixture_file(f, "out.pgm", "P2\n1 2 3\n");
    fixture_expect(f, FINDING_INVARIANT,
                   "out.pgm has 9 bytes, in the run with one worker 15");
    fixture_again(f);
    fixture_expect(f, FINDING_INVARIANT, "out.pgm does not exist");
    fixture_free(f);
}

Test(same_as_single, compares_output_streams)
{
    struct fixture *f = demand(SUBJECT_NONE, NULL, "stdout");
    fixture_file(f, "stdout", "a\nb\n");
    take(f);
    fixture_file(f, "stdout", "b\na\n");
    fixture_expect(f, FINDING_INVARIANT,
                   "stdout differs at byte 0 (line 1): \"b\", in the run with "
                   "one worker \"a\"");
    fixture_free(f);
}

Test(same_as_single, excuses_what_is_missing_after_a_wrong_status)
{
    struct fixture *f = demand(SUBJECT_NONE, NULL, "out.pgm");
    fixture_file(f, "out.pgm", "abc");
    take(f);
    fixture_invariant(f, ORACLE_EXIT, "exit status 0")->value =
        fixture_expr(f, "0");
    f->outcome.status = 1 << 8;
    fixture_expect(f, FINDING_INVARIANT, "exit status is 1, expected 0");
    fixture_file(f, "out.pgm", "ab");
    fixture_expect(f, FINDING_INVARIANT, "exit status is 1, expected 0");
    fixture_file(f, "out.pgm", "ac");
    fixture_check(f);
    cr_expect_eq(f->findings.count, 2);
    fixture_free(f);
}

Test(same_as_single, needs_a_reference_with_the_same_other_parameters)
{
    struct fixture *f = demand(SUBJECT_OBSERVATION, "sum", NULL);
    fixture_int(f, 0, "sum", 1);
    const char *message = "invariant 'same': no run with one worker and the "
                          "same other parameters to compare with";
    cr_expect_eq(fixture_check(f), -MPS_EINTERNAL);
    cr_expect_str_eq(f->diag.text, message);
    take(f);
    cr_expect(reference_fits(f->reference, &f->choice));
    f->values[1] = "11";
    cr_expect_not(reference_fits(f->reference, &f->choice));
    cr_expect_eq(fixture_check(f), -MPS_EINTERNAL);
    cr_expect_str_eq(f->diag.text, message);
    fixture_free(f);
}

Test(same_as_single, refuses_a_reference_that_has_nothing_to_compare)
{
    struct fixture *f = demand(SUBJECT_STREAM, "rows", NULL);
    cr_expect_lt(reference_take(&f->reference, &f->outcome, &f->diag), 0);
    cr_expect_null(f->reference);
    cr_expect_str_eq(f->diag.text, "invariant 'same': in the run with one "
                                   "worker rows was never observed");
    f->invariants[0].file = "out.pgm";
    fixture_file(f, "other", "");
    cr_expect_lt(reference_take(&f->reference, &f->outcome, &f->diag), 0);
    cr_expect_str_eq(f->diag.text, "invariant 'same': in the run with one "
                                   "worker out.pgm does not exist");
    fixture_free(f);
}
