/* Results in SARIF: one for each finding that nobody expected. */
#include <inttypes.h>
#include <string.h>

#include "finding/block.h"
#include "finding/reproduce.h"
#include "formats/rules.h"
#include "formats/sarif.h"
#include "trace/timeline.h"
#include "trace/trace.h"

static void add_line(struct str *s, const char *name, const char *text)
{
    if (text && *text)
        str_addf(s, "\n%s%s", name, text);
}

/* The first line says enough for a list of results. */
static json_t *message_of(const struct report_run *run,
                          const struct report_scenario *scenario,
                          const struct report_finding *entry)
{
    const struct finding *finding = entry->finding;
    const char *what =
        finding->what ? finding->what : finding_kind_about(finding->kind);
    struct str s;
    str_init(&s);
    str_add(&s, what);
    add_line(&s, "expected: ", finding->expected);
    add_line(&s, "actual: ", finding->actual);
    /* Its lines are ended. */
    add_line(&s, "", finding->detail);
    str_addf(&s, "%sin scenario %s", finding->detail ? "" : "\n",
             scenario->name);
    add_line(&s, "with ", entry->parameters);
    str_add(&s, "\nreproduce: ");
    reproduce_add(&s, run, scenario, entry);
    return sarif_message_take(&s);
}

/* What is wrong has no place of its own: then it is the scenario's file, or
 * its name. */
static json_t *scenario_location(const struct checkout *checkout,
                                 const struct report_scenario *scenario)
{
    if (scenario->path && *scenario->path) {
        const struct location location = {.file = scenario->path, .line = 1};
        return sarif_location(checkout, &location, NULL);
    }
    bool failed = false;
    json_t *o = json_object(), *array = json_array(), *logical = json_object();
    value_put(logical, "fullyQualifiedName", value_text(scenario->name),
              &failed);
    value_put(logical, "kind", json_string("scenario"), &failed);
    value_append(array, logical, &failed);
    value_put(o, "logicalLocations", array, &failed);
    return value_finish(o, failed);
}

/* "0.1 (consumer): waits for mutex /ring" */
static json_t *place_location(const struct checkout *checkout,
                              const struct finding_place *place)
{
    struct str words;
    str_init(&words);
    if (place->task)
        str_add(&words, place->task);
    if (place->role)
        str_addf(&words, "%s%s", words.len ? ": " : "", place->role);
    json_t *o = str_ok(&words)
                    ? sarif_location(checkout, &place->location, words.data)
                    : NULL;
    str_fini(&words);
    return o;
}

static json_t *main_locations(const struct checkout *checkout,
                              const struct report_scenario *scenario,
                              const struct finding_place *place)
{
    bool failed = false;
    json_t *array = json_array();
    value_append(array,
                 place ? place_location(checkout, place)
                       : scenario_location(checkout, scenario),
                 &failed);
    return value_finish(array, failed);
}

static json_t *other_locations(const struct checkout *checkout,
                               const struct finding *finding,
                               const struct finding_place *main)
{
    bool failed = false;
    json_t *array = json_array();
    for (size_t i = 0; i < finding->place_count; i++) {
        const struct finding_place *place = &finding->places[i];
        if (place == main || !sarif_is_known(&place->location))
            continue;
        json_t *o = place_location(checkout, place);
        value_put(o, "id", value_number(json_array_size(array) + 1), &failed);
        value_append(array, o, &failed);
    }
    return value_finish(array, failed);
}

/* With the shortest schedule, should the trace have one. A trace that cannot
 * be read any more takes nothing else away from the result. */
static json_t *flows_of(const struct checkout *checkout,
                        const struct report_finding *entry)
{
    struct trace *trace = NULL;
    struct timeline timeline = {0};
    if (entry->trace && *entry->trace &&
        !trace_open(&trace, entry->trace, NULL) &&
        timeline_init(&timeline, trace)) {
        trace_close(trace);
        return NULL;
    }
    json_t *flows = sarif_flows(checkout, entry->finding,
                                timeline.minimal ? &timeline : NULL);
    timeline_fini(&timeline);
    trace_close(trace);
    return flows;
}

static json_t *attachments(const struct checkout *checkout,
                           const struct report_finding *entry)
{
    bool failed = false;
    json_t *o = json_object(), *array = json_array();
    value_put(o, "description",
              sarif_message("The trace of the failure, for mpstress replay"),
              &failed);
    sarif_put_artifact(o, "artifactLocation", checkout, entry->trace, &failed);
    value_append(array, o, &failed);
    return value_finish(array, failed);
}

/* Accepted by somebody, not in the source: "external". */
static json_t *suppressions(const struct report_finding *entry)
{
    bool failed = false;
    json_t *o = json_object(), *array = json_array();
    value_put(o, "kind", json_string("external"), &failed);
    value_put(o, "status", json_string("accepted"), &failed);
    value_put(o, "justification", value_text(entry->known), &failed);
    value_append(array, o, &failed);
    return value_finish(array, failed);
}

/* Where one result has suppressions, all must: an empty list says "not". */
static bool any_known(const struct report_run *run)
{
    for (size_t i = 0; i < run->scenario_count; i++)
        for (size_t k = 0; k < run->scenarios[i].finding_count; k++)
            if (run->scenarios[i].findings[k].known)
                return true;
    return false;
}

static json_t *fingerprints(const struct finding *finding)
{
    bool failed = false;
    json_t *o = json_object();
    value_put(o, "mpstressFinding/v1",
              json_sprintf("%016" PRIx64, finding->fingerprint), &failed);
    return value_finish(o, failed);
}

static json_t *properties(const struct report_scenario *scenario,
                          const struct report_finding *entry)
{
    bool failed = false;
    json_t *o = json_object();
    value_put(o, "scenario", value_text(scenario->name), &failed);
    value_put(o, "id", value_text(entry->id), &failed);
    value_put(o, "iteration", value_number(entry->first_iteration), &failed);
    value_put(o, "seed", value_hex(entry->first_seed), &failed);
    value_put(o, "strategy", value_text_or_null(entry->strategy), &failed);
    value_put(o, "parameters", value_text(entry->parameters), &failed);
    value_put(o, "replays", value_number(entry->replays), &failed);
    value_put(o, "replaysFailed", value_number(entry->replays_failed), &failed);
    return value_finish(o, failed);
}

/* Some readers refuse empty lists. */
static void put_unless_empty(json_t *object, const char *key, json_t *array,
                             bool *failed)
{
    if (!array || json_array_size(array))
        value_put(object, key, array, failed);
    else
        json_decref(array);
}

static json_t *result_of(const struct checkout *checkout,
                         const struct report_run *run,
                         const struct report_scenario *scenario,
                         const struct report_finding *entry)
{
    bool failed = false;
    const struct finding *finding = entry->finding;
    const struct rule *rule = rule_of(finding->kind);
    const struct finding_place *main = block_main_place(finding);
    json_t *o = json_object();
    value_put(o, "ruleId", json_string(rule->id), &failed);
    value_put(o, "ruleIndex", value_number(finding->kind), &failed);
    value_put(o, "level", json_string(rule->level), &failed);
    value_put(o, "message", message_of(run, scenario, entry), &failed);
    value_put(o, "locations", main_locations(checkout, scenario, main),
              &failed);
    put_unless_empty(o, "relatedLocations",
                     other_locations(checkout, finding, main), &failed);
    put_unless_empty(o, "codeFlows", flows_of(checkout, entry), &failed);
    value_put(o, "partialFingerprints", fingerprints(finding), &failed);
    value_put(o, "occurrenceCount",
              value_number(entry->times ? entry->times : 1), &failed);
    if (any_known(run))
        value_put(o, "suppressions",
                  entry->known ? suppressions(entry) : json_array(), &failed);
    if (entry->trace && *entry->trace)
        value_put(o, "attachments", attachments(checkout, entry), &failed);
    value_put(o, "properties", properties(scenario, entry), &failed);
    return value_finish(o, failed);
}

json_t *sarif_results(const struct checkout *checkout,
                      const struct report_run *run)
{
    bool failed = false;
    json_t *array = json_array();
    for (size_t i = 0; i < run->scenario_count; i++) {
        const struct report_scenario *scenario = &run->scenarios[i];
        for (size_t k = 0; k < scenario->finding_count; k++)
            if (!scenario->findings[k].expected)
                value_append(
                    array,
                    result_of(checkout, run, scenario, &scenario->findings[k]),
                    &failed);
    }
    return value_finish(array, failed);
}
