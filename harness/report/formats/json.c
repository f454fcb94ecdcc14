/* JSON: every field is described in SCHEMA.md, and the tests hold the two
 * together. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#include "block.h"
#include "formats.h"
#include "rate.h"
#include "summary.h"
#include "words.h"

enum { SCHEMA = 1 };

/* Steals VALUE. A failed allocation anywhere shows as *FAILED. */
static void put(json_t *object, const char *key, json_t *value, bool *failed)
{
    *failed |= json_object_set_new(object, key, value) != 0;
}

static json_t *text(const char *value)
{
    struct str s;
    str_init(&s);
    words_utf8(&s, value);
    json_t *string = str_ok(&s) ? json_stringn(s.data, s.len) : NULL;
    str_fini(&s);
    return string;
}

static json_t *text_or_null(const char *value)
{
    return value ? text(value) : json_null();
}

/* JSON numbers are doubles to most readers: 64 bits go as text. */
static json_t *hex(uint64_t value)
{
    return json_sprintf("0x%" PRIx64, value);
}

static json_t *number(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

static json_t *milliseconds(uint64_t ns)
{
    return number((ns + 500000) / 1000000);
}

/* "2024-05-01T12:30:00Z": UTC, for people and for sorting. */
static json_t *date(uint64_t wall_ns)
{
    char buf[64] = "";
    time_t seconds = (time_t)(wall_ns / 1000000000);
    struct tm utc;
    if (gmtime_r(&seconds, &utc))
        strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return json_string(buf);
}

static json_t *texts(const char *const *list, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        if (json_array_append_new(array, text(list[i]))) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *finish(json_t *object, bool failed)
{
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *place_object(const struct finding_place *place)
{
    bool failed = false;
    json_t *o = json_object();
    const struct location *location = &place->location;
    put(o, "role", text_or_null(place->role), &failed);
    put(o, "task", text_or_null(place->task), &failed);
    put(o, "function", text_or_null(location->function), &failed);
    put(o, "file", text_or_null(location->file), &failed);
    put(o, "line",
        location->line > 0 ? json_integer(location->line) : json_null(),
        &failed);
    put(o, "module", text_or_null(location->module), &failed);
    put(o, "offset", location->module ? hex(location->offset) : json_null(),
        &failed);
    return finish(o, failed);
}

static json_t *place_array(const struct finding *finding)
{
    json_t *array = json_array();
    for (size_t i = 0; i < finding->place_count; i++) {
        if (json_array_append_new(array, place_object(&finding->places[i]))) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *reproduce_text(const struct report_run *run,
                              const struct report_scenario *scenario,
                              const struct report_finding *finding)
{
    struct str s;
    str_init(&s);
    reproduce_add(&s, run, scenario, finding);
    json_t *string = str_ok(&s) ? text(s.data) : NULL;
    str_fini(&s);
    return string;
}

static json_t *finding_object(const struct report_run *run,
                              const struct report_scenario *scenario,
                              const struct report_finding *entry)
{
    bool failed = false;
    json_t *o = json_object();
    const struct finding *finding = entry->finding;
    put(o, "id", text(entry->id), &failed);
    put(o, "kind", json_string(finding_kind_name(finding->kind)), &failed);
    put(o, "fingerprint", hex(finding->fingerprint), &failed);
    put(o, "is_expected", json_boolean(entry->expected), &failed);
    put(o, "invariant", text_or_null(finding->invariant), &failed);
    put(o, "what", text(finding->what), &failed);
    put(o, "expected", text_or_null(finding->expected), &failed);
    put(o, "actual", text_or_null(finding->actual), &failed);
    put(o, "detail", text_or_null(finding->detail), &failed);
    put(o, "places", place_array(finding), &failed);
    put(o, "times", number(entry->times), &failed);
    put(o, "first_iteration", number(entry->first_iteration), &failed);
    put(o, "first_seed", hex(entry->first_seed), &failed);
    put(o, "strategy", text_or_null(entry->strategy), &failed);
    put(o, "parameters", text(entry->parameters), &failed);
    put(o, "trace",
        text_or_null(entry->trace && *entry->trace ? entry->trace : NULL),
        &failed);
    put(o, "replays", number(entry->replays), &failed);
    put(o, "replays_failed", number(entry->replays_failed), &failed);
    put(o, "reproduce", reproduce_text(run, scenario, entry), &failed);
    return finish(o, failed);
}

static json_t *rate_object(const struct report_scenario *scenario)
{
    if (!scenario->iterations)
        return json_null();
    bool failed = false;
    json_t *o = json_object();
    struct rate rate = rate_of(scenario->failures, scenario->iterations);
    put(o, "value", json_real(rate.value), &failed);
    put(o, "low", json_real(rate.low), &failed);
    put(o, "high", json_real(rate.high), &failed);
    return finish(o, failed);
}

static json_t *finding_array(const struct report_run *run,
                             const struct report_scenario *scenario)
{
    json_t *array = json_array();
    for (size_t i = 0; i < scenario->finding_count; i++) {
        json_t *finding = finding_object(run, scenario, &scenario->findings[i]);
        if (json_array_append_new(array, finding)) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *number_or_null(bool known, uint64_t value)
{
    return known ? number(value) : json_null();
}

static json_t *strategy_object(const struct report_scenario *scenario,
                               const struct report_strategy *strategy)
{
    bool failed = false, controlled = strategy->controlled;
    json_t *o = json_object();
    const struct {
        const char *key;
        uint64_t value;
    } of_control[] = {
        {"decisions_min", strategy->decisions_min},
        {"decisions_max", strategy->decisions_max},
        {"decisions_sum", strategy->decisions_sum},
        {"steps_sum", strategy->steps_sum},
        {"switches_sum", strategy->switches_sum},
        {"distinct", strategy->distinct},
    };
    put(o, "name", text(strategy->name), &failed);
    put(o, "is_controlled", json_boolean(controlled), &failed);
    put(o, "iterations", number(strategy->iterations), &failed);
    put(o, "failures", number(strategy->failures), &failed);
    put(o, "findings", number(strategies_findings(scenario, strategy->name)),
        &failed);
    put(o, "first_failure", number_or_null(strategy->failures, strategy->first),
        &failed);
    for (size_t i = 0; i < sizeof(of_control) / sizeof(of_control[0]); i++)
        put(o, of_control[i].key,
            number_or_null(controlled, of_control[i].value), &failed);
    put(o, "distinct_is_bound",
        json_boolean(controlled && strategy->distinct_full), &failed);
    put(o, "partly_controlled", number(controlled ? strategy->partly : 0),
        &failed);
    put(o, "cut_off", number(controlled ? strategy->bounded : 0), &failed);
    return finish(o, failed);
}

static json_t *strategy_array(const struct report_scenario *scenario)
{
    json_t *array = json_array();
    for (size_t i = 0; i < scenario->strategy_count; i++) {
        json_t *strategy = strategy_object(scenario, &scenario->strategies[i]);
        if (json_array_append_new(array, strategy)) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *scenario_object(const struct report_run *run,
                               const struct report_scenario *scenario)
{
    bool failed = false;
    json_t *o = json_object();
    bool any = scenario->expected_kind < 0;
    put(o, "name", text(scenario->name), &failed);
    put(o, "about", text(scenario->about), &failed);
    put(o, "path",
        text_or_null(scenario->path && *scenario->path ? scenario->path : NULL),
        &failed);
    put(o, "verdict", json_string(verdict_name(scenario->verdict)), &failed);
    put(o, "reason", text(scenario->reason), &failed);
    put(o, "expect", json_string(scenario->expect_fail ? "fail" : "pass"),
        &failed);
    put(o, "expected_kind",
        any ? json_null()
            : json_string(finding_kind_name(
                  (enum finding_kind)scenario->expected_kind)),
        &failed);
    put(o, "planned", number(scenario->planned), &failed);
    put(o, "iterations", number(scenario->iterations), &failed);
    put(o, "failures", number(scenario->failures), &failed);
    put(o, "failure_rate", rate_object(scenario), &failed);
    put(o, "elapsed_ms", milliseconds(scenario->elapsed_ns), &failed);
    put(o, "findings", finding_array(run, scenario), &failed);
    struct report_strategy control = strategies_controlled(scenario);
    const char *call = scenario->external_call;
    put(o, "strategies", strategy_array(scenario), &failed);
    put(o, "partly_controlled", number(control.partly), &failed);
    put(o, "external_call", text_or_null(call && *call ? call : NULL), &failed);
    put(o, "cut_off", number(control.bounded), &failed);
    put(o, "never_reached",
        texts(scenario->never_reached, scenario->never_reached_count), &failed);
    put(o, "fixed", texts(scenario->fixed, scenario->fixed_count), &failed);
    return finish(o, failed);
}

static json_t *scenario_array(const struct report_run *run)
{
    json_t *array = json_array();
    for (size_t i = 0; i < run->scenario_count; i++) {
        json_t *scenario = scenario_object(run, &run->scenarios[i]);
        if (json_array_append_new(array, scenario)) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *run_object(const struct report_run *run)
{
    bool failed = false;
    json_t *o = json_object();
    put(o, "schema", json_integer(SCHEMA), &failed);
    put(o, "version", text(run->version), &failed);
    put(o, "command", text(run->command), &failed);
    put(o, "mode", text(run->mode), &failed);
    put(o, "store", text_or_null(run->store), &failed);
    put(o, "seed", hex(run->base_seed), &failed);
    put(o, "jobs", json_integer((json_int_t)run->jobs), &failed);
    put(o, "started", date(run->started_wall_ns), &failed);
    put(o, "started_ms", milliseconds(run->started_wall_ns), &failed);
    put(o, "elapsed_ms", milliseconds(run->elapsed_ns), &failed);
    put(o, "interrupted", json_boolean(run->interrupted), &failed);
    put(o, "exit_code", json_integer(run->exit_code), &failed);
    put(o, "scenarios", scenario_array(run), &failed);
    put(o, "notes", texts(run->notes, run->note_count), &failed);
    return finish(o, failed);
}

int json_write(FILE *out, const struct report_run *run)
{
    json_t *document = run_object(run);
    if (!document)
        return -ENOMEM;
    errno = 0;
    /* 12 digits: more than any rate has, without the noise of the rest. */
    int bad =
        json_dumpf(document, out, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    json_decref(document);
    if (!bad && fputc('\n', out) != EOF)
        return 0;
    return errno ? -errno : -EIO;
}
