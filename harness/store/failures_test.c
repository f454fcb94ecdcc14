#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/io.h"
#include "fixture_test.h"
#include "trace/trace.h"

static struct fixture f;

static void begin(void)
{
    fixture_init(&f);
    cr_assert_eq(fixture_open(&f, true), 0, "%s", f.diag.text);
}

static void end(void)
{
    fixture_fini(&f);
}

TestSuite(store_failures, .init = begin, .fini = end, .timeout = 60);

#define NAMES(part) cr_assert(strstr(f.diag.text, part), "%s", f.diag.text)

Test(store_failures, are_named_by_scenario_and_fingerprint)
{
    char id[STORE_ID_BYTES];
    store_failure_id(id, sizeof(id), "counter.plain", 0xffffffff00abcdefu);
    cr_assert_str_eq(id, "counter.plain-00abcdef");
    char scenario[1000];
    memset(scenario, 'a', sizeof(scenario));
    scenario[sizeof(scenario) - 1] = '\0';
    store_failure_id(id, sizeof(id), scenario, 1);
    cr_assert_eq(strlen(id), STORE_ID_BYTES - 3);
    cr_assert(strstr(id, "a-00000001"));
}

Test(store_failures, have_a_path_or_none_when_it_is_too_long)
{
    char path[300], expected[300];
    snprintf(expected, sizeof(expected), "%s/failures/a-1.mpt",
             f.store_directory);
    cr_assert_eq(store_failure_path(f.store, "a-1", path, sizeof(path)), 0);
    cr_assert_str_eq(path, expected);
    cr_assert_eq(store_failure_path(f.store, "a-1", path, strlen(expected)),
                 -ENAMETOOLONG);
    cr_assert_str_eq(path, "");
}

static void finds(const char *name, const char *id)
{
    char expected[300];
    snprintf(expected, sizeof(expected), "%s/failures/%s.mpt",
             f.store_directory, id);
    char *path;
    cr_assert_eq(store_find(f.store, name, &path, &f.diag), 0, "%s: %s", name,
                 f.diag.text);
    cr_assert_str_eq(path, expected);
    free(path);
}

static void finds_nothing(const char *name, const char *reason)
{
    char *path;
    cr_assert_eq(store_find(f.store, name, &path, &f.diag), -MPS_ENOMATCH);
    cr_assert_null(path);
    NAMES(reason);
}

Test(store_failures, are_found_by_id_and_by_its_beginning)
{
    fixture_add_trace(&f, "counter-11111111", "x");
    fixture_add_trace(&f, "counter-1222", "x");
    fixture_add_trace(&f, "counter-12222222", "x");
    fixture_add_trace(&f, "queue-33333333", "x");
    finds("counter-11111111", "counter-11111111");
    finds("counter-11111111.mpt", "counter-11111111");
    finds("counter-11", "counter-11111111");
    finds("q", "queue-33333333");
    finds("counter-1222", "counter-1222");
    finds_nothing("counter-1", "begin like that: ");
    NAMES("counter-11111111, counter-1222, counter-12222222");
    finds_nothing("counter-2", "; similar: counter-1");
    NAMES("counter-11111111");
    finds_nothing("3333", "queue-33333333");
    finds_nothing("zebra", "mpstress list failures");
    finds_nothing("", "no such file");
}

Test(store_failures, are_named_at_most_five_at_a_time)
{
    for (int i = 0; i < 9; i++) {
        char id[32];
        snprintf(id, sizeof(id), "many-%d", i);
        fixture_add_trace(&f, id, "x");
    }
    finds_nothing("many", "many-4 and 4 more");
}

Test(store_failures, are_found_by_the_path_of_a_file)
{
    fixture_add_trace(&f, "counter-11111111", "x");
    char given[300];
    snprintf(given, sizeof(given), "%s/failures/counter-11111111.mpt",
             f.store_directory);
    char *path;
    cr_assert_eq(store_find(NULL, given, &path, &f.diag), 0);
    cr_assert_str_eq(path, given);
    free(path);
    cr_assert_eq(store_find(NULL, "/nowhere/at.mpt", &path, &f.diag),
                 -MPS_ENOMATCH);
    NAMES("/nowhere/at.mpt");
    cr_assert_eq(store_find(NULL, "counter-11111111", &path, &f.diag),
                 -MPS_ENOMATCH);
    cr_assert_eq(store_find(f.store, f.directory, &path, &f.diag),
                 -MPS_ENOMATCH);
}

Test(store_failures, are_found_beside_the_program_they_are_named_after)
{
    fixture_add_trace(&f, "counter-11111111", "x");
    cr_assert_eq(chdir(f.directory), 0);
    FILE *program = fopen("counter", "we");
    cr_assert(program);
    fputs("\177ELF and more", program);
    fclose(program);
    finds("counter", "counter-11111111");
    /* A trace without its ending is one all the same. */
    cr_assert_eq(rename("counter", "other"), 0);
    program = fopen("counter", "we");
    cr_assert(program);
    fwrite("SQLite format 3", 1, 16, program);
    fclose(program);
    char *path;
    cr_assert_eq(store_find(f.store, "counter", &path, &f.diag), 0);
    cr_assert_str_eq(path, "counter");
    free(path);
}

Test(store_failures, are_not_searched_where_none_are)
{
    finds_nothing("latest", "no failure has been recorded");
    finds_nothing("counter", "no failures are stored");
}

Test(store_failures, have_a_latest)
{
    fixture_add_trace(&f, "a-1", "x");
    fixture_add_trace(&f, "b-2", "x");
    cr_assert_eq(store_set_latest(f.store, "a-1", &f.diag), 0);
    finds("latest", "a-1");
    cr_assert_eq(store_set_latest(f.store, "b-2", &f.diag), 0);
    finds("latest", "b-2");
    char path[256], target[64] = "";
    fixture_path(&f, "failures/latest", path);
    cr_assert_gt(readlink(path, target, sizeof(target) - 1), 0);
    cr_assert_str_eq(target, "b-2.mpt");
    fixture_path(&f, "failures/b-2.mpt", path);
    cr_assert_eq(unlink(path), 0);
    finds_nothing("latest", "no failure has been recorded");
}

Test(store_failures, latest_does_not_lead_out_of_the_store)
{
    char path[256];
    fixture_path(&f, "failures/latest", path);
    cr_assert_eq(symlink("/etc/passwd", path), 0);
    finds_nothing("latest", "no failure has been recorded");
}

/* -- The list ---------------------------------------------------------------*/

static void list(const char *scenario, struct store_failures *out)
{
    cr_assert_eq(store_failures(f.store, scenario, out, &f.diag), 0, "%s",
                 f.diag.text);
}

static void note(const struct store_run *run, const char *what, uint64_t times)
{
    struct store_finding finding = {
        .scenario = "counter",
        .kind = "invariant",
        .what = what,
        .id = "counter-00000005",
        .fingerprint = 0x8000000000000005u,
        .times = times,
    };
    cr_assert_eq(store_finding(f.store, run, &finding, &f.diag), 0, "%s",
                 f.diag.text);
}

Test(store_failures, sum_up_what_all_runs_saw)
{
    struct store_run first, second;
    cr_assert_eq(store_run_begin(f.store, "c", "aaa", 1, &first, &f.diag), 0);
    cr_assert_eq(store_run_begin(f.store, "c", "bbb", 1, &second, &f.diag), 0);
    note(&first, "total is 3", 1);
    note(&first, "total is 3", 4);
    note(&second, "total is 5", 10);
    struct store_failures all;
    list(NULL, &all);
    cr_assert_eq(all.count, 1);
    const struct store_failure *failure = &all.items[0];
    cr_assert_str_eq(failure->id, "counter-00000005");
    cr_assert_str_eq(failure->scenario, "counter");
    cr_assert_str_eq(failure->kind, "invariant");
    cr_assert_str_eq(failure->what, "total is 5");
    cr_assert_str_eq(failure->commit, "bbb");
    cr_assert_eq(failure->fingerprint, 0x8000000000000005u);
    cr_assert_lt(failure->first_seen_ns, failure->last_seen_ns);
    cr_assert_eq(failure->times, 14);
    cr_assert_eq(failure->runs, 2);
    cr_assert_not(failure->fixed);
    cr_assert_not(failure->trace);
    store_failures_free(&all);
    fixture_add_trace(&f, "counter-00000005", "x");
    list("counter", &all);
    cr_assert_eq(all.count, 1);
    cr_assert(all.items[0].trace);
    store_failures_free(&all);
    list("queue", &all);
    cr_assert_eq(all.count, 0);
}

Test(store_failures, list_the_last_seen_first)
{
    struct store_run run;
    cr_assert_eq(fixture_add_run(&f, 3, &run), 0);
    struct store_failures all;
    list(NULL, &all);
    cr_assert_eq(all.count, 3);
    for (size_t i = 1; i < all.count; i++)
        cr_assert_geq(all.items[i - 1].last_seen_ns, all.items[i].last_seen_ns);
    cr_assert_str_eq(all.items[0].scenario, "s2");
    store_failures_free(&all);
}

static bool is_fixed(void)
{
    struct store_failures all;
    list(NULL, &all);
    cr_assert_eq(all.count, 1);
    bool fixed = all.items[0].fixed;
    store_failures_free(&all);
    return fixed;
}

Test(store_failures, are_fixed_until_they_come_back)
{
    struct store_run run;
    cr_assert_eq(store_run_begin(f.store, "c", NULL, 1, &run, &f.diag), 0);
    note(&run, "w", 1);
    cr_assert_eq(store_mark_fixed(f.store, "counter-00000005", &f.diag), 0);
    cr_assert(is_fixed());
    note(&run, "w", 2);
    cr_assert_not(is_fixed());
    cr_assert_eq(store_mark_fixed(f.store, "counter-00000006", &f.diag),
                 -MPS_ENOMATCH);
    NAMES("counter-00000006");
}

Test(store_failures, stay_fixed_although_the_clock_went_back)
{
    struct store_run run;
    cr_assert_eq(store_run_begin(f.store, "c", NULL, 1, &run, &f.diag), 0);
    note(&run, "w", 1);
    fixture_sql(&f, "UPDATE findings SET last_ns = last_ns + 3600000000000");
    cr_assert_eq(store_mark_fixed(f.store, "counter-00000005", &f.diag), 0);
    cr_assert(is_fixed());
}

/* A trace of scenario "stray", as short as can be. */
static void save_trace(const char *id)
{
    char path[300];
    cr_assert_eq(store_failure_path(f.store, id, path, sizeof(path)), 0);
    struct segment *segment =
        aligned_alloc(_Alignof(struct segment), sizeof(*segment));
    char program[] = "/bin/true";
    char *argv[] = {program, NULL};
    struct scenario *scenario;
    struct symbols *symbols;
    cr_assert(segment);
    memset(segment, 0, sizeof(*segment));
    cr_assert_eq(scenario_from_command(&scenario, argv, &f.diag), 0);
    cr_assert_eq(symbols_open(&symbols, NULL), 0);
    const char *values[4] = {NULL};
    struct choice choice = {.scenario = scenario, .values = values};
    struct outcome outcome = {
        .choice = &choice,
        .segment = segment,
        .symbols = symbols,
        .program = "/bin/true",
        .stdout_fd = -1,
        .stderr_fd = -1,
        .directory_fd = -1,
    };
    struct finding_list findings = {0};
    struct finding *finding = finding_list_add(&findings, FINDING_CRASH);
    cr_assert(finding);
    finding->what = strdup("killed by SIGSEGV");
    finding->fingerprint = 0x1234;
    struct trace_info info = {
        .id = id,
        .command = "mpstress run",
        .strategy = "stress",
        .wall_ns = 1700000000000000000u,
    };
    cr_assert_eq(trace_save(path, &info, &outcome, &findings, &f.diag), 0, "%s",
                 f.diag.text);
    finding_list_clear(&findings);
    symbols_close(symbols);
    scenario_free(scenario);
    free(segment);
}

Test(store_failures, that_the_history_forgot_speak_for_themselves)
{
    save_trace("true-00001234");
    fixture_add_trace(&f, "rubbish-00000001", "no trace");
    struct store_failures all;
    list(NULL, &all);
    cr_assert_eq(all.count, 1);
    const struct store_failure *failure = &all.items[0];
    cr_assert_str_eq(failure->id, "true-00001234");
    cr_assert_str_eq(failure->scenario, "true");
    cr_assert_str_eq(failure->kind, "crash");
    cr_assert_str_eq(failure->what, "killed by SIGSEGV");
    cr_assert_eq(failure->fingerprint, 0x1234);
    cr_assert_eq(failure->last_seen_ns, 1700000000000000000u);
    cr_assert(failure->trace);
    cr_assert_not(failure->fixed);
    store_failures_free(&all);
    cr_assert_eq(store_mark_fixed(f.store, "true-00001234", &f.diag), 0);
    list("true", &all);
    cr_assert_eq(all.count, 1);
    cr_assert(all.items[0].fixed);
    store_failures_free(&all);
    list("false", &all);
    cr_assert_eq(all.count, 0);
}

Test(store_failures, are_there_without_a_history)
{
    char path[256];
    save_trace("true-00001234");
    fixture_close(&f);
    cr_assert_eq(unlink(fixture_path(&f, "history.db", path)), 0);
    cr_assert_eq(fixture_open(&f, false), 0, "%s", f.diag.text);
    finds("true", "true-00001234");
    struct store_failures all;
    list(NULL, &all);
    cr_assert_eq(all.count, 1);
    store_failures_free(&all);
    cr_assert_eq(store_mark_fixed(f.store, "true-00001234", &f.diag),
                 -MPS_ESTORE);
    cr_assert_eq(access(path, F_OK), -1);
}

Test(store_failures, of_killed_writers_are_swept_away_when_they_are_old)
{
    char old[256], young[256];
    fixture_write(&f, "failures/a-1.mpt.7.tmp", "half", 4);
    fixture_write(&f, "failures/a-2.mpt.8.tmp", "half", 4);
    fixture_path(&f, "failures/a-1.mpt.7.tmp", old);
    fixture_path(&f, "failures/a-2.mpt.8.tmp", young);
    time_t hour_ago = (time_t)(clock_wall_ns() / 1000000000u) - 3600;
    struct timespec times[2] = {{.tv_sec = hour_ago}, {.tv_sec = hour_ago}};
    cr_assert_eq(utimensat(AT_FDCWD, old, times, 0), 0);
    cr_assert_eq(fixture_open(&f, true), 0);
    cr_assert_eq(access(old, F_OK), -1);
    cr_assert_eq(access(young, F_OK), 0);
}
