/* Remove shared state: which object is it whose accesses must not be
 * interrupted? Each in turn is accessed as a whole, as if a lock were around
 * all that a task does with it: in the schedule that fails, and in others. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/str.h"
#include "diagnose/guarded.h"
#include "diagnose/steps.h"
#include "scenario/arena.h"

enum {
    RUNS = 24,      /* schedules for each object, and without any */
    CANDIDATES = 5, /* objects at most */
    NAMING_RUNS = 4
};

struct candidate {
    const char *text; /* of the facts or the timeline */
    uint64_t keys[SCHEDULE_WHOLE];
    uint32_t key_count;
    bool certain; /* of the pair, or of who waits */
};

struct shared {
    struct lab *lab;
    struct diagnose_step *out;
    struct candidate list[CANDIDATES];
    size_t count;
    struct lab_count before; /* with nothing as a whole */
};

/* -- Which objects ----------------------------------------------------------*/

static void add(struct shared *shared, const struct segment *segment,
                const char *object)
{
    if (!object || !*object || shared->count == CANDIDATES)
        return;
    for (size_t i = 0; i < shared->count; i++)
        if (!strcmp(shared->list[i].text, object))
            return;
    uint64_t key = lab_key(segment, object);
    if (key)
        shared->list[shared->count++] =
            (struct candidate){.text = object, .keys = {key}, .key_count = 1};
}

/* The locks of a circle, together: each alone is not enough. */
static void add_cycle(struct shared *shared, const struct segment *segment)
{
    struct facts *facts = &shared->lab->facts;
    struct candidate *all = &shared->list[shared->count];
    static const char between[] = " and ";
    *all = (struct candidate){.text = facts->locks};
    const char *at = facts->locks;
    while (*at && all->key_count < SCHEDULE_WHOLE) {
        const char *end = strstr(at, between);
        size_t length = end ? (size_t)(end - at) : strlen(at);
        const char *lock = arena_text_bytes(facts->texts, at, length);
        uint64_t key = lock ? lab_key(segment, lock) : 0;
        if (key)
            all->keys[all->key_count++] = key;
        at += length + (end ? sizeof(between) - 1 : 0);
    }
    shared->count += all->key_count > 1;
}

/* Whether another task has to do with what STEP is about. */
static bool is_shared(const struct timeline *timeline,
                      const struct timeline_step *step)
{
    for (size_t i = 0; i < timeline->step_count; i++)
        if (timeline->steps[i].task != step->task &&
            !strcmp(timeline->steps[i].object, step->object))
            return true;
    return false;
}

/* What the pair is about, what tasks wait for, then what else is shared, the
 * last things first: nearest to where it went wrong. */
static void find_candidates(struct shared *shared,
                            const struct segment *segment)
{
    const struct facts *facts = &shared->lab->facts;
    const struct timeline *timeline = &shared->lab->timeline;
    if (facts->cycle)
        add_cycle(shared, segment);
    for (size_t i = 0; i < 2 && facts->pair; i++)
        add(shared, segment, facts->ops[i].object);
    for (size_t i = 0; i < timeline->step_count; i++)
        if (timeline->steps[i].stuck)
            add(shared, segment, timeline->steps[i].object);
    for (size_t i = timeline->step_count; i-- > 0;)
        if (*timeline->steps[i].object &&
            strncmp(timeline->steps[i].object, "task ", 5) != 0 &&
            is_shared(timeline, &timeline->steps[i]))
            add(shared, segment, timeline->steps[i].object);
}

/* -- Trying them ------------------------------------------------------------*/

/* Whether it does not fail with ONE as a whole. */
static int try_candidate(struct shared *shared, const struct candidate *one,
                         bool *cured)
{
    struct lab *lab = shared->lab;
    struct lab_way way = {
        .strategy = STRATEGY_REPLAY,
        .plan = &lab->plan,
        .seed = lab->seed,
        .whole = one->keys,
        .whole_count = one->key_count,
    };
    struct lab_result replay;
    struct lab_count count;
    int err = lab_run(lab, &way, &replay, NULL, NULL);
    if (!err)
        err = lab_count(lab, &way, RUNS, &count);
    if (err)
        return err;
    *cured = !replay.failed && !count.failed;
    step_show(shared->out, "%s: the schedule %s, %u of %u others fail%s",
              one->text, replay.failed ? "fails" : "passes", count.failed,
              count.runs, *cured ? "  <- ends it" : "");
    return 0;
}

static int try_all(struct shared *shared)
{
    struct facts *facts = &shared->lab->facts;
    int err = 0;
    for (size_t i = 0; i < shared->count && !err; i++) {
        bool cured = false;
        err = try_candidate(shared, &shared->list[i], &cured);
        if (cured && !facts->culprit)
            facts->culprit = shared->list[i].text;
        /* The others share its neighbourhood: one answer is enough. */
        if (cured)
            break;
    }
    return err;
}

/* -- Names ---------------------------------------------------------*/

/* What was found in stress mode was made exact without the detector, which
 * knows names: ask it. */
static int name_words(struct shared *shared)
{
    struct lab *lab = shared->lab;
    for (unsigned i = 0; i < NAMING_RUNS && !lab->facts.race.object; i++) {
        struct lab_way way = {.races = true};
        struct lab_result result;
        struct finding_list findings = {0};
        lab_choose(lab, i, &way);
        int err = lab_run(lab, &way, &result, NULL, &findings);
        if (!err)
            err = facts_use_races(&lab->facts, &findings, &lab->timeline);
        finding_list_clear(&findings);
        if (err)
            return err;
    }
    return 0;
}

/* -- All of it --------------------------------------------------------------*/

static void conclude(const struct shared *shared)
{
    const struct facts *facts = &shared->lab->facts;
    struct diagnose_step *out = shared->out;
    if (facts->culprit)
        step_say(out, "object",
                 "it is what happens in the middle of accesses "
                 "to %s: uninterrupted, it never fails",
                 facts->culprit);
    else if (facts->always)
        step_say(out, "none",
                 "no object: it fails however the operations are "
                 "interleaved");
    else if (facts->race.object)
        step_say(out, "race", "nothing orders the accesses to %s",
                 facts->race.object);
    else if (shared->count)
        step_say(out, "order",
                 "no object by itself: it fails although nobody "
                 "is interrupted, so it is the order that is "
                 "wrong, not an interruption");
    else
        step_say(out, "none", "no object that several tasks share was seen");
}

int step_shared(struct lab *lab, struct diagnose_step *out)
{
    struct shared shared = {.lab = lab, .out = out};
    struct lab_way way = {
        .strategy = STRATEGY_REPLAY, .plan = &lab->plan, .seed = lab->seed};
    struct lab_result result;
    struct outcome outcome;
    struct finding_list findings = {0};
    bool instrumented = true;
    int err = 0;
    if (lab->exact) {
        err = lab_run(lab, &way, &result, &outcome, &findings);
        if (!err) {
            instrumented = outcome.segment->control.instrumented;
            find_candidates(&shared, outcome.segment);
            err = facts_use_races(&lab->facts, &findings, &lab->timeline);
        }
        finding_list_clear(&findings);
    }
    if (!err)
        err = lab_count(lab, &way, RUNS, &shared.before);
    if (!err)
        step_show(out, "as it is: %u of %u schedules fail",
                  shared.before.failed, shared.before.runs);
    if (!err && lab->exact && result.failed && !lab->facts.always)
        err = try_all(&shared);
    bool silent =
        !lab->facts.kinds || (lab->facts.kinds & 1u << FINDING_INVARIANT) != 0;
    if (!err && instrumented && !lab->facts.race.object)
        err = name_words(&shared);
    if (!err && !instrumented && silent && !lab->facts.dependent &&
        rerun_can_guard(lab->rerun))
        err = guarded_look(lab, out);
    if (!err)
        conclude(&shared);
    return err;
}
