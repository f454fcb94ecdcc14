#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "fixture_test.h"
#include "report/report.h"

static struct fixture f;
static unsigned runs;

static void begin(void)
{
    fixture_init(&f);
    runs = 0;
    cr_assert_eq(fixture_open(&f, true), 0, "%s", f.diag.text);
}

static void end(void)
{
    fixture_fini(&f);
}

TestSuite(store_trails, .init = begin, .fini = end, .timeout = 60);

/* Run number RUNS, at that many seconds, of scenario "s" at COMMIT: "s-1" was
 * seen TIMES times in ITERATIONS. */
static void add_run(const char *commit, uint64_t iterations, uint64_t times)
{
    struct store_run run;
    char sql[200];
    runs++;
    cr_assert_eq(store_run_begin(f.store, "c", commit, 1, &run, &f.diag), 0);
    cr_assert_eq(store_scenario_result(f.store, &run, "s",
                                       times ? "fail" : "pass", iterations,
                                       times, 1, &f.diag),
                 0);
    struct store_finding finding = {
        .scenario = "s",
        .kind = "crash",
        .what = times > 9 ? "often" : "rarely",
        .id = "s-1",
        .fingerprint = 1,
        .times = times,
    };
    if (times)
        cr_assert_eq(store_finding(f.store, &run, &finding, &f.diag), 0);
    snprintf(sql, sizeof(sql),
             "UPDATE runs SET started_ns = %u000000000 WHERE id = '%s';"
             "UPDATE findings SET last_ns = %u500000000 WHERE run = '%s'",
             runs, run.id, runs, run.id);
    fixture_sql(&f, sql);
}

static struct store_trails trails;

static const struct report_trail *only(void)
{
    cr_assert_eq(store_trails(f.store, "s", &trails, &f.diag), 0, "%s",
                 f.diag.text);
    cr_assert_eq(trails.count, 1);
    return &trails.items[0];
}

Test(store_trails, of_nothing_are_none)
{
    add_run("a", 100, 0);
    cr_assert_eq(store_trails(f.store, NULL, &trails, &f.diag), 0);
    cr_expect_eq(trails.count, 0);
    store_trails_free(&trails);
}

Test(store_trails, say_when_it_was_seen_first_and_last_and_how_often)
{
    add_run("a", 70, 0);
    add_run("b", 100, 20);
    add_run("c", 50, 0);
    add_run("d-dirty", 300, 4);
    const struct report_trail *trail = only();
    cr_expect_str_eq(trail->id, "s-1");
    cr_expect_str_eq(trail->scenario, "s");
    cr_expect_str_eq(trail->kind, "crash");
    cr_expect_str_eq(trail->what, "rarely");
    cr_expect_eq(trail->first_ns, 2000000000u);
    cr_expect_str_eq(trail->first_commit, "b");
    cr_expect_eq(trail->last_ns, 4000000000u);
    cr_expect_str_eq(trail->last_commit, "d-dirty");
    cr_expect_eq(trail->runs, 2);
    cr_expect_eq(trail->times, 24);
    cr_expect_eq(trail->iterations, 400);
    cr_expect_eq(trail->state, TRAIL_SEEN);
    cr_expect_eq(trail->point_count, 4);
    cr_expect_eq(trail->points[0].iterations, 70);
    cr_expect_eq(trail->points[3].times, 4);
    store_trails_free(&trails);
}

/* 50 of 100: nine iterations would show it. */
Test(store_trails, are_quiet_until_it_was_looked_for_often_enough)
{
    add_run("a", 100, 50);
    add_run("b", 8, 0);
    const struct report_trail *trail = only();
    cr_expect_eq(trail->state, TRAIL_QUIET);
    cr_expect_eq(trail->clean, 8);
    cr_expect_eq(trail->needed, 9);
    store_trails_free(&trails);
    /* What ran no iteration looked for nothing. */
    add_run("c", 0, 0);
    cr_expect_eq(only()->state, TRAIL_QUIET);
    store_trails_free(&trails);
    add_run("d", 1, 0);
    add_run("e", 100, 0);
    trail = only();
    cr_expect_eq(trail->state, TRAIL_GONE);
    cr_expect_not(trail->replayed);
    cr_expect_eq(trail->gone_ns, 4000000000u);
    cr_expect_str_eq(trail->gone_commit, "d");
    store_trails_free(&trails);
}

Test(store_trails, forget_that_it_was_gone_when_it_comes_back)
{
    add_run("a", 100, 50);
    add_run("b", 100, 0);
    add_run("c", 100, 1);
    const struct report_trail *trail = only();
    cr_expect_eq(trail->state, TRAIL_SEEN);
    cr_expect_eq(trail->clean, 0);
    cr_expect_str_eq(trail->last_commit, "c");
    store_trails_free(&trails);
}

Test(store_trails, are_gone_when_the_recorded_schedule_passes)
{
    add_run("a", 1000, 1);
    add_run("b", 1, 0);
    add_run("c", 1, 0);
    cr_expect_eq(only()->state, TRAIL_QUIET);
    store_trails_free(&trails);
    fixture_sql(&f, "INSERT INTO fixed VALUES('s-1', 2900000000)");
    const struct report_trail *trail = only();
    cr_expect_eq(trail->state, TRAIL_GONE);
    cr_expect(trail->replayed);
    cr_expect_str_eq(trail->gone_commit, "b");
    store_trails_free(&trails);
    /* A mark from before the last sight is none. */
    fixture_sql(&f, "UPDATE fixed SET marked_ns = 1400000000");
    cr_expect_eq(only()->state, TRAIL_QUIET);
    store_trails_free(&trails);
}

Test(store_trails, keep_the_newest_points)
{
    for (unsigned i = 0; i < STORE_POINTS + 5; i++)
        add_run("a", i + 1, 1);
    const struct report_trail *trail = only();
    cr_assert_eq(trail->point_count, STORE_POINTS);
    cr_expect_eq(trail->points[0].iterations, 6);
    cr_expect_eq(trail->points[STORE_POINTS - 1].iterations, STORE_POINTS + 5);
    cr_expect_eq(trail->runs, STORE_POINTS + 5);
    store_trails_free(&trails);
}

Test(store_trails, of_all_scenarios_are_in_the_order_of_their_names)
{
    struct store_run run;
    cr_assert_eq(fixture_add_run(&f, 3, &run), 0);
    add_run("a", 1, 1);
    cr_assert_eq(store_trails(f.store, NULL, &trails, &f.diag), 0);
    cr_assert_eq(trails.count, 4);
    cr_expect_str_eq(trails.items[0].scenario, "s");
    for (size_t i = 1; i < trails.count; i++) {
        char name[32];
        snprintf(name, sizeof(name), "s%zu", i - 1);
        cr_expect_str_eq(trails.items[i].scenario, name);
        cr_expect_eq(trails.items[i].point_count, 1);
    }
    store_trails_free(&trails);
    cr_expect_eq(trails.count, 0);
    store_trails_free(&trails);
}
