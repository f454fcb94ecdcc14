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
