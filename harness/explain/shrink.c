#include "shrink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* -- Candidates ------------------------------------------------------------ */

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

bool shrink_accept(struct shrink *s, size_t count, bool shorter)
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

size_t shrink_append(struct shrink *s, size_t count, uint32_t task,
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

/* -- Passes ---------------------------------------------------------------- */

void shrink_leave_out(struct shrink *s)
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
                    count = shrink_append(s, count, s->plan.segments[i].task,
                                          s->plan.segments[i].count);
            success = shrink_accept(s, count, false);
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
        count = shrink_append(s, count, segment->task, grants);
    }
    return count;
}

/* The candidate of COUNT segments, in which those around AT have changed
 * places, if it is shorter; else with one grant less for one of those: a try
 * in vain that is none any more. */
static bool accept_around(struct shrink *s, size_t count, size_t at)
{
    if (shrink_accept(s, count, true))
        return true;
    if (s->cost.preemptions < 2)
        return false;
    for (size_t i = at ? at - 1 : 0; i < count && i < at + 3; i++) {
        if (s->scratch[i].count < 2)
            continue;
        s->scratch[i].count--;
        if (shrink_accept(s, count, true))
            return true;
        s->scratch[i].count++;
    }
    return false;
}

void shrink_join(struct shrink *s)
{
    for (size_t i = 0; i < s->plan.segment_count && !s->err;) {
        size_t next = i + 1;
        while (next < s->plan.segment_count &&
               s->plan.segments[next].task != s->plan.segments[i].task)
            next++;
        if (next == s->plan.segment_count ||
            (!accept_around(s, join(s, i, next), i) &&
             !accept_around(s, join(s, next, i), i)))
            i++; /* otherwise the same place again */
    }
}

void shrink_raise(struct shrink *s)
{
    static const uint32_t more[] = {1, 2, 3, 4, 8};
    for (size_t i = 0; i < s->plan.segment_count && !s->err; i++)
        for (size_t k = 0; k < sizeof(more) / sizeof(*more); k++) {
            if (!s->cost.preemptions ||
                s->plan.segments[i].count > UINT32_MAX - more[k])
                return;
            memcpy(s->scratch, s->plan.segments,
                   s->plan.segment_count * sizeof(*s->scratch));
            s->scratch[i].count += more[k];
            if (shrink_accept(s, s->plan.segment_count, true))
                break;
        }
}

void shrink_lower(struct shrink *s)
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
            if (!shrink_accept(s, s->plan.segment_count, false))
                fails = middle;
        }
    }
}

void shrink_from(struct shrink *s, const struct schedule_plan *from)
{
    struct schedule_plan plan;
    if (s->err)
        return;
    s->err = plan_copy(&plan, from);
    struct schedule_segment *scratch =
        calloc(from->segment_count + 1u, sizeof(*scratch));
    if (!s->err && !scratch) {
        plan_fini(&plan);
        s->err = -ENOMEM;
    }
    if (s->err) {
        free(scratch);
        return;
    }
    /* Where a number is another task, what was tried says nothing. */
    if (s->plan.task_count != plan.task_count ||
        memcmp(s->plan.tasks, plan.tasks,
               plan.task_count * sizeof(*plan.tasks)) != 0)
        tried_fini(&s->tried);
    plan_fini(&s->plan);
    free(s->scratch);
    s->plan = plan;
    s->scratch = scratch;
    s->cost = s->best.cost;
}
