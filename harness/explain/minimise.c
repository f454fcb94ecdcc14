#include "minimise.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"
#include "shrink.h"

/* -- One preemption of the sequential schedule ----------------------------- */

/* BASE up to grant number AT, then TASK. Returns the number of segments, 0
 * when that is no change of task. */
static size_t interrupt(struct shrink *s, const struct schedule_plan *base,
                        uint64_t at, uint32_t task)
{
    size_t count = 0;
    uint32_t running = task;
    for (uint32_t i = 0; i < base->segment_count && at; i++) {
        uint32_t grants = base->segments[i].count;
        if (grants > at)
            grants = (uint32_t)at;
        at -= grants;
        running = base->segments[i].task;
        count = shrink_append(s, count, running, grants);
    }
    return running == task ? 0 : shrink_append(s, count, task, 1);
}

/* A failing schedule with several preemptions need not have one with one
 * nearby, and yet there may be: interrupt the sequential schedule once, at
 * random. Returns whether that did. */
static bool sweep(struct shrink *s)
{
    enum { TRIES = 250 };
    const struct schedule_plan empty = {.unit = SCHEDULE_GRANTS};
    struct explain_request request = {
        .plan = &empty,
        .tail = STRATEGY_SEQUENTIAL,
        .seed = s->subject->seed,
    };
    struct explain_result base = {.verdict = EXPLAIN_PASSED};
    if (s->err || s->best.cost.preemptions < 2)
        return false;
    s->err = explain_run(s->subject, s->budget, &request, &base);
    shrink_from(s, &base.plan);
    struct rng rng;
    rng_seed(&rng, rng_mix(s->subject->seed, RNG_SCHEDULE, 2));
    bool found = false;
    for (unsigned i = 0; i < TRIES && !found && !s->err; i++) {
        uint64_t at = 1 + rng_below(&rng, base.cost.steps);
        uint32_t task = (uint32_t)rng_below(&rng, base.plan.task_count);
        size_t count = interrupt(s, &base.plan, at, task);
        found = count && shrink_accept(s, count, true);
    }
    explain_result_fini(&base);
    return found;
}

/* -- All of it ------------------------------------------------------------- */

/* From the schedule of the best run, in which all is said, until nothing
 * becomes shorter. */
static void descend(struct shrink *s)
{
    enum { ROUNDS = 8 };
    for (int round = 0; round < ROUNDS && !s->err; round++) {
        struct trace_schedule_cost before = s->best.cost;
        shrink_from(s, &s->best.plan);
        shrink_join(s);
        shrink_raise(s);
        shrink_leave_out(s);
        shrink_lower(s);
        if (round && !explain_is_shorter(&s->best.cost, &before))
            return;
    }
}

static void shrink(struct shrink *s)
{
    (void)shrink_accept(s, 0, false);
    shrink_leave_out(s);
    descend(s);
    if (sweep(s))
        descend(s);
}

/* -- From the start to the end --------------------------------------------- */

static int begin(struct shrink *s, const struct schedule_plan *start)
{
    struct explain_request request = {
        .plan = start,
        .tail = STRATEGY_SEQUENTIAL,
        .seed = s->subject->seed,
    };
    int err = explain_run(s->subject, s->budget, &request, &s->best);
    if (!err && s->best.verdict != EXPLAIN_SAME)
        err = -MPS_ENOMATCH;
    if (!err) {
        shrink_from(s, &s->best.plan);
        err = s->err;
    }
    return err;
}

static bool is_same_schedule(const struct schedule_plan *a,
                             const struct schedule_plan *b)
{
    return a->segment_count == b->segment_count &&
           !memcmp(a->segments, b->segments,
                   a->segment_count * sizeof(*a->segments));
}

/* The best run once more, now with its ops: whatever is left of the budget,
 * the answer needs them. */
static void finish(struct shrink *s, struct explain_minimal *out)
{
    struct explain_request request = {
        .plan = &s->best.plan,
        .tail = STRATEGY_SEQUENTIAL,
        .seed = s->subject->seed,
        .ops = true,
    };
    struct explain_budget one = {.runs = 1};
    struct explain_result again;
    s->budget->used++;
    if (explain_run(s->subject, &one, &request, &again) ||
        again.verdict != EXPLAIN_SAME) {
        explain_result_fini(&again);
        out->result = s->best;
        return;
    }
    out->exact = is_same_schedule(&again.plan, &s->best.plan);
    explain_result_fini(&s->best);
    out->result = again;
}

int explain_minimise(const struct explain_subject *subject,
                     struct explain_budget *budget,
                     const struct schedule_plan *start,
                     struct explain_minimal *out)
{
    struct shrink s = {.subject = subject, .budget = budget};
    uint64_t since = clock_now_ns(), used = budget->used;
    *out = (struct explain_minimal){.complete = false};
    int err = begin(&s, start);
    if (!err) {
        out->before = s.best.cost;
        shrink(&s);
        out->complete = !s.err;
        out->ended = s.err;
        finish(&s, out);
    } else {
        explain_result_fini(&s.best);
    }
    plan_fini(&s.plan);
    free(s.scratch);
    tried_fini(&s.tried);
    out->runs = budget->used - used;
    out->elapsed_ns = clock_now_ns() - since;
    return err;
}

void explain_minimal_fini(struct explain_minimal *minimal)
{
    explain_result_fini(&minimal->result);
}
