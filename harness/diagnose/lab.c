#include "lab.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "symbols/symbols.h"
#include "trace/plan.h"

static const struct schedule_plan nothing = {.unit = SCHEDULE_GRANTS};

/* Whether FINDINGS says that this run went wrong, not that another might. */
static bool went_wrong(const struct finding_list *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].kind != FINDING_RACE &&
            findings->items[i].kind != FINDING_LOCK_ORDER)
            return true;
    return false;
}

int lab_run(struct lab *lab, const struct lab_way *way,
            struct lab_result *result, struct outcome *outcome,
            struct finding_list *findings)
{
    struct finding_list own_findings = {0};
    struct outcome own_outcome;
    struct control control;
    rerun_control(lab->trace, &control);
    control.strategy = way->strategy;
    control.plan = way->plan ? way->plan : &nothing;
    control.depth = control.depth ? control.depth : 3;
    control.whole = way->whole;
    control.whole_count = way->whole_count;
    control.guard = control.guard || way->guard;
    control.races = control.races || way->races || way->guard;
    control.without_stacks = true;
    if (!findings)
        findings = &own_findings;
    int err = rerun_once(lab->rerun, way->seed, &control,
                         outcome ? outcome : &own_outcome, findings, lab->diag);
    *result = (struct lab_result){.same = false};
    if (!err) {
        result->same = rerun_same(lab->trace, findings, true);
        result->failed = went_wrong(findings);
    }
    finding_list_clear(&own_findings);
    return err;
}

void lab_choose(const struct lab *lab, unsigned attempt, struct lab_way *way)
{
    static const int strategies[] = {STRATEGY_RANDOM, STRATEGY_PCT,
                                     STRATEGY_POS};
    way->plan = NULL;
    way->strategy = STRATEGY_REPLAY;
    way->seed = lab->seed;
    if (!attempt)
        return;
    way->strategy = strategies[attempt % 3];
    way->seed = rng_mix(lab->seed, RNG_ITERATION, attempt);
}

int lab_count(struct lab *lab, const struct lab_way *way, unsigned n,
              struct lab_count *out)
{
    struct lab_way each = *way;
    *out = (struct lab_count){.runs = 0};
    for (unsigned i = 0; i < n; i++) {
        struct lab_result result;
        lab_choose(lab, i, &each);
        int err = lab_run(lab, &each, &result, NULL, NULL);
        if (err)
            return err;
        out->runs++;
        out->same += result.same;
        out->failed += result.failed;
        if (!i)
            out->first_failed = result.failed;
    }
    return 0;
}

uint64_t lab_key(const struct segment *segment, const char *object)
{
    char text[192];
    for (uint32_t i = 1; i <= segment->object_count && i <= SEGMENT_OBJECTS;
         i++)
        if (segment_object_get(segment, i) &&
            !strcmp(segment_object_text(segment, i, text, sizeof(text)),
                    object))
            return segment_object_key(segment, i);
    return 0;
}

int lab_param(const struct lab *lab, const char *name)
{
    const struct scenario *scenario = rerun_scenario(lab->rerun);
    for (size_t i = 0; i < scenario->parameter_count; i++)
        if (!strcmp(scenario->parameters[i].name, name))
            return (int)i;
    return -1;
}

bool lab_stopped(const struct lab *lab)
{
    return *lab->options->stop;
}

/* -- Stacks -----------------------------------------------------------------*/

struct look {
    const struct lab *lab;
    struct location *frames;
    size_t max, count;
};

static void look_at(void *context, pid_t pid, pid_t tid)
{
    enum { DEPTH = 48 };
    struct look *look = context;
    struct location all[DEPTH];
    int count =
        symbols_unwind(rerun_symbols(look->lab->rerun), pid, tid, all, DEPTH);
    for (int i = 0; i < count && look->count < look->max; i++)
        if (symbols_is_user_code(&all[i]))
            look->frames[look->count++] = all[i];
}

size_t lab_stack(struct lab *lab, const char *path, uint64_t nth,
                 struct location *frames, size_t max)
{
    struct look look = {.lab = lab, .frames = frames, .max = max};
    struct schedule_plan plan;
    struct outcome outcome;
    struct finding_list findings = {0};
    struct control control;
    uint32_t number = 0;
    if (!lab->exact || plan_copy(&plan, &lab->plan))
        return 0;
    /* trace_plan_add() wants room for all tasks there can be. */
    struct schedule_task *tasks =
        realloc(plan.tasks, SCHEDULE_TASKS * sizeof(*tasks));
    if (tasks)
        plan.tasks = tasks;
    if (tasks && !trace_plan_add(&plan, path, &number)) {
        rerun_control(lab->trace, &control);
        control.plan = &plan;
        control.stop_task = number + 1;
        control.stop_op = nth;
        control.at_stop = look_at;
        control.context = &look;
        control.without_stacks = true;
        if (rerun_once(lab->rerun, lab->seed, &control, &outcome, &findings,
                       lab->diag))
            look.count = 0;
    }
    finding_list_clear(&findings);
    plan_fini(&plan);
    return look.count;
}
