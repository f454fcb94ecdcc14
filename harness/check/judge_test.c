#include "judge.h"

#include <dlfcn.h>
#include <unistd.h>

#include "fixture_test.h"

/* Report a wrong total, as a program under test would, from this function. */
__attribute__((noinline)) static int observe_here(struct fixture *f)
{
    Dl_info about;
    char path[200];
    const void *pc = mps_here();
    const int line = __LINE__ - 1;
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    cr_assert(length > 0 && dladdr(pc, &about));
    path[length] = '\0';
    uint64_t module = segment_module_add(f->segment, path, NULL, 0);
    int64_t total = 3;
    segment_record_add(
        f->segment, 0, MPS_RECORD_INT, "total", &total, sizeof(total),
        module << SITE_MODULE_SHIFT |
            (uint64_t)((const char *)pc - (const char *)about.dli_fbase));
    return line;
}

Test(judge, names_the_function_and_line_of_an_observation)
{
    struct fixture *f = fixture_new();
    struct invariant *equals = fixture_invariant(f, ORACLE_EQUALS, "total");
    equals->subject = "total";
    equals->value = fixture_expr(f, "4");
    int line = observe_here(f);
    const struct finding *finding =
        fixture_expect(f, FINDING_INVARIANT, "total is 3, expected 4");
    cr_assert_eq(finding->place_count, 1);
    const struct location *location = &finding->places[0].location;
    cr_assert(location->function && location->file);
    cr_expect_str_eq(location->function, "observe_here");
    cr_expect(strstr(location->file, "judge_test.c"), "%s", location->file);
    cr_expect(location->line == line, "line %d", location->line);
    fixture_free(f);
}

Test(judge, leaves_out_places_that_are_not_known)
{
    struct fixture *f = fixture_new();
    struct finding_list list = {0};
    struct judge judge = {
        .outcome = &f->outcome, .segment = f->segment, .findings = &list};
    struct finding *finding = judge_find(&judge, FINDING_RACE, NULL, "x");
    cr_assert(finding);
    judge_place(&judge, finding, 0, 0, "nowhere");
    judge_place(&judge, finding, UINT64_MAX, 0, "beyond the modules");
    cr_expect_eq(finding->place_count, 0);
    judge_place(&judge, finding, fixture_site(f, 5), NO_TASK, "by %s", "none");
    fixture_expect_place(finding, 0, 5, "by none", NULL);
    finding_list_clear(&list);
    fixture_free(f);
}

Test(judge, passes_over_what_an_earlier_failure_gave)
{
    struct fixture *f = fixture_new();
    struct finding_list list = {0};
    struct judge judge = {
        .outcome = &f->outcome, .segment = f->segment, .findings = &list};
    struct str detail;
    str_init(&detail);
    str_add(&detail, "lost\n");
    judge_place(&judge, NULL, fixture_site(f, 5), 0, "x");
    judge_expected(&judge, NULL, "x");
    judge_actual(&judge, NULL, "x");
    judge_detail(&judge, NULL, &detail);
    cr_expect_eq(list.count, 0);
    cr_expect_eq(judge.err, 0);
    fixture_free(f);
}
