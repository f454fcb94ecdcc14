#include "guarded.h"

#include "steps.h"

/* So many steps altogether, but at most and at least so many runs. */
enum { STEPS = 1200, MOST = 48, LEAST = 12 };

struct guarded {
    struct lab *lab;
    unsigned runs, failed;  /* those that failed */
    unsigned again, passed; /* of them, run again with the word as a whole */
};

static unsigned runs_of(const struct lab *lab)
{
    uint64_t steps = lab->why ? lab->why->cost.steps : STEPS;
    uint64_t runs = STEPS / (steps ? steps : 1);
    return runs > MOST ? MOST : runs < LEAST ? LEAST : (unsigned)runs;
}

/* Schedule number ATTEMPT; if it fails, once more without interruptions of
 * accesses to what the race is about. Names of memory may differ from schedule
 * to schedule, so each is asked for its own. */
static int run_one(struct guarded *guarded, unsigned attempt)
{
    struct lab *lab = guarded->lab;
    struct facts *facts = &lab->facts;
    struct lab_way way = {.guard = true};
    struct lab_result result;
    struct outcome outcome;
    struct finding_list findings = {0};
    uint64_t key = 0;
    lab_choose(lab, attempt, &way);
    int err = lab_run(lab, &way, &result, &outcome, &findings);
    if (!err)
        err = facts_use_races(facts, &findings, &lab->timeline);
    guarded->runs++;
    guarded->failed += !err && result.failed;
    if (!err && result.failed && facts->race.object) {
        const char *word =
            facts_raced_word(facts, &findings, facts->race.object);
        key = word ? lab_key(outcome.segment, word) : 0;
    }
    finding_list_clear(&findings);
    /* What fails in any case does not fail because of an interruption. */
    if (err || !key || facts->always)
        return err;
    way.whole = &key;
    way.whole_count = 1;
    err = lab_run(lab, &way, &result, NULL, NULL);
    guarded->again += !err;
    guarded->passed += !err && !result.failed;
    return err;
}

int guarded_look(struct lab *lab, struct diagnose_step *out)
{
    struct guarded guarded = {.lab = lab};
    struct facts *facts = &lab->facts;
    unsigned runs = runs_of(lab);
    for (unsigned i = 1; i <= runs; i++) {
        int err = run_one(&guarded, i);
        if (err)
            return err;
        if (facts->always && facts->race.object)
            break;
    }
    if (!facts->race.object)
        return 0;
    facts->race.guarded = true;
    bool cured = guarded.again && guarded.passed == guarded.again;
    step_show(out, "its memory, seen by page faults: two tasks update %s",
              facts->race.object);
    if (guarded.again)
        step_show(out, "%s: of %u schedules that fail, %u pass%s",
                  facts->race.object, guarded.again, guarded.passed,
                  cured ? "  <- ends it" : "");
    /* Nearer to it than a lock that happens to be taken beside it. */
    facts->culprit = cured ? facts->race.object : NULL;
    return 0;
}
