#include "search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/rng.h"

enum { DEPTHS = 4 };

struct search {
    const struct schedule_plan *near;
    uint64_t total;            /* of the counts of NEAR */
    struct schedule_plan plan; /* with room for more than NEAR */
    struct rng rng;
};

/* Follow NEAR for so many ops, up to all of them. */
static void cut(struct search *s)
{
    uint64_t left = rng_below(&s->rng, s->total + 1);
    s->plan.segment_count = 0;
    for (uint32_t i = 0; i < s->near->segment_count && left; i++) {
        struct schedule_segment segment = s->near->segments[i];
        if (segment.count > left)
            segment.count = (uint32_t)left;
        left -= segment.count;
        s->plan.segments[s->plan.segment_count++] = segment;
    }
}

/* So many but one; none of none. */
static struct schedule_segment less(struct schedule_segment segment)
{
    segment.count -= segment.count != 0;
    return segment;
}

/* Exchange the last op of a segment with the first of the next. */
static void exchange(struct search *s)
{
    const struct schedule_plan *near = s->near;
    uint32_t n = near->segment_count;
    uint32_t at = (uint32_t)rng_below(&s->rng, n - 1);
    struct schedule_segment *to = s->plan.segments;
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct schedule_segment segment = near->segments[i];
        if (i != at) {
            to[count++] = segment;
            continue;
        }
        struct schedule_segment next = near->segments[++i];
        to[count++] = less(segment);
        to[count++] = (struct schedule_segment){next.task, 1};
        to[count++] = (struct schedule_segment){segment.task, 1};
        to[count++] = less(next);
    }
    s->plan.segment_count = count;
}

/* Schedule number ATTEMPT. */
static struct explain_request choose(struct search *s, uint64_t attempt)
{
    static const int tails[] = {STRATEGY_RANDOM, STRATEGY_PCT, STRATEGY_POS};
    struct explain_request request = {
        .plan = &s->plan,
        .tail = tails[attempt / 3 % 3],
        .depth = 2 + (unsigned)rng_below(&s->rng, DEPTHS),
    };
    s->plan.segment_count = 0;
    if (!s->near || !s->near->segment_count || attempt % 3 == 2)
        return request;
    if (attempt % 3 == 0 || s->near->segment_count < 2) {
        cut(s);
        return request;
    }
    exchange(s);
    request.tail = STRATEGY_SEQUENTIAL;
    return request;
}

static int begin(struct search *s)
{
    static const struct schedule_plan nothing;
    const struct schedule_plan *near = s->near ? s->near : &nothing;
    for (uint32_t i = 0; i < near->segment_count; i++)
        s->total += near->segments[i].count;
    s->plan = (struct schedule_plan){
        .unit = near->unit,
        .task_count = near->task_count,
        .tasks = calloc(near->task_count + 1u, sizeof(*s->plan.tasks)),
        /* Two segments of NEAR may become four. */
        .segments = calloc(near->segment_count + 3u, sizeof(*s->plan.segments)),
    };
    if (!s->plan.tasks || !s->plan.segments) {
        plan_fini(&s->plan);
        return -ENOMEM;
    }
    if (near->task_count)
        memcpy(s->plan.tasks, near->tasks,
               near->task_count * sizeof(*near->tasks));
    return 0;
}

int explain_search(const struct explain_subject *subject,
                   struct explain_budget *budget,
                   const struct schedule_plan *near, struct explain_found *out)
{
    struct search s = {.near = near};
    *out = (struct explain_found){.nearby = false};
    rng_seed(&s.rng, rng_mix(subject->seed, RNG_SCHEDULE, 0));
    int err = begin(&s);
    for (uint64_t attempt = 0; !err; attempt++) {
        struct explain_request request = choose(&s, attempt);
        request.seed = rng_mix(subject->seed, RNG_ITERATION, attempt);
        err = explain_run(subject, budget, &request, &out->result);
        if (err == -MPS_ETIMEOUT)
            err = -MPS_ENOMATCH;
        if (err)
            break;
        out->schedules++;
        out->nearby = s.plan.segment_count != 0;
        if (out->result.verdict == EXPLAIN_SAME)
            break;
        explain_result_fini(&out->result);
    }
    plan_fini(&s.plan);
    return err;
}

void explain_found_fini(struct explain_found *found)
{
    explain_result_fini(&found->result);
}
