#include "diagnose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "campaign/stack.h"
#include "conclude.h"
#include "steps.h"
#include "trace/plan.h"

static const struct step steps[DIAGNOSE_STEPS] = {
    {"single", "Single process first", step_single},
    {"loud", "Make it loud", step_loud},
    {"shared", "Remove shared state", step_shared},
    {"queues", "Replay the queues", step_queues},
    {"stress", "Stress it", step_stress},
    {"simplify", "Simplify", step_simplify},
};

void step_say(struct diagnose_step *out, const char *verdict,
              const char *format, ...)
{
    va_list args;
    va_start(args, format);
    out->verdict = verdict;
    str_clear(&out->says);
    str_vaddf(&out->says, format, args);
    va_end(args);
}

void step_show(struct diagnose_step *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str_vaddf(&out->evidence, format, args);
    str_add_char(&out->evidence, '\n');
    va_end(args);
}

/* -- Before the steps -------------------------------------------------------*/

/* The shortest schedule, which every step builds on, unless it is known. */
static int shrink(struct lab *lab)
{
    const struct diagnose_options *options = lab->options;
    const struct trace_explanation *why = trace_explanation(lab->trace);
    if (why && why->complete)
        return 0;
    struct explainer_options explainer = {
        .toolchain = options->toolchain,
        .workspace = options->workspace,
        .isolation = options->isolation,
        .time_ns = options->shrink_ns,
        .stop = options->stop,
    };
    int err = explainer_run(lab->path, &explainer, &lab->explained, lab->diag);
    trace_close(lab->trace);
    lab->trace = NULL;
    return err ? err : trace_open(&lab->trace, lab->path, lab->diag);
}

/* The schedule to replay, and the parameters that belong to it. */
static int choose_plan(struct lab *lab)
{
    const struct trace_meta *meta = trace_meta(lab->trace);
    lab->seed = meta->seed;
    int err = 0;
    if (lab->why) {
        lab->seed = lab->why->seed;
        rerun_set_params(lab->rerun, lab->why->params, lab->why->param_count);
        err = trace_minimal_plan(lab->why, &lab->plan);
    } else if (meta->controlled) {
        err = trace_plan(lab->trace, &lab->plan);
    } else {
        return 0;
    }
    if (err)
        return diag_set(lab->diag, err, "%s: its schedule: %s", meta->id,
                        error_text(err));
    lab->exact = true;
    return 0;
}

/* The calls behind the two ops, and what they say. */
static void find_stacks(struct lab *lab)
{
    for (size_t i = 0; i < 2 && (lab->facts.pair || lab->facts.told); i++) {
        struct fact_op *op = &lab->facts.ops[i];
        op->frame_count =
            lab->exact
                ? stack_find(lab->rerun, lab->trace, &lab->plan, lab->seed,
                             op->path, op->nth, op->frames, FACT_FRAMES)
                : 0;
    }
    facts_use_stacks(&lab->facts);
}

static int open_lab(struct lab *lab)
{
    struct rerun_options options = {
        .toolchain = lab->options->toolchain,
        .workspace = lab->options->workspace,
        .isolation = lab->options->isolation,
        .stop = lab->options->stop,
    };
    int err = trace_open(&lab->trace, lab->path, lab->diag);
    const char *tool = err ? NULL : rerun_tool(lab->trace);
    if (tool)
        err = diag_set(lab->diag, -MPS_EUSAGE,
                       "%s was found under %s, which follows no schedule: "
                       "there is nothing to experiment with",
                       trace_meta(lab->trace)->id, tool);
    if (!err)
        err = shrink(lab);
    if (err)
        return err;
    lab->why = trace_explanation(lab->trace);
    err = rerun_open(&lab->rerun, lab->trace, &options, lab->diag);
    if (!err)
        err = timeline_init(&lab->timeline, lab->trace);
    if (!err)
        err = facts_read(&lab->facts, lab->trace, &lab->timeline,
                         rerun_scenario(lab->rerun));
    if (err == -ENOMEM)
        diag_set(lab->diag, err, "out of memory");
    if (!err)
        err = choose_plan(lab);
    if (!err)
        find_stacks(lab);
    return err;
}

static void close_lab(struct lab *lab)
{
    facts_fini(&lab->facts);
    timeline_fini(&lab->timeline);
    plan_fini(&lab->plan);
    rerun_close(lab->rerun);
    trace_close(lab->trace);
}

/* -- All of it --------------------------------------------------------------*/

static int run_steps(struct lab *lab)
{
    int err = 0;
    for (size_t i = 0; i < DIAGNOSE_STEPS && !err; i++) {
        struct diagnose_step *step = &lab->out->steps[i];
        uint64_t start = clock_now_ns();
        err = steps[i].run(lab, step);
        step->elapsed_ns = clock_now_ns() - start;
        if (!err && lab_stopped(lab))
            err = -EINTR;
        if (!err && (!str_ok(&step->says) || !str_ok(&step->evidence)))
            err = diag_set(lab->diag, -ENOMEM, "out of memory");
    }
    return err;
}

static int name_failure(struct lab *lab)
{
    const struct finding_list *findings = trace_findings(lab->trace);
    lab->out->id = str_format("%s", trace_meta(lab->trace)->id);
    lab->out->what = str_format("%s", findings->count ? findings->items[0].what
                                                      : "nothing was found");
    return lab->out->id && lab->out->what
               ? 0
               : diag_set(lab->diag, -ENOMEM, "out of memory");
}

int diagnose_run(struct diagnose *out, const char *path,
                 const struct diagnose_options *options, struct mps_diag *diag)
{
    uint64_t start = clock_now_ns();
    *out = (struct diagnose){.id = NULL};
    for (size_t i = 0; i < DIAGNOSE_STEPS; i++) {
        out->steps[i].key = steps[i].key;
        out->steps[i].title = steps[i].title;
        str_init(&out->steps[i].says);
        str_init(&out->steps[i].evidence);
    }
    struct lab lab = {
        .options = options, .path = path, .out = out, .diag = diag};
    int err = open_lab(&lab);
    if (!err)
        err = name_failure(&lab);
    if (!err)
        err = run_steps(&lab);
    if (!err && (err = conclude(&lab)))
        diag_set(diag, err, "%s", error_text(err));
    close_lab(&lab);
    out->elapsed_ns = clock_now_ns() - start;
    if (err)
        diagnose_fini(out);
    return *options->stop ? -EINTR : err;
}

void diagnose_fini(struct diagnose *out)
{
    for (size_t i = 0; i < DIAGNOSE_STEPS && out->steps[i].key; i++) {
        str_fini(&out->steps[i].says);
        str_fini(&out->steps[i].evidence);
    }
    for (size_t i = 0; i < 2; i++) {
        free(out->ops[i].task);
        free(out->ops[i].does);
        free(out->ops[i].place);
        free(out->ops[i].calls);
    }
    free(out->id);
    free(out->what);
    free(out->log);
    free(out->object);
    free(out->conclusion);
    *out = (struct diagnose){.id = NULL};
}
