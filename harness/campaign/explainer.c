#include "explainer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "explain/keep.h"
#include "explain/params.h"
#include "explain/search.h"
#include "rerun.h"
#include "scenario/arena.h"
#include "stack.h"
#include "trace/plan.h"

/* Of the time: for making a stress failure exact, and at the end for the
 * pair. */
enum { EXACT_SHARE = 2, REPLAYS = 2 };

struct explainer {
    const char *path;
    const struct explainer_options *options;
    struct trace *trace;
    struct rerun *rerun;
    struct attempt attempt;    /* what explain/ runs the program by */
    struct schedule_plan plan; /* of a run that shows the finding */
    uint64_t seed;             /* of that run */
    struct explain_budget budget;
    uint64_t deadline_ns;
    struct mps_diag *diag;
};

static bool is_stopped(void *context)
{
    const struct explainer *explainer = context;
    return *explainer->options->stop;
}

static struct explain_subject subject_of(struct explainer *explainer)
{
    return (struct explain_subject){
        .run = attempt_schedule,
        .context = &explainer->attempt,
        .seed = explainer->seed,
    };
}

/* What is left, at most the N-th part of it. */
static struct explain_budget part(const struct explainer *explainer, unsigned n)
{
    struct explain_budget budget = explainer->budget;
    uint64_t now = clock_now_ns();
    budget.runs /= n;
    if (budget.deadline_ns && budget.deadline_ns > now)
        budget.deadline_ns = now + (budget.deadline_ns - now) / n;
    return budget;
}

/* -- From a free run to an exact one
 * -----------------------------------------*/

static int take_plan(struct explainer *explainer,
                     const struct explain_result *result)
{
    plan_fini(&explainer->plan);
    explainer->seed = result->seed;
    return plan_copy(&explainer->plan, &result->plan);
}

static const char *origin_text(const struct explained *out, char *buf,
                               size_t size)
{
    if (out->exactness == EXACT_ORDER)
        snprintf(buf, size,
                 "found in stress mode; the order of its operations, enforced "
                 "under control, shows it");
    else
        snprintf(buf, size,
                 "found in stress mode; the order of its operations was not "
                 "enough, schedule %llu of a search near it shows it",
                 (unsigned long long)out->schedules);
    return buf;
}

/* Run the schedule that was found once more, and write that run in place of
 * the free one. */
static int save_exact(struct explainer *explainer, const struct explained *out)
{
    const struct trace_meta *meta = trace_meta(explainer->trace);
    struct control control;
    struct outcome outcome;
    struct finding_list findings = {0};
    char origin[200];
    rerun_control(explainer->trace, &control);
    control.plan = &explainer->plan;
    int err = rerun_once(explainer->rerun, explainer->seed, &control, &outcome,
                         &findings, explainer->diag);
    struct trace_info info = {
        .id = meta->id,
        .command = meta->command,
        .scenario_path = meta->scenario_path,
        .base_seed = meta->base_seed,
        .wall_ns = meta->wall_ns,
        .origin = origin_text(out, origin, sizeof(origin)),
    };
    if (!err && rerun_same(explainer->trace, &findings, false))
        err = trace_save(explainer->path, &info, &outcome, &findings,
                         explainer->diag);
    else if (!err)
        err = -MPS_ENOMATCH;
    finding_list_clear(&findings);
    return err;
}

/* The order of the ops of the free run, then a search near it. -MPS_ENOMATCH
 * when neither shows the finding. */
static int make_exact(struct explainer *explainer, struct explained *out)
{
    struct explain_subject subject = subject_of(explainer);
    struct explain_budget budget = part(explainer, EXACT_SHARE);
    struct schedule_plan order = {0};
    struct explain_result result = {0};
    /* A ring that lost the oldest ops leaves the search alone. */
    int err = trace_plan(explainer->trace, &order);
    bool known = !err;
    if (known) {
        struct explain_request request = {
            .plan = &order,
            .tail = STRATEGY_SEQUENTIAL,
            .seed = explainer->seed,
        };
        err = explain_run(&subject, &budget, &request, &result);
        if (!err && result.verdict == EXPLAIN_SAME) {
            out->exactness = EXACT_ORDER;
            err = take_plan(explainer, &result);
        }
        explain_result_fini(&result);
    }
    if (out->exactness == EXACT_NOT && (!err || !known)) {
        struct explain_found found;
        err = explain_search(&subject, &budget, known ? &order : NULL, &found);
        out->schedules = found.schedules;
        if (!err) {
            out->exactness = EXACT_SEARCH;
            err = take_plan(explainer, &found.result);
        }
        explain_found_fini(&found);
    }
    plan_fini(&order);
    if (!err)
        err = save_exact(explainer, out);
    if (err == -MPS_ENOMATCH)
        out->exactness = EXACT_NOT;
    return err;
}

/* -- Explaining an exact one
 * --------------------------------------------------*/

static int count_replays(struct explainer *explainer, struct explained *out)
{
    struct explain_subject subject = subject_of(explainer);
    struct explain_request request = {
        .plan = &explainer->plan,
        .tail = STRATEGY_SEQUENTIAL,
        .seed = explainer->seed,
    };
    int err = 0;
    for (unsigned i = 0; i < REPLAYS && !err; i++) {
        struct explain_result result = {0};
        err = explain_run(&subject, &explainer->budget, &request, &result);
        if (!err) {
            out->replays++;
            out->replays_failed += result.verdict == EXPLAIN_SAME;
        }
        explain_result_fini(&result);
    }
    return err;
}

static int keep(struct explainer *explainer,
                const struct explain_minimal *minimal,
                const struct explain_pair *pair)
{
    const struct scenario *scenario = rerun_scenario(explainer->rerun);
    const char **values = rerun_values(explainer->rerun);
    size_t count = scenario->parameter_count;
    struct trace_param *params = calloc(count + 1, sizeof(*params));
    if (!params)
        return diag_set(explainer->diag, -ENOMEM, "out of memory");
    for (size_t i = 0; i < count; i++)
        params[i] =
            (struct trace_param){scenario->parameters[i].name, values[i]};
    int err = explain_keep(explainer->path, minimal, pair, params, count,
                           explainer->diag);
    free(params);
    return err;
}

/* -- Fewer workers and work items
 * ----------------------------------------------*/

enum { PROBE_RUNS = 60, PARAMS_SHARE = 3, PARAMS = 16 };

/* Parameters that are being made smaller. */
struct smaller {
    struct explainer *explainer;
    struct explain_param params[PARAMS];
    size_t index[PARAMS]; /* of the scenario's parameter */
    char *texts[PARAMS];  /* their values, while they are others */
    size_t count;
};

static void smaller_fini(struct smaller *smaller)
{
    for (size_t i = 0; i < smaller->count; i++)
        free(smaller->texts[i]);
    smaller->count = 0;
}

/* Run with the values of PARAMS from here on. */
static int set_values(struct smaller *smaller,
                      const struct explain_param *params)
{
    const char **values = rerun_values(smaller->explainer->rerun);
    for (size_t i = 0; i < smaller->count; i++) {
        char *text = str_format("%lld", (long long)params[i].value);
        if (!text)
            return -ENOMEM;
        values[smaller->index[i]] = text;
        free(smaller->texts[i]);
        smaller->texts[i] = text;
    }
    return 0;
}

static int probe(void *context, const struct explain_param *params,
                 size_t count, struct explain_budget *budget,
                 struct explain_result *result)
{
    struct smaller *smaller = context;
    struct explain_subject subject = subject_of(smaller->explainer);
    struct explain_found found;
    (void)count;
    int err = set_values(smaller, params);
    if (err)
        return err;
    err = explain_search(&subject, budget, NULL, &found);
    if (!err)
        *result = found.result;
    else
        explain_found_fini(&found);
    return err;
}

static void list_params(struct smaller *smaller)
{
    const struct scenario *scenario = rerun_scenario(smaller->explainer->rerun);
    const char **values = rerun_values(smaller->explainer->rerun);
    for (const char *const *name = scenario->shrink;
         name && *name && smaller->count < PARAMS; name++)
        for (size_t i = 0; i < scenario->parameter_count; i++) {
            int64_t least;
            if (strcmp(scenario->parameters[i].name, *name) ||
                scenario_lowest(scenario, *name, &least))
                continue;
            size_t n = smaller->count++;
            smaller->index[n] = i;
            smaller->params[n] = (struct explain_param){
                *name, strtoll(values[i], NULL, 10), least};
            if (smaller->params[n].value < least)
                smaller->params[n].value = least;
        }
}

/* Take over the smallest run that still shows the finding. */
static int shrink_params(struct explainer *explainer, struct smaller *smaller)
{
    *smaller = (struct smaller){.explainer = explainer};
    list_params(smaller);
    if (!smaller->count)
        return 0;
    struct explain_budget budget = part(explainer, PARAMS_SHARE);
    struct explain_result result = {0};
    int err = explain_shrink_params(probe, smaller, &budget, PROBE_RUNS,
                                    smaller->params, smaller->count, &result);
    /* The last probe may have been in vain, with other values. */
    int set = set_values(smaller, smaller->params);
    if (!err)
        err = set;
    if (!err && result.plan.segment_count)
        err = take_plan(explainer, &result);
    explain_result_fini(&result);
    return err;
}

/* Who called the two, out to the program's own lines: what stands in a lock or
 * a queue of a library says little. Not to know is no failure. */
static int find_calls(struct explainer *explainer,
                      const struct explain_result *minimal,
                      struct explain_pair *pair)
{
    enum { FRAMES = 16 };
    for (size_t i = 0; i < 2; i++) {
        struct explain_pair_op *op = &pair->ops[i];
        struct location frames[FRAMES];
        size_t count =
            stack_find(explainer->rerun, explainer->trace, &minimal->plan,
                       minimal->seed, op->path, op->nth, frames, FRAMES);
        size_t own = stack_own(frames, count);
        if (!own)
            continue;
        struct str s;
        str_init(&s);
        stack_add(&s, frames, 1, own);
        op->calls = str_ok(&s) ? arena_text(pair->texts, s.data) : NULL;
        str_fini(&s);
        if (!op->calls)
            return -ENOMEM;
    }
    return 0;
}

static int minimise(struct explainer *explainer, struct explained *out)
{
    /* Fewer workers and items first: what is left is smaller in every way. */
    struct smaller smaller;
    int err = shrink_params(explainer, &smaller);
    struct explain_subject subject = subject_of(explainer);
    struct explain_minimal minimal;
    if (!err)
        err = explain_minimise(&subject, &explainer->budget, &explainer->plan,
                               &minimal);
    if (err) {
        smaller_fini(&smaller);
        return err;
    }
    struct explain_pair pair;
    err = explain_pair(&subject, &explainer->budget, &minimal.result, &pair);
    out->minimal = true;
    out->pair = !err;
    err = out->pair ? find_calls(explainer, &minimal.result, &pair) : 0;
    if (!err)
        err = keep(explainer, &minimal, out->pair ? &pair : NULL);
    if (out->pair)
        explain_pair_fini(&pair);
    explain_minimal_fini(&minimal);
    smaller_fini(&smaller);
    return err;
}

/* -- All of it
 * ------------------------------------------------------------------*/

static int explain(struct explainer *explainer, struct explained *out)
{
    const struct trace_meta *meta = trace_meta(explainer->trace);
    explainer->attempt = (struct attempt){
        .rerun = explainer->rerun,
        .trace = explainer->trace,
        .diag = explainer->diag,
    };
    explainer->seed = meta->seed;
    int err;
    if (meta->controlled) {
        out->exactness = EXACT_ALREADY;
        err = trace_plan(explainer->trace, &explainer->plan);
    } else {
        err = make_exact(explainer, out);
    }
    if (!err)
        err = count_replays(explainer, out);
    if (!err)
        err = minimise(explainer, out);
    return err;
}

int explainer_run(const char *path, const struct explainer_options *options,
                  struct explained *out, struct mps_diag *diag)
{
    *out = (struct explained){.exactness = EXACT_NOT};
    struct explainer explainer = {
        .path = path,
        .options = options,
        .diag = diag,
        .budget = {.runs = options->runs ? options->runs : UINT64_MAX,
                   .deadline_ns =
                       options->time_ns ? clock_now_ns() + options->time_ns : 0,
                   .stop = is_stopped,
                   .context = &explainer},
    };
    struct rerun_options rerun_options = {
        .toolchain = options->toolchain,
        .workspace = options->workspace,
        .isolation = options->isolation,
        .stop = options->stop,
    };
    int err = trace_open(&explainer.trace, path, diag);
    const char *tool = err ? NULL : rerun_tool(explainer.trace);
    if (tool)
        err = diag_set(diag, -MPS_EUSAGE,
                       "%s was found under %s, which follows no schedule: "
                       "there is nothing to shrink",
                       trace_meta(explainer.trace)->id, tool);
    if (!err)
        err =
            rerun_open(&explainer.rerun, explainer.trace, &rerun_options, diag);
    if (!err)
        err = explain(&explainer, out);
    rerun_close(explainer.rerun);
    plan_fini(&explainer.plan);
    trace_close(explainer.trace);
    /* Not finding an explanation is no failure of the explainer. */
    if (err == -MPS_ETIMEOUT || err == -MPS_ENOMATCH || err == -MPS_EFULL)
        err = 0;
    return *options->stop ? -EINTR : err;
}
