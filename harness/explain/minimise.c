#include "minimise.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "tried.h"

/* A list of segments on its way to a shorter one. */
struct shrink {
    const struct explain_subject *subject;
    struct explain_budget *budget;
    struct tried tried; /* in vain */
    /* What is left, and what it cost when it was run: what has not been said
     * is done as a replay does it, so it may be much less than the schedule. */
    struct schedule_plan plan;
    struct trace_schedule_cost cost;
    struct explain_result best;       /* of all runs with the finding */
    struct schedule_segment *scratch; /* of a candidate */
    int err;                          /* ends it: the budget, or the callback */
};

/* -- Candidates
 * ----------------------------------------------------------------*/

static bool is_longer(const struct trace_schedule_cost *a,
                      const struct trace_schedule_cost *b)
{
    if (a->preemptions != b->preemptions)
        return a->preemptions > b->preemptions;
    return a->switches > b->switches;
}

static void keep_best(struct shrink *s, struct explain_result *result)
{
    if (explain_is_shorter(&result->cost, &s->best.cost)) {
        explain_result_fini(&s->best);
        s->best = *result;
        *result = (struct explain_result){.verdict = EXPLAIN_PASSED};
    }
    explain_result_fini(result);
}

/* Put the COUNT segments of s->scratch in place of the plan if they show the
 * finding at no more preemptions and switches; SHORTER: at fewer. */
static bool accept(struct shrink *s, size_t count, bool shorter)
{
    uint64_t hash = tried_hash(s->scratch, count);
    if (s->err || tried_has(&s->tried, hash))
        return false;
    struct schedule_plan candidate = s->plan;
    candidate.segments = s->scratch;
    candidate.segment_count = (uint32_t)count;
    struct explain_request request = {
        .plan = &candidate,
        .tail = STRATEGY_SEQUENTIAL,
        .seed = s->subject->seed,
    };
    struct explain_result result;
    s->err = explain_run(s->subject, s->budget, &request, &result);
    if (s->err)
        return false;
    bool good = result.verdict == EXPLAIN_SAME &&
                (shorter ? is_longer(&s->cost, &result.cost)
                         : !is_longer(&result.cost, &s->cost));
    if (!good) {
        tried_add(&s->tried, hash);
        if (result.verdict == EXPLAIN_SAME)
            keep_best(s, &result);
        explain_result_fini(&result);
        return false;
    }
    memcpy(s->plan.segments, s->scratch, count * sizeof(*s->scratch));
    s->plan.segment_count = (uint32_t)count;
    s->cost = result.cost;
    keep_best(s, &result);
    return true;
}

/* Append a segment to the candidate of COUNT; neighbours of one task become
 * one. Returns the new count. */
static size_t append(struct shrink *s, size_t count, uint32_t task,
                     uint32_t grants)
{
    if (!grants)
        return count;
    struct schedule_segment *last = count ? &s->scratch[count - 1] : NULL;
    if (last && last->task == task && last->count <= UINT32_MAX - grants) {
        last->count += grants;
        return count;
    }
    s->scratch[count] = (struct schedule_segment){task, grants};
    return count + 1;
}

/* -- Passes
 * --------------------------------------------------------------------*/

/* Delta debugging (Zeller, Hildebrandt: "Simplifying and isolating
 * failure-inducing input", 2002): leave out chunks, ever smaller ones. */
static void leave_out(struct shrink *s)
{
    size_t chunks = 2;
    while (!s->err && s->plan.segment_count) {
        size_t n = s->plan.segment_count;
        if (chunks > n)
            chunks = n;
        bool success = false;
        for (size_t chunk = 0; chunk < chunks && !success && !s->err; chunk++) {
            size_t from = n * chunk / chunks, to = n * (chunk + 1) / chunks;
            size_t count = 0;
            for (size_t i = 0; i < n; i++)
                if (i < from || i >= to)
                    count = append(s, count, s->plan.segments[i].task,
                                   s->plan.segments[i].count);
            success = accept(s, count, false);
        }
        if (success)
            chunks = chunks > 2 ? chunks - 1 : 2;
        else if (chunks == n)
            return;
        else
            chunks *= 2;
    }
}

/* The plan with segment FROM joined to segment TO of the same task. */
static size_t join(struct shrink *s, size_t to, size_t from)
{
    size_t count = 0;
    for (size_t i = 0; i < s->plan.segment_count; i++) {
        const struct schedule_segment *segment = &s->plan.segments[i];
        uint32_t grants = i == from ? 0 : segment->count;
        if (i == to)
            grants += s->plan.segments[from].count;
        count = append(s, count, segment->task, grants);
    }
    return count;
}

/* The candidate of COUNT segments, in which those around AT have changed
 * places, if it is shorter; else with one grant less for one of those: a try
 * in vain that is none any more. */
static bool accept_around(struct shrink *s, size_t count, size_t at)
{
    if (accept(s, count, true))
        return true;
    if (s->cost.preemptions < 2)
        return false;
    for (size_t i = at ? at - 1 : 0; i < count && i < at + 3; i++) {
        if (s->scratch[i].count < 2)
            continue;
        s->scratch[i].count--;
        if (accept(s, count, true))
            return true;
        s->scratch[i].count++;
    }
    return false;
}

/* Leaving out cannot do without the middle of A B A when both parts of A
 * matter: let A do all of it before B, or after. Returns whether anything
 * became shorter. */
static bool join_segments(struct shrink *s)
{
    bool any = false;
    for (size_t i = 0; i < s->plan.segment_count && !s->err;) {
        size_t next = i + 1;
        while (next < s->plan.segment_count &&
               s->plan.segments[next].task != s->plan.segments[i].task)
            next++;
        if (next < s->plan.segment_count &&
            (accept_around(s, join(s, i, next), i) ||
             accept_around(s, join(s, next, i), i)))
            any = true; /* and the same place again */
        else
            i++;
    }
    return any;
}

/* The least count of each segment that still does, by bisection. */
static void lower_counts(struct shrink *s)
{
    for (size_t i = s->plan.segment_count; i-- > 0 && !s->err;) {
        uint32_t fails = 0;
        while (i < s->plan.segment_count && !s->err &&
               fails + 1 < s->plan.segments[i].count) {
            uint32_t count = s->plan.segments[i].count;
            uint32_t middle = fails + (count - fails) / 2;
            memcpy(s->scratch, s->plan.segments,
                   s->plan.segment_count * sizeof(*s->scratch));
            s->scratch[i].count = middle;
            if (!accept(s, s->plan.segment_count, false))
                fails = middle;
        }
    }
}

/* Go on from the schedule of the best run, in which all is said. */
static void restart(struct shrink *s)
{
    struct schedule_plan plan;
    if (s->err)
        return;
    s->err = plan_copy(&plan, &s->best.plan);
    struct schedule_segment *scratch =
        calloc(s->best.plan.segment_count + 1u, sizeof(*scratch));
    if (!s->err && !scratch) {
        plan_fini(&plan);
        s->err = -ENOMEM;
    }
    if (s->err) {
        free(scratch);
        return;
    }
    plan_fini(&s->plan);
    free(s->scratch);
    s->plan = plan;
    s->scratch = scratch;
    s->cost = s->best.cost;
}

static void shrink(struct shrink *s)
{
    enum { ROUNDS = 8 };
    (void)accept(s, 0, false);
    leave_out(s);
    for (int round = 0; round < ROUNDS && !s->err; round++) {
        struct trace_schedule_cost before = s->best.cost;
        restart(s);
        join_segments(s);
        leave_out(s);
        lower_counts(s);
        if (round && !explain_is_shorter(&s->best.cost, &before))
            return;
    }
}

/* -- From the start to the end
 * -------------------------------------------------*/

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
        restart(s);
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
