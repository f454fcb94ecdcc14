/* JSON: every field is described in SCHEMA.md, and the tests hold the two
 * together. */
#include "finding/block.h"
#include "finding/reproduce.h"
#include "formats.h"
#include "formats/json_values.h"
#include "rate.h"
#include "summary/summary.h"

enum { SCHEMA = 1 };

static json_t *place_object(const struct finding_place *place)
{
    bool failed = false;
    json_t *o = json_object();
    const struct location *location = &place->location;
    value_put(o, "role", value_text_or_null(place->role), &failed);
    value_put(o, "task", value_text_or_null(place->task), &failed);
    value_put(o, "function", value_text_or_null(location->function), &failed);
    value_put(o, "file", value_text_or_null(location->file), &failed);
    value_put(o, "line",
              location->line > 0 ? json_integer(location->line) : json_null(),
              &failed);
    value_put(o, "module", value_text_or_null(location->module), &failed);
    value_put(o, "offset",
              location->module ? value_hex(location->offset) : json_null(),
              &failed);
    return value_finish(o, failed);
}

static json_t *place_array(const struct finding *finding)
{
    bool failed = false;
    json_t *array = json_array();
    for (size_t i = 0; i < finding->place_count; i++)
        value_append(array, place_object(&finding->places[i]), &failed);
    return value_finish(array, failed);
}

static json_t *reproduce_text(const struct report_run *run,
                              const struct report_scenario *scenario,
                              const struct report_finding *finding)
{
    struct str s;
    str_init(&s);
    reproduce_add(&s, run, scenario, finding);
    return value_take(&s);
}

static json_t *finding_object(const struct report_run *run,
                              const struct report_scenario *scenario,
                              const struct report_finding *entry)
{
    bool failed = false;
    json_t *o = json_object();
    const struct finding *finding = entry->finding;
    value_put(o, "id", value_text(entry->id), &failed);
    value_put(o, "kind", json_string(finding_kind_name(finding->kind)),
              &failed);
    value_put(o, "fingerprint", value_hex(finding->fingerprint), &failed);
    value_put(o, "is_expected", json_boolean(entry->expected), &failed);
    value_put(o, "known", value_text_or_null(entry->known), &failed);
    value_put(o, "is_stored", json_boolean(entry->stored), &failed);
    value_put(o, "invariant", value_text_or_null(finding->invariant), &failed);
    value_put(o, "what", value_text(finding->what), &failed);
    value_put(o, "expected", value_text_or_null(finding->expected), &failed);
    value_put(o, "actual", value_text_or_null(finding->actual), &failed);
    value_put(o, "detail", value_text_or_null(finding->detail), &failed);
    value_put(o, "places", place_array(finding), &failed);
    value_put(o, "times", value_number(entry->times), &failed);
    value_put(o, "first_iteration", value_number(entry->first_iteration),
              &failed);
    value_put(o, "first_seed", value_hex(entry->first_seed), &failed);
    value_put(o, "strategy", value_text_or_null(entry->strategy), &failed);
    value_put(o, "parameters", value_text(entry->parameters), &failed);
    value_put(
        o, "trace",
        value_text_or_null(entry->trace && *entry->trace ? entry->trace : NULL),
        &failed);
    value_put(o, "replays", value_number(entry->replays), &failed);
    value_put(o, "replays_failed", value_number(entry->replays_failed),
              &failed);
    value_put(o, "reproduce", reproduce_text(run, scenario, entry), &failed);
    return value_finish(o, failed);
}

static json_t *rate_object(const struct report_scenario *scenario)
{
    if (!scenario->iterations)
        return json_null();
    bool failed = false;
    json_t *o = json_object();
    struct rate rate = rate_of(scenario->failures, scenario->iterations);
    value_put(o, "value", json_real(rate.value), &failed);
    value_put(o, "low", json_real(rate.low), &failed);
    value_put(o, "high", json_real(rate.high), &failed);
    return value_finish(o, failed);
}

static json_t *finding_array(const struct report_run *run,
                             const struct report_scenario *scenario)
{
    bool failed = false;
    json_t *array = json_array();
    for (size_t i = 0; i < scenario->finding_count; i++)
        value_append(array,
                     finding_object(run, scenario, &scenario->findings[i]),
                     &failed);
    return value_finish(array, failed);
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
    value_put(o, "name", value_text(strategy->name), &failed);
    value_put(o, "is_controlled", json_boolean(controlled), &failed);
    value_put(o, "iterations", value_number(strategy->iterations), &failed);
    value_put(o, "failures", value_number(strategy->failures), &failed);
    value_put(o, "findings",
              value_number(strategies_findings(scenario, strategy->name)),
              &failed);
    value_put(o, "first_failure",
              value_number_or_null(strategy->failures, strategy->first),
              &failed);
    for (size_t i = 0; i < sizeof(of_control) / sizeof(of_control[0]); i++)
        value_put(o, of_control[i].key,
                  value_number_or_null(controlled, of_control[i].value),
                  &failed);
    value_put(o, "distinct_is_bound",
              json_boolean(controlled && strategy->distinct_full), &failed);
    value_put(o, "partly_controlled",
              value_number(controlled ? strategy->partly : 0), &failed);
    value_put(o, "cut_off", value_number(controlled ? strategy->bounded : 0),
              &failed);
    return value_finish(o, failed);
}

static json_t *strategy_array(const struct report_scenario *scenario)
{
    bool failed = false;
    json_t *array = json_array();
    for (size_t i = 0; i < scenario->strategy_count; i++)
        value_append(array, strategy_object(scenario, &scenario->strategies[i]),
                     &failed);
    return value_finish(array, failed);
}

/* Accepted findings that did not come. */
static json_t *unseen_array(const struct report_scenario *scenario)
{
    bool failed = false;
    json_t *array = json_array();
    for (size_t i = 0; i < scenario->unseen_count; i++) {
        json_t *o = json_object();
        value_put(o, "id", value_text(scenario->unseen[i].id), &failed);
        value_put(o, "reason", value_text(scenario->unseen[i].reason), &failed);
        value_append(array, o, &failed);
    }
    return value_finish(array, failed);
}

static json_t *scenario_object(const struct report_run *run,
                               const struct report_scenario *scenario)
{
    bool failed = false;
    json_t *o = json_object();
    bool any = scenario->expected_kind < 0;
    value_put(o, "name", value_text(scenario->name), &failed);
    value_put(o, "about", value_text(scenario->about), &failed);
    value_put(o, "path",
              value_text_or_null(
                  scenario->path && *scenario->path ? scenario->path : NULL),
              &failed);
    value_put(o, "verdict", json_string(verdict_name(scenario->verdict)),
              &failed);
    value_put(o, "reason", value_text(scenario->reason), &failed);
    value_put(o, "is_flaky", json_boolean(scenario->flaky), &failed);
    value_put(o, "is_confident",
              scenario->must_be_clean ? json_boolean(scenario->confident)
                                      : json_null(),
              &failed);
    value_put(o, "expect", json_string(scenario->expect_fail ? "fail" : "pass"),
              &failed);
    value_put(o, "expected_kind",
              any ? json_null()
                  : json_string(finding_kind_name(
                        (enum finding_kind)scenario->expected_kind)),
              &failed);
    value_put(o, "planned", value_number(scenario->planned), &failed);
    value_put(o, "iterations", value_number(scenario->iterations), &failed);
    value_put(o, "failures", value_number(scenario->failures), &failed);
    value_put(o, "known_failures", value_number(scenario->known_failures),
              &failed);
    value_put(o, "failure_rate", rate_object(scenario), &failed);
    value_put(o, "elapsed_ms", value_milliseconds(scenario->elapsed_ns),
              &failed);
    value_put(o, "findings", finding_array(run, scenario), &failed);
    struct report_strategy control = strategies_controlled(scenario);
    const char *call = scenario->external_call;
    value_put(o, "strategies", strategy_array(scenario), &failed);
    value_put(o, "partly_controlled", value_number(control.partly), &failed);
    value_put(o, "external_call",
              value_text_or_null(call && *call ? call : NULL), &failed);
    value_put(o, "cut_off", value_number(control.bounded), &failed);
    value_put(
        o, "never_reached",
        value_texts(scenario->never_reached, scenario->never_reached_count),
        &failed);
    value_put(o, "replayed", value_number(scenario->replayed), &failed);
    value_put(o, "fixed", value_texts(scenario->fixed, scenario->fixed_count),
              &failed);
    value_put(o, "known_not_seen", unseen_array(scenario), &failed);
    return value_finish(o, failed);
}

static json_t *scenario_array(const struct report_run *run)
{
    bool failed = false;
    json_t *array = json_array();
    for (size_t i = 0; i < run->scenario_count; i++)
        value_append(array, scenario_object(run, &run->scenarios[i]), &failed);
    return value_finish(array, failed);
}

/* What --require-confidence asks of each scenario. */
static json_t *confidence_object(const struct report_run *run)
{
    if (!run->clean_needed)
        return json_null();
    bool failed = false;
    json_t *o = json_object();
    value_put(o, "required", json_real(run->confidence), &failed);
    value_put(o, "max_rate", json_real(run->max_rate), &failed);
    value_put(o, "iterations", value_number(run->clean_needed), &failed);
    return value_finish(o, failed);
}

static json_t *run_object(const struct report_run *run)
{
    bool failed = false;
    json_t *o = json_object();
    value_put(o, "schema", json_integer(SCHEMA), &failed);
    value_put(o, "version", value_text(run->version), &failed);
    value_put(o, "command", value_text(run->command), &failed);
    value_put(o, "mode", value_text(run->mode), &failed);
    value_put(o, "store", value_text_or_null(run->store), &failed);
    value_put(o, "seed", value_hex(run->base_seed), &failed);
    value_put(o, "jobs", json_integer((json_int_t)run->jobs), &failed);
    value_put(o, "started", value_date(run->started_wall_ns), &failed);
    value_put(o, "started_ms", value_milliseconds(run->started_wall_ns),
              &failed);
    value_put(o, "elapsed_ms", value_milliseconds(run->elapsed_ns), &failed);
    value_put(o, "confidence", confidence_object(run), &failed);
    value_put(o, "interrupted", json_boolean(run->interrupted), &failed);
    value_put(o, "exit_code", json_integer(run->exit_code), &failed);
    value_put(o, "scenarios", scenario_array(run), &failed);
    value_put(o, "notes", value_texts(run->notes, run->note_count), &failed);
    return value_finish(o, failed);
}

int json_write(FILE *out, const struct report_run *run)
{
    return value_write(out, run_object(run));
}
