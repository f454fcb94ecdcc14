/* Single process first: does it take several workers, and a certain order, to
 * go wrong? */
#include <stdlib.h>

#include "base/error.h"
#include "diagnose/steps.h"
#include "trace/plan.h"

enum { RUNS = 20 };

static void set_recorded(struct lab *lab)
{
    const struct trace_param *params;
    size_t count = trace_params(lab->trace, &params);
    rerun_set_params(lab->rerun, params, count);
}

static void set_shortest(struct lab *lab)
{
    if (lab->why)
        rerun_set_params(lab->rerun, lab->why->params, lab->why->param_count);
}

static void show_count(struct diagnose_step *out, const char *what,
                       const struct lab_count *count)
{
    step_show(out, "%-23s %u of %u schedules fail%s", what, count->failed,
              count->runs,
              count->failed && count->failed < count->runs &&
                      !count->first_failed
                  ? ", not the sequential one"
                  : "");
}

/* Whether the scenario varies the number of workers, and may be run with one:
 * 1 into the parameter, whose old value goes into OLD. */
static bool set_one(struct lab *lab, const char **old)
{
    int number = lab_param(lab, "workers");
    const struct scenario *scenario = rerun_scenario(lab->rerun);
    if (number < 0 || scenario->parameters[number].value_count < 2)
        return false;
    const char **value = &rerun_values(lab->rerun)[number];
    *old = *value;
    *value = "1";
    return true;
}

/* The messages that were recorded, one after the other in one process. */
static int feed_serially(struct lab *lab)
{
    struct outcome outcome;
    struct finding_list findings = {0};
    int err = rerun_serially(lab->rerun, &outcome, &findings, lab->diag);
    if (!err && outcome.segment->control.fed) {
        lab->facts.serial_known = true;
        lab->facts.serial_fails = findings.count != 0;
    }
    finding_list_clear(&findings);
    return err == -MPS_ENOMATCH || err == -MPS_EFULL ? 0 : err;
}

static void conclude(struct lab *lab, struct diagnose_step *out,
                     const struct lab_count *all)
{
    struct facts *facts = &lab->facts;
    if (facts->serial_known && facts->serial_fails)
        step_say(out, "logic",
                 "a logic bug: the recorded messages fail when "
                 "they are worked on one after the other");
    else if (facts->always && facts->one_always)
        step_say(out, "logic",
                 "a logic bug: it needs neither several workers "
                 "nor a certain order");
    else if (facts->always && facts->one_possible && !facts->one_sometimes)
        step_say(out, "division",
                 "it takes several workers, but no certain order: what they "
                 "share out, or inherit, is wrong");
    else if (facts->always)
        step_say(out, "logic",
                 "a logic bug: it fails in every order of the operations");
    else if (all->failed == all->runs)
        step_say(out, "concurrency",
                 "a concurrency bug: it is the rare order of the operations "
                 "that does not fail");
    else if (facts->one_possible && !facts->one_sometimes && all->failed)
        step_say(out, "concurrency",
                 "a concurrency bug: one worker never "
                 "fails");
    else if (facts->one_sometimes)
        step_say(out, "concurrency",
                 "a concurrency bug, with one worker, too: it is between that "
                 "and the program that made it");
    else if (all->failed || lab->exact)
        step_say(out, "concurrency",
                 "a concurrency bug: it takes a certain order of the "
                 "operations");
    else
        step_say(out, "unknown", "no schedule that was tried failed");
}

int step_single(struct lab *lab, struct diagnose_step *out)
{
    struct facts *facts = &lab->facts;
    struct lab_way way = {.strategy = STRATEGY_REPLAY};
    struct lab_count all, one = {.runs = 0};
    const char *workers;
    set_recorded(lab);
    int number = lab_param(lab, "workers");
    char label[64];
    snprintf(label, sizeof(label),
             "as recorded%s%.20s:", number < 0 ? "" : ", workers=",
             number < 0 ? "" : rerun_values(lab->rerun)[number]);
    int err = lab_count(lab, &way, RUNS, &all);
    if (!err) {
        show_count(out, label, &all);
        /* Two operations that decide: there is an order that passes. */
        facts->always = all.failed == all.runs && !facts->pair;
    }
    if (!err && set_one(lab, &workers)) {
        err = lab_count(lab, &way, RUNS, &one);
        facts->one_possible = true;
        facts->one_sometimes = one.failed;
        facts->one_always = one.failed == one.runs && !facts->pair;
        rerun_values(lab->rerun)[lab_param(lab, "workers")] = workers;
        if (!err)
            show_count(out, "one worker:", &one);
    } else if (!err) {
        step_show(out, "%-23s not possible, the scenario says how many",
                  "one worker:");
        facts->one_always = facts->always;
    }
    if (!err)
        err = feed_serially(lab);
    if (!err)
        step_show(out, "%-23s %s", "recorded messages:",
                  !facts->serial_known  ? "serially: not offered (mps_serial())"
                  : facts->serial_fails ? "fail serially"
                                        : "worked on rightly, serially");
    set_shortest(lab);
    if (!err)
        conclude(lab, out, &all);
    return err;
}
