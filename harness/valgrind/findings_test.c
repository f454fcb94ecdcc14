#include "findings.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "recorded_test.h"

struct judged {
    struct symbols *symbols;
    struct finding_list findings;
    struct valgrind_remarks remarks;
};

static void judge(struct judged *judged, const char *const *names)
{
    struct valgrind_report reports[8];
    size_t count = 0;
    for (; names[count]; count++)
        reports[count] = recorded_report(names[count], count + 1);
    if (!judged->symbols)
        cr_assert_eq(symbols_open(&judged->symbols, "/src"), 0);
    cr_assert_eq(valgrind_judge(reports, count, judged->symbols,
                                &judged->findings, &judged->remarks),
                 0);
    /* Nothing of the reports is needed any more. */
    for (size_t i = 0; i < count; i++)
        valgrind_report_fini(&reports[i]);
}

static void judge_one(struct judged *judged, const char *name)
{
    judge(judged, (const char *const[]){name, NULL});
}

static void judged_fini(struct judged *judged)
{
    finding_list_clear(&judged->findings);
    symbols_close(judged->symbols);
}

static void expect_place(const struct finding *finding, size_t i,
                         const char *function, const char *file, int line,
                         const char *role, const char *task)
{
    cr_assert_lt(i, finding->place_count);
    const struct finding_place *place = &finding->places[i];
    cr_expect_str_eq(place->location.function, function);
    cr_expect_str_eq(place->location.file, file);
    cr_expect_eq(place->location.line, line);
    cr_expect_str_eq(place->role, role);
    if (task)
        cr_expect_str_eq(place->task, task);
    else
        cr_expect_null(place->task);
}

static void expect_detail(const struct finding *finding, const char *part)
{
    cr_expect(strstr(finding->detail, part), "no '%s' in:\n%s", part,
              finding->detail);
}

Test(findings, a_race_names_both_accesses_and_the_variable)
{
    struct judged judged = {0};
    judge_one(&judged, "helgrind-race");
    cr_assert_eq(judged.findings.count, 1);
    const struct finding *finding = &judged.findings.items[0];
    cr_expect_eq(finding->kind, FINDING_RACE);
    cr_expect_str_eq(finding->what,
                     "read of size 4 in look() race.c:6 and earlier write in "
                     "bump() race.c:5 are not ordered: 0 bytes inside global "
                     "var \"total\" declared at race.c:4");
    cr_expect_eq(finding->place_count, 2);
    expect_place(finding, 0, "look", "race.c", 6, "reads", "thread #3");
    expect_place(finding, 1, "bump", "race.c", 5, "wrote earlier", "thread #2");
    expect_detail(finding, "  Read of size 4 by thread #3\n"
                           "    #0 look() race.c:6\n"
                           "  Previous write of size 4 by thread #2\n"
                           "    #0 bump() race.c:5\n"
                           "  Location: 0 bytes inside global var \"total\" "
                           "declared at race.c:4\n"
                           "  Thread #3 was created\n"
                           "    #0 main() race.c:7\n");
    expect_detail(finding, "helgrind sees neither C11 atomics");
    expect_detail(finding, "SUMMARY: mpstress: data race race.c:6 in look "
                           "(helgrind)\n");
    judged_fini(&judged);
}

Test(findings, a_race_of_drd_has_one_access)
{
    struct judged judged = {0};
    judge_one(&judged, "drd-race2");
    cr_assert_eq(judged.findings.count, 1, "%zu", judged.findings.count);
    const struct finding *finding = &judged.findings.items[0];
    cr_expect_eq(finding->kind, FINDING_RACE);
    cr_expect_eq(finding->place_count, 1);
    expect_place(finding, 0, "look", "race2.c", 8, "reads", "thread #3");
    expect_detail(finding, "    #0 main() race2.c:9\n");
    judged_fini(&judged);
}

Test(findings, a_race_that_two_processes_report_is_one)
{
    struct judged judged = {0};
    judge(&judged, (const char *const[]){"helgrind-forks-0", "helgrind-forks-1",
                                         "helgrind-forks-2", NULL});
    cr_assert_eq(judged.findings.count, 1);
    cr_expect_eq(judged.remarks.processes, 3);
    expect_place(&judged.findings.items[0], 0, "bump", "forks.c", 7, "reads",
                 "process 2, thread #3");
    /* And in the next run it is the same again. */
    judge(&judged,
          (const char *const[]){"helgrind-forks-0", "helgrind-forks-2", NULL});
    cr_expect_eq(judged.findings.count, 1);
    judged_fini(&judged);
}

Test(findings, a_lock_order_names_all_acquisitions)
{
    struct judged judged = {0};
    judge_one(&judged, "helgrind-order");
    cr_assert_eq(judged.findings.count, 1);
    const struct finding *finding = &judged.findings.items[0];
    cr_expect_eq(finding->kind, FINDING_LOCK_ORDER);
    cr_expect_str_eq(finding->what,
                     "lock order \"0x10C060 before 0x10C0A0\" violated in ba() "
                     "order.c:4, which was the order in ab() order.c:3");
    cr_expect_eq(finding->place_count, 3);
    expect_place(finding, 0, "ba", "order.c", 4,
                 "takes them the other way round", NULL);
    expect_place(finding, 1, "ab", "order.c", 3, "took the first lock", NULL);
    judged_fini(&judged);
}

Test(findings, misuses_are_told_once_and_remarks_are_not_findings)
{
    static const char *const helgrind[] = {
        "unlock of a free lock: unlocked an invalid lock at ",
        "unlock of another task's lock: unlocked lock at ",
        "destroyed in use: pthread_mutex_destroy of a locked mutex in main()",
        "call to pthread_join failed with error code 3 (ESRCH: ",
    };
    static const char *const drd[] = {
        "unlock of a free lock: The object at address ",
        "unlock of another task's lock: Mutex not locked by calling thread",
        "destroyed in use: Destroying locked mutex",
    };
    struct judged judged = {0};
    judge_one(&judged, "helgrind-misuse");
    cr_assert_eq(judged.findings.count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct finding *finding = &judged.findings.items[i];
        cr_expect_eq(finding->kind, FINDING_MISUSE);
        cr_expect_eq(strncmp(finding->what, helgrind[i], strlen(helgrind[i])),
                     0, "%s", finding->what);
    }
    cr_expect_eq(judged.remarks.remarks, 2);
    /* DRD's words differ, but it means the same, but for the join. */
    judge_one(&judged, "drd-misuse");
    cr_expect_eq(judged.findings.count, 4);
    cr_expect_eq(judged.remarks.remarks, 3);
    judged_fini(&judged);

    judged = (struct judged){0};
    judge_one(&judged, "drd-misuse");
    cr_assert_eq(judged.findings.count, 3);
    for (size_t i = 0; i < 3; i++)
        cr_expect_eq(
            strncmp(judged.findings.items[i].what, drd[i], strlen(drd[i])), 0,
            "%s", judged.findings.items[i].what);
    judged_fini(&judged);
}

Test(findings, a_crash_of_the_root_gets_its_place)
{
    struct judged judged = {0};
    judge_one(&judged, "helgrind-crash");
    cr_expect_eq(judged.findings.count, 0, "its status says so");
    struct finding *crash = finding_list_add(&judged.findings, FINDING_CRASH);
    crash->what = strdup("the target was killed by SIGSEGV");
    judge_one(&judged, "helgrind-crash");
    cr_assert_eq(judged.findings.count, 1);
    expect_place(&judged.findings.items[0], 0, "die", "crash.c", 3, "died",
                 NULL);
    judged_fini(&judged);
}

Test(findings, a_crash_of_another_process_is_one)
{
    struct judged judged = {0};
    judge(&judged,
          (const char *const[]){"helgrind-forks-0", "helgrind-crash", NULL});
    cr_assert_eq(judged.findings.count, 1);
    const struct finding *finding = &judged.findings.items[0];
    cr_expect_eq(finding->kind, FINDING_CRASH);
    cr_expect_str_eq(finding->what,
                     "process 2 was killed by SIGSEGV in die() crash.c:3");
    judged_fini(&judged);
}

/* A complaint of KIND in function f(), line LINE. */
static void add_error(struct str *text, const char *kind, const char *what,
                      int line)
{
    str_addf(text,
             "<error><kind>%s</kind><what>%s</what><stack><frame><obj>/src/p"
             "</obj><fn>f</fn><file>p.c</file><line>%d</line></frame></stack>"
             "</error>",
             kind, what, line);
}

/* Judge TEXT, which is freed, as the report of one process of COUNT. */
static void judge_text(struct judged *judged, struct str *text, size_t count)
{
    struct valgrind_report reports[2];
    struct str whole;
    str_init(&whole);
    str_addf(&whole, "<valgrindoutput><pid>1</pid><tool>drd</tool>%s",
             text->data);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(valgrind_parse(&reports[i], whole.data, whole.len), 0);
        reports[i].process = i + 1;
    }
    cr_assert_eq(symbols_open(&judged->symbols, NULL), 0);
    cr_expect_eq(valgrind_judge(reports, count, judged->symbols,
                                &judged->findings, &judged->remarks),
                 0);
    for (size_t i = 0; i < count; i++)
        valgrind_report_fini(&reports[i]);
    str_fini(&whole);
    str_fini(text);
}

Test(findings, misuses_of_what_processes_share_are_remarks)
{
    static const size_t findings[] = {1, 0}, remarks[] = {0, 2};
    for (size_t i = 0; i < 2; i++) {
        struct judged judged = {0};
        struct str text;
        str_init(&text);
        add_error(&text, "UnlockUnlocked", "Thread #1 unlocked a lock", 3);
        judge_text(&judged, &text, i + 1);
        cr_expect_eq(judged.findings.count, findings[i]);
        cr_expect_eq(judged.remarks.remarks, remarks[i]);
        judged_fini(&judged);
    }
}

/* Neither tool knows that a robust mutex has a new owner. */
Test(findings, nothing_is_believed_of_locks_after_the_death_of_an_owner)
{
    static const struct {
        const char *kind, *what;
    } deaths[] = {
        {"PthAPIerror", "Thread #1's call to pthread_mutex_lock failed with "
                        "error code 130 (EOWNERDEAD)"},
        {"Misc", "Thread #2: Exiting thread still holds 1 lock"},
        {"MutexErr", "Mutex still locked at thread exit: mutex 0x487c000"},
    };
    for (size_t i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
        struct judged judged = {0};
        struct str text;
        str_init(&text);
        add_error(&text, deaths[i].kind, deaths[i].what, 3);
        add_error(&text, "UnlockForeign", "Thread #1 unlocked a lock", 4);
        add_error(&text, "Race", "Possible data race during read of size 4", 5);
        judge_text(&judged, &text, 1);
        cr_assert_eq(judged.findings.count, 1);
        cr_expect_eq(judged.findings.items[0].kind, FINDING_RACE);
        cr_expect_eq(judged.remarks.remarks, 2);
        judged_fini(&judged);
    }
}

Test(findings, a_call_that_was_refused_did_no_harm)
{
    static const struct {
        const char *error;
        size_t findings;
    } rows[] = {
        {"error code 1 (EPERM: Operation not permitted)", 0},
        {"error code 35 (EDEADLK: Resource deadlock would occur)", 0},
        {"error code 22 (EINVAL: Invalid argument)", 1},
        {"error code 16 (EBUSY: Device or resource busy)", 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct judged judged = {0};
        struct str text;
        str_init(&text);
        add_error(&text, "UnlockForeign", "Thread #1 unlocked a lock", 3);
        add_error(&text, "PthAPIerror", rows[i].error, 3);
        judge_text(&judged, &text, 1);
        cr_expect_eq(judged.findings.count, rows[i].findings, "%s",
                     rows[i].error);
        cr_expect_eq(judged.remarks.remarks, 0);
        judged_fini(&judged);
    }
}

/* What has lost its words or stacks is still a finding, and no crash. */
Test(findings, poor_reports_are_taken)
{
    static const char *const texts[] = {
        "<error><kind>Race</kind><what>?</what></error>",
        "<error><kind>Race</kind><stack><frame><ip>0x1</ip></frame></stack>"
        "</error>",
        "<error><kind>LockOrder</kind><what>x</what></error>",
        "<error><kind>LockOrder</kind><stack><frame><ip>0x1</ip></frame></"
        "stack>"
        "</error>",
        "<error><kind>Newest</kind><what>Something new: 12</what><stack>"
        "<frame><fn>f</fn></frame></stack></error>",
        "<error><kind>UnlockBogus</kind><what>Thread #</what></error>",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct valgrind_report report;
        struct judged judged = {0};
        char *text = str_format("<valgrindoutput><pid>1</pid><tool>drd</tool>"
                                "%s",
                                texts[i]);
        cr_assert_eq(valgrind_parse(&report, text, strlen(text)), 0);
        cr_assert_eq(symbols_open(&judged.symbols, NULL), 0);
        cr_expect_eq(valgrind_judge(&report, 1, judged.symbols,
                                    &judged.findings, &judged.remarks),
                     0);
        cr_expect_eq(judged.findings.count, 1, "%s", texts[i]);
        valgrind_report_fini(&report);
        free(text);
        judged_fini(&judged);
    }
}
