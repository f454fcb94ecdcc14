/* A passing run near a failing one, and the way between them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/rng.h"
#include "hunt.h"

enum {
    JOINS = 16,        /* variants of the failing run asked for a passing one */
    PASSING_TRIES = 24 /* random runs */
};

int hunt_run(struct hunt *hunt, uint64_t swaps, bool ops,
             struct explain_result *result)
{
    struct schedule_plan plan;
    uint32_t last;
    *result = (struct explain_result){.verdict = EXPLAIN_PASSED};
    order_at(&hunt->order, swaps, hunt->ranks, &last);
    int err = order_plan(&hunt->order, hunt->ranks, &plan);
    if (err)
        return err;
    struct explain_request request = {
        .plan = &plan,
        .tail = STRATEGY_SEQUENTIAL,
        .seed = hunt->subject->seed,
        .ops = ops,
    };
    err = explain_run(hunt->subject, hunt->budget, &request, result);
    plan_fini(&plan);
    return err;
}

int hunt_fails(struct hunt *hunt, uint64_t swaps, bool *fails)
{
    struct explain_result result;
    int err = hunt_run(hunt, swaps, false, &result);
    *fails = result.verdict == EXPLAIN_SAME;
    explain_result_fini(&result);
    return err;
}

/* -- A passing run to start from ------------------------------------------- */

/* FROM with the segment that continues segment AT joined to it, or the other
 * way round, LATER; false when nothing continues it. */
static bool join(const struct schedule_plan *from, uint32_t at, bool later,
                 struct schedule_plan *to)
{
    uint32_t next = at + 1;
    while (next < from->segment_count &&
           from->segments[next].task != from->segments[at].task)
        next++;
    if (next == from->segment_count)
        return false;
    uint32_t gone = later ? at : next, kept = later ? next : at;
    memcpy(to->segments, from->segments,
           from->segment_count * sizeof(*to->segments));
    to->segments[kept].count += from->segments[gone].count;
    memmove(&to->segments[gone], &to->segments[gone + 1],
            (from->segment_count - gone - 1) * sizeof(*to->segments));
    to->segment_count = from->segment_count - 1;
    return true;
}

static int run_plan(struct hunt *hunt, const struct schedule_plan *plan,
                    int tail, uint64_t seed)
{
    struct explain_request request = {
        .plan = plan,
        .tail = tail,
        .depth = 2,
        .seed = seed,
        .ops = true,
    };
    return explain_run(hunt->subject, hunt->budget, &request, &hunt->passing);
}

/* The sequential run for ATTEMPT 0, then random ones. */
static int run_passing(struct hunt *hunt, unsigned attempt)
{
    static const int tails[] = {STRATEGY_RANDOM, STRATEGY_POS, STRATEGY_PCT};
    const struct schedule_plan empty = {.unit = SCHEDULE_GRANTS};
    uint64_t seed = hunt->subject->seed;
    if (!attempt)
        return run_plan(hunt, &empty, STRATEGY_SEQUENTIAL, seed);
    return run_plan(hunt, &empty, tails[attempt % 3],
                    rng_mix(seed, RNG_SCHEDULE, attempt));
}

void hunt_drop_order(struct hunt *hunt)
{
    order_fini(&hunt->order);
    free(hunt->ranks);
    hunt->ranks = NULL;
}

int hunt_check(struct hunt *hunt, bool *good)
{
    *good = false;
    if (hunt->passing.verdict != EXPLAIN_PASSED || hunt->passing.ops_lost)
        return 0;
    int err = order_init(&hunt->order, hunt->failing, &hunt->passing);
    if (err || !hunt->order.swaps)
        return err;
    hunt->ranks = calloc(hunt->order.count + 1u, sizeof(*hunt->ranks));
    if (!hunt->ranks)
        return -ENOMEM;
    bool start_fails, end_fails = false;
    err = hunt_fails(hunt, 0, &start_fails);
    if (!err && !start_fails)
        err = hunt_fails(hunt, hunt->order.swaps, &end_fails);
    *good = !err && end_fails;
    return err;
}

/* Whether hunt->passing will do; otherwise it is dropped. */
static int check_passing(struct hunt *hunt, bool *good)
{
    int err = hunt_check(hunt, good);
    if (!err && !*good) {
        hunt_drop_order(hunt);
        explain_result_fini(&hunt->passing);
    }
    return err;
}

/* Passing runs by their distance from the failing one. */
struct nearby {
    struct explain_result runs[JOINS];
    uint64_t swaps[JOINS];
    unsigned count;
};

/* Whether RUN took the first COUNT segments of PLAN as they are: what could not
 * go on has led to something else. */
static bool has_followed(const struct explain_result *run,
                         const struct schedule_plan *plan, uint32_t count)
{
    return run->plan.segment_count >= count &&
           !memcmp(run->plan.segments, plan->segments,
                   count * sizeof(*plan->segments));
}

/* Insert hunt->passing, of PLAN, should it pass. */
static int keep_nearby(struct hunt *hunt, struct nearby *nearby,
                       const struct schedule_plan *plan, uint32_t count)
{
    struct order order;
    if (hunt->passing.verdict != EXPLAIN_PASSED || hunt->passing.ops_lost ||
        !has_followed(&hunt->passing, plan, count)) {
        explain_result_fini(&hunt->passing);
        return 0;
    }
    int err = order_init(&order, hunt->failing, &hunt->passing);
    if (err)
        return err;
    unsigned at = nearby->count++;
    for (; at && nearby->swaps[at - 1] > order.swaps; at--) {
        nearby->swaps[at] = nearby->swaps[at - 1];
        nearby->runs[at] = nearby->runs[at - 1];
    }
    nearby->swaps[at] = order.swaps;
    nearby->runs[at] = hunt->passing;
    hunt->passing = (struct explain_result){.verdict = EXPLAIN_PASSED};
    order_fini(&order);
    return 0;
}

static int collect_nearby(struct hunt *hunt, bool later, struct nearby *nearby)
{
    const struct schedule_plan *failing = &hunt->failing->plan;
    struct schedule_plan plan;
    unsigned tries = 0;
    int err = plan_copy(&plan, failing);
    for (uint32_t i = 0; i < failing->segment_count && !err; i++) {
        if (!join(failing, i, later, &plan))
            continue;
        if (tries++ == JOINS)
            break;
        err = run_plan(hunt, &plan, STRATEGY_SEQUENTIAL, hunt->subject->seed);
        if (!err)
            err = keep_nearby(hunt, nearby, &plan, later ? i : i + 1);
    }
    plan_fini(&plan);
    return err;
}

/* The failing run without one of its interruptions is the nearest there can
 * be: the swap found will be one that its schedule shows. LATER: what was
 * interrupted did not begin before, instead of going on at once. */
static int find_nearby(struct hunt *hunt, bool later, bool *good)
{
    struct nearby nearby = {.count = 0};
    int err = collect_nearby(hunt, later, &nearby);
    for (unsigned i = 0; i < nearby.count; i++) {
        if (err || *good) {
            explain_result_fini(&nearby.runs[i]);
            continue;
        }
        hunt->passing = nearby.runs[i];
        err = check_passing(hunt, good);
    }
    return err;
}

int hunt_find_passing(struct hunt *hunt)
{
    bool good = false;
    int err = find_nearby(hunt, false, &good);
    if (!err && !good)
        err = find_nearby(hunt, true, &good);
    for (unsigned i = 0; i <= PASSING_TRIES && !err && !good; i++) {
        err = run_passing(hunt, i);
        if (!err)
            err = check_passing(hunt, &good);
    }
    return err || good ? err : -MPS_ENOMATCH;
}
