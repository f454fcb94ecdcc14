#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/str.h"
#include "sample_test.h"

static json_t *parse(const struct report_run *run)
{
    char *text = sample_format("json", run);
    json_error_t error;
    json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    cr_assert(document, "%d: %s", error.line, error.text);
    free(text);
    return document;
}

/* VALUE, written as JSON, is TEXT. */
static void expect(const json_t *object, const char *key, const char *text)
{
    const json_t *value = json_object_get(object, key);
    cr_assert(value, "no %s", key);
    char *found = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT |
                                        JSON_REAL_PRECISION(12));
    cr_expect_str_eq(found, text, "%s:\nfound: %s\nnot: %s", key, found, text);
    free(found);
}

static json_t *scenario_at(const json_t *document, size_t index)
{
    return json_array_get(json_object_get(document, "scenarios"), index);
}

Test(json, describes_the_run)
{
    json_t *run = parse(&sample_run);
    expect(run, "schema", "1");
    expect(run, "version", "\"0.1.0\"");
    expect(run, "command", "\"mpstress run --iterations 10000\"");
    expect(run, "mode", "\"auto\"");
    expect(run, "store", "\".mpstress\"");
    expect(run, "seed", "\"0x5eed2a915eed2a91\"");
    expect(run, "jobs", "2");
    expect(run, "started", "\"2024-05-01T12:30:00Z\"");
    expect(run, "started_ms", "1714566600123");
    expect(run, "elapsed_ms", "91500");
    expect(run, "interrupted", "false");
    expect(run, "exit_code", "1");
    expect(run, "notes",
           "[\"no namespaces here: process ids vary (see `mpstress "
           "doctor`)\"]");
    cr_expect_eq(json_array_size(json_object_get(run, "scenarios")), SAMPLES);
    json_decref(run);
}

Test(json, describes_a_scenario_that_passed)
{
    json_t *run = parse(&sample_run);
    const json_t *scenario = scenario_at(run, SAMPLE_PASS);
    expect(scenario, "name", "\"counter-atomic\"");
    expect(scenario, "about", "\"Shared total, atomic additions\"");
    expect(scenario, "path", "\"scenarios/counter-atomic.yml\"");
    expect(scenario, "verdict", "\"pass\"");
    expect(scenario, "reason", "\"\"");
    expect(scenario, "expect", "\"pass\"");
    expect(scenario, "expected_kind", "null");
    expect(scenario, "planned", "10000");
    expect(scenario, "iterations", "10000");
    expect(scenario, "failures", "0");
    expect(scenario, "failure_rate",
           "{\"value\":0.0,\"low\":0.0,\"high\":0.0003}");
    expect(scenario, "elapsed_ms", "9500");
    expect(scenario, "findings", "[]");
    expect(scenario, "never_reached", "[]");
    expect(scenario, "fixed", "[\"counter-atomic-0badf00d\"]");
    json_decref(run);
}

Test(json, describes_the_other_verdicts)
{
    json_t *run = parse(&sample_run);
    const json_t *scenario = scenario_at(run, SAMPLE_CAUGHT);
    expect(scenario, "verdict", "\"pass\"");
    expect(scenario, "expect", "\"fail\"");
    expect(scenario, "expected_kind", "\"hang\"");
    expect(json_array_get(json_object_get(scenario, "findings"), 0),
           "is_expected", "true");
    expect(scenario_at(run, SAMPLE_FAIL), "verdict", "\"fail\"");
    scenario = scenario_at(run, SAMPLE_INCONCLUSIVE);
    expect(scenario, "verdict", "\"inconclusive\"");
    expect(scenario, "reason", "\"ended after 421 of 10000 iterations\"");
    expect(scenario, "never_reached", "[\"queue full\",\"worker starved\"]");
    scenario = scenario_at(run, SAMPLE_ERROR);
    expect(scenario, "verdict", "\"error\"");
    expect(scenario, "path", "null");
    expect(scenario, "failure_rate", "null");
    json_decref(run);
}

Test(json, describes_a_finding)
{
    json_t *run = parse(&sample_run);
    const json_t *finding = json_array_get(
        json_object_get(scenario_at(run, SAMPLE_FAIL), "findings"), 1);
    expect(finding, "id", "\"primes-sentinels-76543210\"");
    expect(finding, "kind", "\"invariant\"");
    expect(finding, "fingerprint", "\"0xfedcba9876543210\"");
    expect(finding, "is_expected", "false");
    expect(finding, "invariant", "\"exactly_once tasks\"");
    expect(finding, "what", "\"tasks: of 400 items 2 lost\"");
    expect(finding, "expected", "\"every item once\"");
    expect(finding, "actual", "\"2 lost\"");
    expect(finding, "detail",
           "\"lost: 17, put 1 times, got 0 times, by 0\\nlost: 31, put 1 "
           "times, got 0 times, by 0.2 (worker)\\n\"");
    expect(finding, "times", "2");
    expect(finding, "first_iteration", "1377");
    expect(finding, "first_seed", "\"0xffffffffffffffff\"");
    expect(finding, "strategy", "\"pct\"");
    expect(finding, "parameters", "\"workers=3 items=400\"");
    expect(finding, "trace",
           "\".mpstress/failures/primes-sentinels-76543210.mpt\"");
    expect(finding, "replays", "20");
    expect(finding, "replays_failed", "19");
    expect(finding, "reproduce",
           "\"mpstress replay primes-sentinels-76543210\"");
    expect(json_array_get(
               json_object_get(scenario_at(run, SAMPLE_CAUGHT), "findings"), 0),
           "strategy", "null");
    json_decref(run);
}

Test(json, describes_strategies)
{
    json_t *run = parse(&sample_run);
    const json_t *scenario = scenario_at(run, SAMPLE_FAIL);
    const json_t *strategies = json_object_get(scenario, "strategies");
    cr_assert_eq(json_array_size(strategies), 3);
    const json_t *pct = json_array_get(strategies, 1);
    expect(pct, "name", "\"pct\"");
    expect(pct, "is_controlled", "true");
    expect(pct, "iterations", "3200");
    expect(pct, "failures", "2");
    expect(pct, "findings", "1");
    expect(pct, "first_failure", "1377");
    expect(pct, "decisions_min", "97");
    expect(pct, "decisions_max", "2120");
    expect(pct, "decisions_sum", "4192000");
    expect(pct, "steps_sum", "6720000");
    expect(pct, "switches_sum", "131200");
    expect(pct, "distinct", "3101");
    expect(pct, "distinct_is_bound", "true");
    expect(pct, "partly_controlled", "12");
    expect(pct, "cut_off", "3");
    const json_t *stress = json_array_get(strategies, 0);
    expect(stress, "is_controlled", "false");
    expect(stress, "first_failure", "4012");
    expect(stress, "decisions_sum", "null");
    expect(stress, "distinct", "null");
    expect(stress, "distinct_is_bound", "false");
    expect(json_array_get(strategies, 2), "first_failure", "null");
    json_decref(run);
}

Test(json, says_what_was_not_under_control)
{
    json_t *run = parse(&sample_run);
    const json_t *scenario = scenario_at(run, SAMPLE_FAIL);
    expect(scenario, "partly_controlled", "12");
    expect(scenario, "external_call", "\"io_uring_enter\"");
    expect(scenario, "cut_off", "3");
    scenario = scenario_at(run, SAMPLE_PASS);
    expect(scenario, "strategies", "[]");
    expect(scenario, "partly_controlled", "0");
    expect(scenario, "external_call", "null");
    expect(scenario, "cut_off", "0");
    json_decref(run);
}

Test(json, describes_places)
{
    json_t *run = parse(&sample_run);
    const json_t *finding = json_array_get(
        json_object_get(scenario_at(run, SAMPLE_FAIL), "findings"), 1);
    const json_t *places = json_object_get(finding, "places");
    cr_assert_eq(json_array_size(places), 2);
    const json_t *place = json_array_get(places, 0);
    expect(place, "role", "\"put it\"");
    expect(place, "task", "\"0\"");
    expect(place, "function", "\"produce\"");
    expect(place, "file", "\"targets/primes.c\"");
    expect(place, "line", "88");
    expect(place, "module", "\"/bin/primes\"");
    expect(place, "offset", "\"0x11a0\"");
    place = json_array_get(places, 1);
    expect(place, "function", "null");
    expect(place, "file", "null");
    expect(place, "line", "null");
    expect(place, "offset", "\"0x4f0\"");
    json_decref(run);
}

Test(json, survives_hostile_texts)
{
    json_t *run = parse(&sample_hostile);
    const char *name =
        json_string_value(json_object_get(scenario_at(run, 0), "name"));
    /* Controls are text to JSON; what is no UTF-8 shows its bytes. */
    cr_expect(strstr(name, "\033[31mred\r\n]]><!-- & \"'\t\x01\x7f\\xff"));
    expect(run, "seed", "\"0xffffffffffffffff\"");
    expect(json_array_get(json_object_get(scenario_at(run, 0), "findings"), 0),
           "first_seed", "\"0x0\"");
    json_decref(run);
}

/* -- SCHEMA.md and the report name the same fields
 * ---------------------------*/

static const char *const sections[] = {
    "run",     "scenario", "failure rate",     "strategy",
    "finding", "place",    "finding not seen", "confidence"};

/* The object that SECTION describes. */
static const json_t *object_of(const json_t *run, const json_t *known,
                               const char *section)
{
    const json_t *scenario = scenario_at(run, SAMPLE_FAIL);
    const json_t *finding =
        json_array_get(json_object_get(scenario, "findings"), 1);
    const json_t *objects[] = {
        run,
        scenario,
        json_object_get(scenario, "failure_rate"),
        json_array_get(json_object_get(scenario, "strategies"), 1),
        finding,
        json_array_get(json_object_get(finding, "places"), 0),
        json_array_get(
            json_object_get(scenario_at(run, SAMPLE_MISSED), "known_not_seen"),
            0),
        json_object_get(known, "confidence")};
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
        if (!strcmp(section, sections[i]))
            return objects[i];
    return NULL;
}

/* Whether the description of TYPE ("string or null") allows VALUE. */
static bool type_allows(const char *type, const json_t *value)
{
    const char *name = json_is_string(value)    ? "string"
                       : json_is_boolean(value) ? "boolean"
                       : json_is_number(value)  ? "number"
                       : json_is_array(value)   ? "array"
                       : json_is_object(value)  ? "object"
                                                : "null";
    const char *at = strstr(type, name);
    return at == type || (at && !strcmp(name, "null"));
}

/* LINE is "| `name` | type | meaning |". Returns whether it is such a row of
 * OBJECT's table, and complains if the field is not there. */
static bool check_row(const char *line, const json_t *object)
{
    char name[64], type[64];
    if (sscanf(line, "| `%63[a-z_]` | %63[a-z ] |", name, type) != 2)
        return false;
    const json_t *value = json_object_get(object, name);
    cr_expect(value, "SCHEMA.md has %s, the report does not", name);
    cr_expect(!value || type_allows(type, value), "%s is no %s", name, type);
    return true;
}

Test(json, has_just_the_fields_that_are_documented)
{
    struct str schema;
    str_init(&schema);
    cr_assert_eq(io_read_file(AT_FDCWD, SCHEMA_FILE, &schema, 1 << 20), 0);
    json_t *run = parse(&sample_run), *known = parse(&sample_known);
    const json_t *object = NULL;
    size_t described = 0, rows = 0;
    for (char *line = strtok(schema.data, "\n"); line;
         line = strtok(NULL, "\n")) {
        char section[64];
        if (sscanf(line, "## %*s %63[a-z ]", section) == 1) {
            cr_expect(!object || rows == json_object_size(object),
                      "before '%s': %zu fields described, %zu reported",
                      section, rows, json_object_size(object));
            object = object_of(run, known, section);
            cr_assert(object, "unknown section %s", section);
            described++;
            rows = 0;
        }
        rows += object && check_row(line, object);
    }
    cr_expect_eq(rows, json_object_size(object), "in the last section");
    cr_expect_eq(described, sizeof(sections) / sizeof(sections[0]));
    json_decref(run);
    json_decref(known);
    str_fini(&schema);
}

Test(json, tells_known_failures_from_others)
{
    json_t *run = parse(&sample_known);
    const json_t *scenario = scenario_at(run, KNOWN_AND_NEW);
    expect(scenario, "verdict", "\"fail\"");
    expect(scenario, "failures", "13");
    expect(scenario, "known_failures", "12");
    expect(scenario, "is_flaky", "true");
    expect(scenario, "is_confident", "false");
    expect(scenario_at(run, KNOWN_ALONE), "is_confident", "true");
    expect(scenario_at(run, KNOWN_ALONE), "is_flaky", "false");
    expect(run, "confidence",
           "{\"required\":0.99,\"max_rate\":0.005,\"iterations\":919}");
    const json_t *findings = json_object_get(scenario, "findings");
    expect(json_array_get(findings, 0), "known",
           "\"ticket #7: the ring stays, <b>\"");
    expect(json_array_get(findings, 1), "known", "null");
    expect(scenario_at(run, KNOWN_ALONE), "verdict", "\"pass\"");
    json_decref(run);
}
