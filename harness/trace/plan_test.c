#include "plan.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "fixture_test.h"
#include "segment/write.h"

static struct trace *reopen(struct fixture *f)
{
    struct trace *trace;
    fixture_save(f);
    int err = trace_open(&trace, f->path, &f->diag);
    cr_assert_eq(err, 0, "%s", f->diag.text);
    return trace;
}

static void expect_same_plan(const struct schedule_plan *got,
                             const struct schedule_plan *expected)
{
    cr_expect_eq(got->unit, expected->unit);
    cr_assert_eq(got->task_count, expected->task_count);
    for (uint32_t i = 0; i < got->task_count; i++) {
        cr_expect_eq(got->tasks[i].parent, expected->tasks[i].parent);
        cr_expect_eq(got->tasks[i].ordinal, expected->tasks[i].ordinal);
    }
    cr_assert_eq(got->segment_count, expected->segment_count);
    for (uint32_t i = 0; i < got->segment_count; i++) {
        cr_expect_eq(got->segments[i].task, expected->segments[i].task);
        cr_expect_eq(got->segments[i].count, expected->segments[i].count);
    }
}

Test(trace_plan, of_a_controlled_iteration_is_the_one_it_took)
{
    struct fixture *f = fixture_new();
    fixture_control(f);
    struct trace *trace = reopen(f);
    struct schedule_plan expected, got;
    cr_assert_eq(plan_from_outcome(&expected, &f->outcome), 0);
    cr_assert_eq(expected.segment_count, 5);
    cr_assert_eq(trace_plan(trace, &got), 0);
    expect_same_plan(&got, &expected);
    plan_fini(&expected);
    plan_fini(&got);
    trace_close(trace);
    fixture_free(f);
}

Test(trace_plan, of_a_free_iteration_is_the_order_of_its_ops)
{
    struct fixture *f = fixture_new();
    struct trace *trace = reopen(f);
    struct schedule_plan expected, got;
    cr_assert_eq(plan_from_ops(&expected, f->segment), 0);
    cr_assert_gt(expected.segment_count, 3);
    cr_assert_eq(trace_plan(trace, &got), 0);
    expect_same_plan(&got, &expected);
    plan_fini(&expected);
    plan_fini(&got);
    trace_close(trace);
    fixture_free(f);
}

static void expect_refused(struct fixture *f, int code)
{
    struct trace *trace;
    struct schedule_plan plan;
    int err = trace_open(&trace, f->path, &f->diag);
    cr_assert_eq(err, 0, "%s", f->diag.text);
    cr_expect_eq(trace_plan(trace, &plan), code);
    cr_expect_null(plan.segments);
    cr_expect_null(plan.tasks);
    trace_close(trace);
}

Test(trace_plan, says_when_the_schedule_is_not_all_there)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    fixture_sql(f, "UPDATE meta SET value = '1' WHERE key = 'ops_lost'");
    expect_refused(f, -MPS_EFULL);
    fixture_control(f);
    f->segment->schedule.segment_count = SCHEDULE_SEGMENTS + 1;
    fixture_save(f);
    expect_refused(f, -MPS_EFULL);
    fixture_free(f);
}

Test(trace_plan, refuses_tasks_without_a_place_in_the_tree)
{
    static const struct {
        const char *path;
        int code;
    } paths[] = {
        {"", -MPS_ECORRUPT},   {"1", -MPS_ECORRUPT},
        {"0.", -MPS_ECORRUPT}, {"0.1x", -MPS_ECORRUPT},
        {"00", -MPS_ECORRUPT}, {"0.4294967296", -MPS_ECORRUPT},
        {"?.3.1", -MPS_EFULL},
    };
    struct fixture *f = fixture_new();
    fixture_control(f);
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        char sql[100];
        fixture_save(f);
        snprintf(sql, sizeof(sql),
                 "UPDATE tasks SET path = '%s' WHERE number = 2",
                 paths[i].path);
        fixture_sql(f, sql);
        expect_refused(f, paths[i].code);
    }
    fixture_free(f);
}

Test(trace_plan, names_no_more_tasks_than_a_plan_can)
{
    struct fixture *f = fixture_new();
    uint64_t site = fixture_site(f);
    for (int i = 3; i < SCHEDULE_TASKS + 2; i++) {
        cr_assert_eq(segment_task_new(f->segment, 1, site), i);
        segment_task_end(f->segment, (uint32_t)i);
    }
    fixture_control(f);
    struct trace *trace = reopen(f);
    struct schedule_plan plan;
    cr_assert_eq(trace_plan(trace, &plan), 0);
    cr_expect_eq(plan.task_count, SCHEDULE_TASKS);
    plan_fini(&plan);
    trace_close(trace);
    f->segment->schedule.segments[2].task = SCHEDULE_TASKS + 1;
    fixture_save(f);
    expect_refused(f, -MPS_EFULL);
    fixture_free(f);
}

Test(trace_plan, paths_go_in_and_come_out)
{
    struct schedule_task tasks[SCHEDULE_TASKS] = {{0, 0}};
    struct schedule_plan plan = {.tasks = tasks, .task_count = 1};
    char path[TASK_PATH_BYTES];
    uint32_t number;
    cr_assert_eq(trace_plan_add(&plan, "0.3.4294967295", &number), 0);
    cr_expect_eq(number, 2);
    cr_expect_eq(plan.task_count, 3);
    cr_expect_str_eq(trace_plan_path(&plan, 2, path), "0.3.4294967295");
    cr_expect_str_eq(trace_plan_path(&plan, 1, path), "0.3");
    cr_expect_str_eq(trace_plan_path(&plan, 0, path), "0");
    cr_expect_str_eq(trace_plan_path(&plan, 3, path), "?");
    cr_assert_eq(trace_plan_add(&plan, "0.3", &number), 0);
    cr_expect_eq(number, 1);
    tasks[1].parent = 3; /* a circle */
    cr_expect_eq(*trace_plan_path(&plan, 2, path), '?');
}
