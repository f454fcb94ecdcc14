#include "recheck.h"

#include <errno.h>

#include "attempt.h"
#include "base/error.h"
#include "compare.h"
#include "explain/search.h"
#include "trace/plan.h"

struct recheck_state {
    const struct trace *trace;
    const struct recheck_options *options;
    struct rerun *rerun;
    struct attempt attempt;
    struct schedule_plan plan;
    bool known; /* the plan */
    /* Runs so far, and those of them that had another failure. */
    uint64_t runs, others;
    bool fails;
    struct recheck *out;
    struct mps_diag *diag;
};

static void count(struct recheck_state *state, enum explain_verdict verdict)
{
    state->runs++;
    state->others += verdict == EXPLAIN_OTHER;
    state->fails |= verdict == EXPLAIN_SAME;
}

/* Once, under CONTROL or freely. SAME_WAY: it went as it was recorded. */
static int run_once(struct recheck_state *state, uint64_t seed,
                    const struct control *control, bool *same_way)
{
    struct outcome outcome;
    struct finding_list findings = {0};
    int err = rerun_once(state->rerun, seed, control, &outcome, &findings,
                         state->diag);
    if (!err)
        count(state, attempt_verdict(&state->attempt, &findings));
    finding_list_clear(&findings);
    if (err || !same_way)
        return err;
    struct divergence divergence = {.diverged = false};
    err = compare_run(&divergence, state->trace, &outcome);
    *same_way = !err && !divergence.diverged;
    divergence_fini(&divergence);
    return err;
}

static int replay(struct recheck_state *state)
{
    const struct trace_meta *meta = trace_meta(state->trace);
    struct control control;
    bool same_way = false;
    if (!state->known)
        return 0;
    rerun_control(state->trace, &control);
    control.plan = &state->plan;
    control.without_stacks = true;
    /* The order of ops of a free run is never all that happened in it. */
    int err = run_once(state, meta->seed, &control,
                       meta->controlled ? &same_way : NULL);
    state->out->recorded = state->fails || same_way;
    return err;
}

/* What the callback of a search sees of it. */
static int try_counted(void *context, const struct explain_request *request,
                       struct explain_result *result)
{
    struct recheck_state *state = context;
    int err = attempt_schedule(&state->attempt, request, result);
    if (!err)
        count(state, result->verdict);
    return err;
}

static bool is_stopped(void *context)
{
    const struct recheck_state *state = context;
    return *state->options->rerun.stop;
}

static int search(struct recheck_state *state)
{
    struct explain_subject subject = {
        .run = try_counted,
        .context = state,
        .seed = trace_meta(state->trace)->seed,
    };
    struct explain_budget budget = {
        .runs = state->options->schedules,
        .stop = is_stopped,
        .context = state,
    };
    struct explain_found found;
    int err = explain_search(&subject, &budget,
                             state->known ? &state->plan : NULL, &found);
    state->out->schedules = found.schedules;
    explain_found_fini(&found);
    return err == -MPS_ENOMATCH ? 0 : err;
}

static int run_freely(struct recheck_state *state)
{
    uint64_t seed = trace_meta(state->trace)->seed;
    uint64_t most = rerun_tool(state->trace) ? 1 : state->options->schedules;
    int err = 0;
    for (uint64_t i = 0;
         i < most && !state->fails && !err && !*state->options->rerun.stop;
         i++) {
        err = run_once(state, seed, NULL, NULL);
        state->out->free_runs += !err;
    }
    return err;
}

static int decide(struct recheck_state *state)
{
    bool tool = rerun_tool(state->trace);
    int err = tool ? 0 : replay(state);
    if (!err && !tool && !state->fails && !state->out->recorded)
        err = search(state);
    if (!err && !state->fails && !trace_meta(state->trace)->controlled)
        err = run_freely(state);
    if (err)
        return err;
    state->out->verdict = state->fails ? RECHECK_FAILS
                          : state->runs && state->others == state->runs
                              ? RECHECK_OTHER
                              : RECHECK_PASSES;
    return *state->options->rerun.stop ? -EINTR : 0;
}

int recheck_run(struct recheck *out, const struct trace *trace,
                const struct recheck_options *options, struct mps_diag *diag)
{
    *out = (struct recheck){.recorded = false};
    struct recheck_state state = {
        .trace = trace, .options = options, .out = out, .diag = diag};
    int err = rerun_open(&state.rerun, trace, &options->rerun, diag);
    if (err)
        return err;
    state.attempt = (struct attempt){
        .rerun = state.rerun,
        .trace = trace,
        .any = options->any,
        .diag = diag,
    };
    if (!rerun_tool(trace)) {
        err = trace_plan(trace, &state.plan);
        state.known = !err;
        /* What was not kept of it can still be searched for. */
        if (err == -MPS_EFULL)
            err = 0;
    }
    if (!err)
        err = decide(&state);
    plan_fini(&state.plan);
    rerun_close(state.rerun);
    return *options->rerun.stop ? -EINTR : err;
}
