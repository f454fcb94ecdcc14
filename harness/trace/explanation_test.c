#include "explanation.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "fixture_test.h"
#include "plan.h"

static struct trace *reopen(struct fixture *f)
{
    struct trace *trace;
    int err = trace_open(&trace, f->path, &f->diag);
    cr_assert_eq(err, 0, "%s", f->diag.text);
    return trace;
}

Test(explanation, there_is_none_before_shrinking)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    struct trace *trace = reopen(f);
    cr_expect_null(trace_explanation(trace));
    trace_close(trace);
    fixture_free(f);
}

Test(explanation, is_kept_beside_the_rest_of_the_trace)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    fixture_explain(f);
    fixture_explain(f); /* the second replaces the first */
    struct trace *trace = reopen(f);
    const struct trace_explanation *why = trace_explanation(trace);
    cr_assert_not_null(why);
    cr_expect_eq(why->seed, UINT64_MAX);
    cr_assert_eq(why->param_count, 1);
    cr_expect_str_eq(why->params[0].name, "workers");
    cr_expect_str_eq(why->params[0].value, "1");
    cr_assert_eq(why->task_count, 3);
    cr_expect_str_eq(why->tasks[1].path, "0.0");
    cr_expect_str_eq(why->tasks[1].name, "producer");
    cr_assert_eq(why->segment_count, 4);
    cr_expect_eq(why->segments[1].task, 1);
    cr_expect_eq(why->segments[1].count, 4);
    cr_assert_eq(why->op_count, 11);
    cr_expect_eq(why->ops[8].task, 2);
    cr_expect_str_eq(why->ops[8].kind, "mutex lock");
    cr_expect_str_eq(why->ops[8].object, "mutex /ring+0x80");
    cr_expect_str_eq(why->ops[8].place, "consume() ring.c:21");
    cr_expect(why->ops[8].completed);
    cr_expect_not(why->ops[9].completed);
    cr_expect_eq(why->cost.preemptions, 1);
    cr_expect_eq(why->cost.switches, 3);
    cr_expect_eq(why->cost.steps, 10);
    cr_expect_eq(why->cost_before.preemptions, 7);
    cr_expect_eq(why->cost_before.switches, 20);
    cr_expect_eq(why->cost_before.steps, 101);
    cr_expect(why->has_pair);
    cr_expect(why->dependent);
    cr_expect_eq(why->pair[1].task, 1);
    cr_expect_eq(why->pair[1].nth, 6);
    cr_expect_str_eq(why->pair[1].kind, "mutex lock");
    cr_expect_str_eq(why->pair[0].place, "consume() ring.c:21");
    cr_expect_eq(why->runs, 31);
    cr_expect_eq(why->elapsed_ns, 99);
    cr_expect(why->complete);
    const struct trace_op *ops;
    cr_expect_eq(trace_ops(trace, &ops), 10);
    cr_expect_eq(trace_meta(trace)->seed, UINT64_C(0xfedcba9876543210));
    trace_close(trace);
    fixture_free(f);
}

Test(explanation, holds_a_plan_for_the_shortest_run)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    fixture_explain(f);
    struct trace *trace = reopen(f);
    struct schedule_plan plan;
    cr_assert_eq(trace_minimal_plan(trace_explanation(trace), &plan), 0);
    cr_expect_eq(plan.unit, SCHEDULE_GRANTS);
    cr_assert_eq(plan.task_count, 3);
    cr_expect_eq(plan.tasks[2].parent, 1);
    cr_expect_eq(plan.tasks[2].ordinal, 1);
    cr_assert_eq(plan.segment_count, 4);
    cr_expect_eq(plan.segments[2].task, 2);
    cr_expect_eq(plan.segments[2].count, 2);
    plan_fini(&plan);
    trace_close(trace);
    fixture_sql(f, "UPDATE minimal_tasks SET path = '0.' WHERE number = 1");
    trace = reopen(f);
    cr_expect_eq(trace_minimal_plan(trace_explanation(trace), &plan),
                 -MPS_ECORRUPT);
    trace_close(trace);
    fixture_free(f);
}

Test(explanation, triggers_of_a_stranger_do_nothing)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    fixture_sql(f, "CREATE TRIGGER evil AFTER INSERT ON minimal BEGIN"
                   " DELETE FROM ops; END");
    fixture_explain(f);
    struct trace *trace = reopen(f);
    const struct trace_op *ops;
    cr_expect_eq(trace_ops(trace, &ops), 10);
    trace_close(trace);
    fixture_free(f);
}

Test(explanation, keeps_what_came_of_the_ops_and_the_messages)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    fixture_explain(f);
    struct trace *trace = reopen(f);
    const struct trace_explanation *why = trace_explanation(trace);
    cr_assert_not_null(why);
    cr_expect_eq(why->ops[2].begin, 30);
    cr_expect_eq(why->ops[2].end, 31);
    cr_expect_eq(why->ops[2].result, -11);
    cr_expect_eq(why->ops[3].argument, UINT64_MAX);
    cr_assert_eq(why->message_count, 2);
    cr_expect_not(why->messages[0].got);
    cr_expect(why->messages[1].got);
    cr_expect_eq(why->messages[1].task, 2);
    cr_expect_str_eq(why->messages[1].queue, "jobs");
    cr_assert_eq(why->messages[1].size, 3);
    cr_expect_arr_eq(why->messages[1].data, "a\0b", 3);
    trace_close(trace);
    fixture_sql(f, "DELETE FROM minimal_values WHERE position = 4");
    cr_expect_eq(trace_open(&trace, f->path, &f->diag), -MPS_ECORRUPT);
    cr_expect(strstr(f->diag.text, "minimal_values"), "%s", f->diag.text);
    fixture_free(f);
}

Test(explanation, tells_who_called_the_two_since_format_5)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    fixture_explain(f);
    struct trace *trace = reopen(f);
    const struct trace_explanation *why = trace_explanation(trace);
    cr_expect_str_eq(why->pair[0].calls, "");
    cr_expect_str_eq(why->pair[1].calls, "work() ring.c:33 < main() main.c:9");
    trace_close(trace);
    fixture_sql(f, "DELETE FROM pair_calls WHERE position = 1");
    cr_expect_eq(trace_open(&trace, f->path, &f->diag), -MPS_ECORRUPT);
    cr_expect(strstr(f->diag.text, "pair_calls"), "%s", f->diag.text);
    fixture_sql(f, "DROP TABLE pair_calls; PRAGMA user_version = 4");
    trace = reopen(f);
    why = trace_explanation(trace);
    cr_expect(why->has_pair);
    cr_expect_str_eq(why->pair[1].calls, "");
    trace_close(trace);
    /* And goes without them into such a one. */
    fixture_explain(f);
    trace = reopen(f);
    cr_expect_str_eq(trace_explanation(trace)->pair[1].calls, "");
    trace_close(trace);
    fixture_free(f);
}

Test(explanation, goes_without_results_into_a_trace_of_format_3)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    fixture_sql(f, "DROP TABLE minimal_values; DROP TABLE minimal_messages; "
                   "DROP TABLE pair_calls;"
                   "PRAGMA user_version = 3");
    fixture_explain(f);
    struct trace *trace = reopen(f);
    const struct trace_explanation *why = trace_explanation(trace);
    cr_assert_not_null(why);
    cr_assert_eq(why->op_count, 11);
    cr_expect_str_eq(why->ops[8].kind, "mutex lock");
    cr_expect_eq(why->ops[2].begin, 0);
    cr_expect_eq(why->message_count, 0);
    trace_close(trace);
    fixture_free(f);
}

static void expect_refused(struct fixture *f, int code)
{
    static const struct trace_explanation nothing = {.runs = 1};
    struct str before, after;
    fixture_read(f, &before);
    f->diag.text[0] = '\0';
    cr_expect_eq(trace_add_explanation(f->path, &nothing, &f->diag), code);
    cr_expect_arr_eq(f->diag.text, f->path, strlen(f->path));
    fixture_read(f, &after);
    cr_expect_eq(before.len, after.len);
    cr_expect_arr_eq(before.data, after.data, before.len);
    str_fini(&before);
    str_fini(&after);
}

Test(explanation, goes_only_into_a_sound_trace_with_room_for_it)
{
    struct fixture *f = fixture_new();
    fixture_write(f, "hello", 5);
    expect_refused(f, -MPS_EINPUT);
    fixture_save(f);
    fixture_sql(f, "DROP TABLE ops");
    expect_refused(f, -MPS_ECORRUPT);
    fixture_save(f);
    fixture_sql(f, "DROP TABLE mishaps; DROP TABLE explanation;"
                   "DROP TABLE minimal_params; DROP TABLE minimal_ops;"
                   "DROP TABLE minimal; DROP TABLE pair;"
                   "DROP TABLE minimal_tasks; DROP TABLE minimal_values;"
                   "DROP TABLE minimal_messages; DROP TABLE pair_calls; PRAGMA "
                   "user_version = 1");
    expect_refused(f, -MPS_EVERSION);
    fixture_free(f);
}
