#include "tally/tally.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "known.h"
#include "store/store.h"

int tally_init(struct tally *tally, const struct scenario *scenario)
{
    *tally = (struct tally){.scenario = scenario};
    tally->sometimes = sometimes_new();
    return tally->sometimes ? 0 : -ENOMEM;
}

/* The texts of a report_finding belong to the tally. */
static void free_text(const char *text)
{
    char *mutable_text;
    memcpy(&mutable_text, &text, sizeof(text));
    free(mutable_text);
}

/* The contents of one entry. */
static void free_entry(struct report_finding *entry)
{
    struct finding *owned;
    memcpy(&owned, &entry->finding, sizeof(owned));
    struct finding_list list = {.items = owned, .count = 1};
    finding_list_clear(&list);
    free_text(entry->id);
    free_text(entry->trace);
    free_text(entry->parameters);
}

void tally_fini(struct tally *tally)
{
    for (size_t i = 0; i < tally->finding_count; i++)
        free_entry(&tally->findings[i]);
    free(tally->findings);
    free(tally->warnings);
    free(tally->unseen);
    free(tally->fixed);
    for (size_t i = 0; i < tally->replayed_count; i++)
        free(tally->replayed[i].id);
    free(tally->replayed);
    free(tally->used);
    for (int way = 0; way < WAY_COUNT; way++)
        hash_set_free(tally->orders[way]);
    for (size_t i = 0; i < tally->never_reached_count; i++)
        free(tally->never_reached[i]);
    free(tally->never_reached);
    sometimes_free(tally->sometimes);
    free(tally->reason);
    free(tally->shared);
    *tally = (struct tally){0};
}

/* The call that took a task out of control: "futex in f()". */
static void note_external(struct tally *tally, const struct outcome *outcome)
{
    const struct segment_schedule *schedule = &outcome->segment->schedule;
    if (*tally->external_call)
        return;
    snprintf(tally->external_call, sizeof(tally->external_call), "%.*s",
             SCHEDULE_CALL_BYTES, schedule->external_call);
    if (!*tally->external_call)
        strcpy(tally->external_call, "a call");
}

bool tally_is_warning(const struct scenario *scenario,
                      const struct finding *finding)
{
    return finding->kind == FINDING_LOCK_ORDER &&
           scenario->finding != FINDING_LOCK_ORDER;
}

/* How many of LIST count, and of them those that are *KNOWN. */
static size_t count_failures(const struct tally *tally,
                             const struct finding_list *list, size_t *known)
{
    size_t count = 0;
    *known = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (tally_is_warning(tally->scenario, &list->items[i]))
            continue;
        count++;
        *known += tally_known(tally, &list->items[i]) != NULL;
    }
    return count;
}

void tally_count(struct tally *tally, int way, const struct outcome *outcome,
                 const struct finding_list *list)
{
    size_t known, findings = count_failures(tally, list, &known);
    struct report_strategy *stats = &tally->ways[way];
    const struct segment_schedule *schedule = &outcome->segment->schedule;
    if (findings && !stats->failures++)
        stats->first = outcome->iteration;
    stats->iterations++;
    tally->iterations++;
    tally->failures += findings != 0;
    tally->known_failures += findings && known == findings;
    breakdown_count(&tally->breakdown, outcome, findings != 0);
    if (!outcome->controlled)
        return;
    blind_count(&tally->blind, outcome);
    uint64_t decisions = schedule->decisions;
    if (stats->iterations == 1 || decisions < stats->decisions_min)
        stats->decisions_min = decisions;
    if (decisions > stats->decisions_max)
        stats->decisions_max = decisions;
    stats->decisions_sum += decisions;
    stats->steps_sum += schedule->grants;
    stats->switches_sum += schedule->switches;
    stats->bounded += !findings && schedule->verdict == SCHEDULE_STEP_BOUND;
    if (schedule->externals_ever) {
        stats->partly++;
        note_external(tally, outcome);
    }
    if (!tally->orders[way])
        tally->orders[way] = hash_set_new();
    hash_set_add(tally->orders[way], schedule->hash);
}

/* "workers=3 increments=200" */
static char *describe(const struct choice *choice)
{
    struct str text;
    str_init(&text);
    for (size_t i = 0; i < choice->scenario->parameter_count; i++)
        str_addf(&text, "%s%s=%s", i ? " " : "",
                 choice->scenario->parameters[i].name, choice->values[i]);
    return str_take(&text);
}

static bool is_expected(const struct scenario *scenario,
                        const struct finding *finding)
{
    return scenario->expect == EXPECT_FAIL &&
           (scenario->finding < 0 || scenario->finding == (int)finding->kind);
}

/* Where a deadlock is expected, nobody wonders at a lock order that leads to
 * one; it does not stand in for the deadlock. */
static bool is_no_surprise(const struct scenario *scenario,
                           const struct finding *finding)
{
    return is_expected(scenario, finding) ||
           (scenario->expect == EXPECT_FAIL &&
            scenario->finding == FINDING_DEADLOCK &&
            finding->kind == FINDING_LOCK_ORDER);
}

const char *tally_known(const struct tally *tally,
                        const struct finding *finding)
{
    char id[STORE_ID_BYTES];
    if (!tally->known || !tally->known->count ||
        is_no_surprise(tally->scenario, finding))
        return NULL;
    return known_reason(tally->known,
                        store_failure_id(id, sizeof(id), tally->scenario->name,
                                         finding->fingerprint));
}

struct report_finding *tally_add(struct tally *tally, struct finding *finding,
                                 const struct outcome *outcome, bool *is_new)
{
    *is_new = false;
    for (size_t i = 0; i < tally->finding_count; i++) {
        struct report_finding *entry = &tally->findings[i];
        if (entry->finding->fingerprint == finding->fingerprint) {
            entry->times++;
            return entry;
        }
    }
    struct report_finding *findings = realloc(
        tally->findings, (tally->finding_count + 1) * sizeof(*findings));
    if (findings)
        tally->findings = findings;
    /* A list item of its own, so that finding_list_clear() can free it. */
    struct finding *kept = calloc(1, sizeof(*kept));
    char *parameters = describe(outcome->choice);
    if (!findings || !kept || !parameters) {
        free(kept);
        free(parameters);
        return NULL;
    }
    *kept = *finding;
    *finding = (struct finding){0};
    struct report_finding *entry = &findings[tally->finding_count++];
    *entry = (struct report_finding){
        .finding = kept,
        .times = 1,
        .first_iteration = outcome->iteration,
        .first_seed = outcome->seed,
        .parameters = parameters,
        .expected = is_no_surprise(tally->scenario, kept),
        .known = tally_known(tally, kept),
    };
    if (is_expected(tally->scenario, kept) &&
        !tally_is_warning(tally->scenario, kept))
        tally->expected_seen = true;
    *is_new = true;
    return entry;
}

int tally_warn(struct tally *tally, const struct report_finding *entry, int way,
               bool alone)
{
    struct warning *warnings = realloc(
        tally->warnings, (tally->warning_count + 1) * sizeof(*warnings));
    if (!warnings)
        return -ENOMEM;
    tally->warnings = warnings;
    warnings[tally->warning_count++] =
        (struct warning){entry->finding->fingerprint, way, alone};
    return 0;
}

void tally_confirm(struct tally *tally, size_t number,
                   const struct warning *warning)
{
    const struct report_finding *entry = &tally->findings[number];
    struct report_strategy *stats = &tally->ways[warning->way];
    if (is_expected(tally->scenario, entry->finding))
        tally->expected_seen = true;
    if (!warning->alone)
        return;
    tally->failures++;
    tally->known_failures += entry->known != NULL;
    if (!stats->failures++ || entry->first_iteration < stats->first)
        stats->first = entry->first_iteration;
}

void tally_forget(struct tally *tally, size_t number)
{
    free_entry(&tally->findings[number]);
    tally->finding_count--;
    for (size_t i = number; i < tally->finding_count; i++)
        tally->findings[i] = tally->findings[i + 1];
}
