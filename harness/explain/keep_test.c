#include "keep.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/str.h"
#include "model_test.h"
#include "runner/outcome.h"
#include "trace/plan.h"

/* A trace of the last run of M. */
static char *save(const struct model *m)
{
    static const struct scenario scenario = {.name = "model", .directory = "/"};
    const struct choice choice = {.scenario = &scenario};
    const struct outcome outcome = {
        .choice = &choice,
        .segment = m->segment,
        .controlled = true,
        .program = "/model",
        .stdout_fd = -1,
        .stderr_fd = -1,
        .directory_fd = -1,
    };
    const struct trace_info info = {.id = "model-1", .command = "mpstress"};
    const struct finding_list none = {.count = 0};
    struct mps_diag diag;
    char *path = str_format("/tmp/mpstress-keep-%d.mpt", (int)getpid());
    cr_assert_not_null(path);
    int err = trace_save(path, &info, &outcome, &none, &diag);
    cr_assert_eq(err, 0, "%s", diag.text);
    return path;
}

/* From a failure to the file and back: what is in it replays, and names the
 * tasks, ops and places. */
Test(keep, an_explanation_goes_into_the_trace_and_comes_back)
{
    static const struct trace_param params[] = {{"workers", "2"}};
    struct model *m = model_lost_update(2, 1);
    struct explain_subject subject = model_subject(m);
    struct explain_budget budget = model_budget();
    struct explain_minimal minimal;
    struct explain_pair pair;
    struct schedule_plan start;
    struct mps_diag diag;
    model_find(m, STRATEGY_RANDOM, 1, &start);
    char *path = save(m);
    cr_assert_eq(explain_minimise(&subject, &budget, &start, &minimal), 0);
    cr_assert_eq(explain_pair(&subject, &budget, &minimal.result, &pair), 0);
    int err = explain_keep(path, &minimal, &pair, params, 1, &diag);
    cr_assert_eq(err, 0, "%s", diag.text);

    struct trace *trace;
    cr_assert_eq(trace_open(&trace, path, &diag), 0, "%s", diag.text);
    const struct trace_explanation *why = trace_explanation(trace);
    cr_assert_not_null(why);
    cr_expect_eq(why->cost.preemptions, 1);
    cr_expect_eq(why->cost_before.steps, minimal.before.steps);
    cr_expect_eq(why->runs, budget.used);
    cr_expect_str_eq(why->params[0].value, "2");
    cr_expect_eq(why->seed, subject.seed);
    cr_expect(why->complete);
    cr_assert(why->has_pair);
    cr_expect(why->dependent);
    for (size_t i = 0; i < 2; i++) {
        const struct trace_critical_op *op = &why->pair[i];
        const struct trace_explained_task *task = &why->tasks[op->task];
        cr_expect_str_eq(op->object, "shared memory v0");
        cr_expect_eq(strncmp(op->place, "model+0x", 8), 0);
        cr_expect_eq(strncmp(task->path, "0.", 2), 0);
        cr_expect_eq(task->name[0], 's');
    }
    cr_assert_eq(why->op_count, minimal.result.op_count);
    for (size_t i = 0; i < why->op_count; i++)
        cr_expect_str_eq(why->ops[i].kind,
                         op_kind_name(minimal.result.ops[i].kind));

    struct schedule_plan plan;
    struct explain_result again;
    cr_assert_eq(trace_minimal_plan(why, &plan), 0);
    struct explain_request request = {.plan = &plan, .seed = why->seed};
    cr_assert_eq(model_run(m, &request, &again), 0);
    cr_expect_eq(again.verdict, EXPLAIN_SAME);
    cr_expect_eq(again.cost.steps, why->cost.steps);
    cr_expect_eq(again.cost.preemptions, 1);
    explain_result_fini(&again);
    plan_fini(&plan);
    trace_close(trace);
    unlink(path);
    free(path);
    explain_pair_fini(&pair);
    explain_minimal_fini(&minimal);
    plan_fini(&start);
    model_free(m);
}

/* A task that only another run has is added for the pair. */
Test(keep, the_pair_may_be_of_tasks_the_shortest_run_lacks)
{
    struct model *m = model_lost_update(2, 1);
    struct explain_subject subject = model_subject(m);
    struct explain_budget budget = model_budget();
    struct explain_minimal minimal;
    struct schedule_plan start;
    struct mps_diag diag;
    struct explain_pair pair = {
        .ops = {{.path = "0.1", .object = "", .place = ""},
                {.path = "0.7", .name = "late", .object = "", .place = ""}},
    };
    model_find(m, STRATEGY_RANDOM, 1, &start);
    char *path = save(m);
    cr_assert_eq(explain_minimise(&subject, &budget, &start, &minimal), 0);
    cr_assert_eq(explain_keep(path, &minimal, &pair, NULL, 0, &diag), 0, "%s",
                 diag.text);
    struct trace *trace;
    cr_assert_eq(trace_open(&trace, path, &diag), 0, "%s", diag.text);
    const struct trace_explanation *why = trace_explanation(trace);
    cr_assert_eq(why->task_count, 4);
    cr_expect_eq(why->pair[0].task, 2);
    cr_expect_eq(why->pair[1].task, 3);
    cr_expect_str_eq(why->tasks[3].path, "0.7");
    cr_expect_str_eq(why->tasks[3].name, "late");
    trace_close(trace);
    unlink(path);
    free(path);
    explain_minimal_fini(&minimal);
    plan_fini(&start);
    model_free(m);
}
