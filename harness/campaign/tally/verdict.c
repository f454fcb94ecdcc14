/* What a tally comes to in the end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "known.h"
#include "store/store.h"
#include "tally/tally.h"

uint64_t tally_new_failures(const struct tally *tally)
{
    return tally->failures - tally->known_failures + tally->revived;
}

bool tally_is_done(const struct tally *tally, uint64_t max_failures)
{
    if (!max_failures || tally_new_failures(tally) < max_failures)
        return false;
    return tally->scenario->expect == EXPECT_PASS || tally->expected_seen;
}

uint64_t tally_cut_off(const struct tally *tally)
{
    uint64_t count = 0;
    for (int way = 0; way < WAY_COUNT; way++)
        count += tally->ways[way].bounded;
    return count;
}

uint64_t tally_clean(const struct tally *tally)
{
    uint64_t failures = tally->failures - tally->known_failures;
    return tally->iterations - failures - tally_cut_off(tally);
}

bool tally_is_flaky(const struct tally *tally, uint64_t max_failures)
{
    return max_failures != 1 && tally->scenario->expect == EXPECT_PASS &&
           tally->failures > tally->known_failures &&
           tally->failures < tally->iterations;
}

static bool was_seen(const struct tally *tally, const char *id)
{
    for (size_t i = 0; i < tally->finding_count; i++)
        if (tally->findings[i].id && !strcmp(tally->findings[i].id, id))
            return true;
    return false;
}

int tally_replayed(struct tally *tally, const char *id, uint64_t iteration,
                   bool came)
{
    struct replayed *list =
        realloc(tally->replayed, (tally->replayed_count + 1) * sizeof(*list));
    if (list)
        tally->replayed = list;
    char *copy = strdup(id);
    if (!list || !copy) {
        free(copy);
        return -ENOMEM;
    }
    list[tally->replayed_count++] = (struct replayed){copy, iteration, came};
    return 0;
}

void tally_list_fixed(struct tally *tally)
{
    tally->fixed = calloc(tally->replayed_count + 1, sizeof(*tally->fixed));
    for (size_t i = 0; tally->fixed && i < tally->replayed_count; i++) {
        const struct replayed *one = &tally->replayed[i];
        if (!one->came && tally->iterations > one->iteration &&
            !was_seen(tally, one->id))
            tally->fixed[tally->fixed_count++] = one->id;
    }
}

void tally_list_unseen(struct tally *tally)
{
    const struct known_list *known = tally->known;
    if (!known || !known->count)
        return;
    tally->unseen = calloc(known->count, sizeof(*tally->unseen));
    for (size_t i = 0; tally->unseen && i < known->count; i++) {
        const struct known *one = &known->items[i];
        if (store_id_is_of(one->id, tally->scenario->name) &&
            !was_seen(tally, one->id))
            tally->unseen[tally->unseen_count++] =
                (struct report_known){one->id, one->reason};
    }
}

/* The ways that were used, for the report. */
static void list_ways(struct tally *tally)
{
    free(tally->used);
    tally->used = calloc(WAY_COUNT, sizeof(*tally->used));
    tally->used_count = 0;
    for (int way = 0; tally->used && way < WAY_COUNT; way++) {
        struct report_strategy *stats = &tally->ways[way];
        if (!stats->iterations)
            continue;
        stats->name = portfolio_way_name(way);
        stats->controlled = portfolio_way_is_controlled(way);
        stats->distinct =
            hash_set_count(tally->orders[way], &stats->distinct_full);
        tally->used[tally->used_count++] = *stats;
    }
}

struct collector {
    struct tally *tally;
};

static void collect_unreached(void *context, const char *name, bool reached)
{
    struct tally *tally = ((struct collector *)context)->tally;
    if (reached)
        return;
    char **names = realloc(tally->never_reached,
                           (tally->never_reached_count + 1) * sizeof(*names));
    if (!names)
        return;
    tally->never_reached = names;
    names[tally->never_reached_count++] = strdup(name);
}

enum verdict tally_verdict(struct tally *tally, bool ended_early)
{
    list_ways(tally);
    tally->breakdown_count = breakdown_finish(&tally->breakdown);
    const struct scenario *scenario = tally->scenario;
    struct collector collector = {tally};
    sometimes_each(tally->sometimes, collect_unreached, &collector);
    if (tally->reason)
        return VERDICT_ERROR;
    if (scenario->expect == EXPECT_FAIL) {
        if (tally->expected_seen)
            return VERDICT_PASS;
        const char *kind =
            scenario->finding < 0
                ? "failure"
                : finding_kind_name((enum finding_kind)scenario->finding);
        tally->reason =
            str_format("the expected %s did not turn up in %llu iterations%s",
                       kind, (unsigned long long)tally->iterations,
                       ended_early ? " (ended early)" : "");
        return ended_early ? VERDICT_INCONCLUSIVE : VERDICT_FAIL;
    }
    if (tally_new_failures(tally)) {
        tally->reason =
            tally->failures
                ? str_format("%llu of %llu iterations failed",
                             (unsigned long long)tally->failures,
                             (unsigned long long)tally->iterations)
                : str_format("%llu stored failure%s came again when replayed",
                             (unsigned long long)tally->revived,
                             tally->revived == 1 ? "" : "s");
        return VERDICT_FAIL;
    }
    /* What was cut off was made up for, but not without end. */
    if (ended_early && tally->iterations >= tally->planned &&
        tally_clean(tally) < tally->planned) {
        tally->reason = str_format("only %llu of %llu iterations were judged",
                                   (unsigned long long)tally_clean(tally),
                                   (unsigned long long)tally->planned);
        return VERDICT_INCONCLUSIVE;
    }
    if (ended_early) {
        tally->reason = tally->planned
                            ? str_format("ended after %llu of %llu iterations",
                                         (unsigned long long)tally->iterations,
                                         (unsigned long long)tally->planned)
                            : strdup("interrupted");
        return VERDICT_INCONCLUSIVE;
    }
    if (!tally->iterations) {
        tally->reason = strdup("no iteration was run");
        return VERDICT_INCONCLUSIVE;
    }
    if (tally->never_reached_count) {
        tally->reason =
            str_format("never reached: %s", tally->never_reached[0]);
        return VERDICT_INCONCLUSIVE;
    }
    return VERDICT_PASS;
}
