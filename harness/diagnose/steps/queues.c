/* Replay the queues: the same schedule again and again, and the recorded
 * messages without any concurrency. */
#include "diagnose/steps.h"

enum { REPLAYS = 5 };

static int replay(struct lab *lab, unsigned *failed, unsigned *alike)
{
    struct lab_way way = {
        .strategy = STRATEGY_REPLAY, .plan = &lab->plan, .seed = lab->seed};
    uint64_t first = 0;
    for (unsigned i = 0; i < REPLAYS; i++) {
        struct lab_result result;
        struct outcome outcome;
        int err = lab_run(lab, &way, &result, &outcome, NULL);
        if (err)
            return err;
        uint64_t hash = outcome.segment->schedule.hash;
        if (!i)
            first = hash;
        *failed += result.same;
        *alike += hash == first;
    }
    return 0;
}

int step_queues(struct lab *lab, struct diagnose_step *out)
{
    unsigned failed = 0, alike = 0;
    const struct facts *facts = &lab->facts;
    if (!lab->exact) {
        step_say(out, "none", "no schedule shows it exactly");
        return 0;
    }
    int err = replay(lab, &failed, &alike);
    if (err)
        return err;
    step_show(out,
              "the schedule: fails in %u of %u replays, the same "
              "operations in %u of %u",
              failed, REPLAYS, alike, REPLAYS);
    if (facts->serial_known)
        step_show(out, "the messages, one after the other in one process: %s",
                  facts->serial_fails ? "fail" : "right");
    else
        step_show(out, "the messages: the program cannot be fed with them "
                       "(mps_serial())");
    lab->facts.gone = !failed;
    if (failed == REPLAYS && alike == REPLAYS)
        step_say(out, "exact", "it replays exactly, %u of %u", failed, REPLAYS);
    else if (failed)
        step_say(out, "partly",
                 "it fails in %u of %u replays: something is "
                 "not under control",
                 failed, REPLAYS);
    else
        step_say(out, "gone", "it does not replay");
    return 0;
}
