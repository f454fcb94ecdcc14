/* SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), which code
 * scanning and editors read: one run, a rule for each kind of finding. */
#include <ctype.h>
#include <errno.h>

#include "finding/block.h"
#include "formats.h"
#include "formats/rules.h"
#include "formats/sarif.h"

/* -- The tool --------------------------------------------------------------*/

/* "An invariant of the scenario does not hold." */
static json_t *sentence(const char *text)
{
    struct str s;
    str_init(&s);
    str_addf(&s, "%c%s.", toupper((unsigned char)*text), text + 1);
    return sarif_message_take(&s);
}

static json_t *rule_object(enum finding_kind kind)
{
    bool failed = false;
    const struct rule *rule = rule_of(kind);
    json_t *o = json_object(), *level = json_object();
    json_t *more = json_object(), *tags = json_array();
    value_put(o, "id", json_string(rule->id), &failed);
    value_put(o, "name", json_string(rule->name), &failed);
    value_put(o, "shortDescription", sentence(finding_kind_about(kind)),
              &failed);
    value_put(o, "fullDescription", sarif_message(rule->full), &failed);
    value_put(o, "help", sarif_message(rule->help), &failed);
    value_put(level, "level", json_string(rule->level), &failed);
    value_put(o, "defaultConfiguration", level, &failed);
    /* As GitHub wants them. */
    value_append(tags, json_string("concurrency"), &failed);
    value_append(tags, json_string("correctness"), &failed);
    value_put(more, "tags", tags, &failed);
    value_put(more, "precision", json_string("very-high"), &failed);
    value_put(more, "problem.severity", json_string(rule->level), &failed);
    value_put(o, "properties", more, &failed);
    return value_finish(o, failed);
}

static json_t *tool_object(const struct report_run *run)
{
    bool failed = false;
    json_t *tool = json_object(), *driver = json_object();
    json_t *rules = json_array();
    value_put(driver, "name", json_string("mpstress"), &failed);
    value_put(driver, "version", value_text(run->version), &failed);
    for (int kind = 0; kind < FINDING_KIND_COUNT; kind++)
        value_append(rules, rule_object((enum finding_kind)kind), &failed);
    value_put(driver, "rules", rules, &failed);
    value_put(tool, "driver", driver, &failed);
    return value_finish(tool, failed);
}

/* -- The invocation --------------------------------------------------------*/

static const struct {
    int code;
    bool ended_well; /* the tool, whatever it found */
    const char *about;
} exits[] = {
    {0, true, "everything as expected"},
    {1, true, "a failure was found, or an expected one was not"},
    {2, false, "usage or scenario error"},
    {3, false, "a target could not start"},
    {4, false, "nothing matched"},
    {5, true, "inconclusive"},
    {6, false, "internal error"},
    {130, false, "interrupted"},
};

static void put_exit(json_t *object, const struct report_run *run, bool *failed)
{
    size_t i = 0, count = sizeof(exits) / sizeof(*exits);
    while (i < count && exits[i].code != run->exit_code)
        i++;
    bool well = i < count && exits[i].ended_well && !run->interrupted;
    value_put(object, "exitCode", json_integer(run->exit_code), failed);
    if (i < count)
        value_put(object, "exitCodeDescription", json_string(exits[i].about),
                  failed);
    value_put(object, "executionSuccessful", json_boolean(well), failed);
}

/* Takes WORDS. */
static void append_notification(json_t *array, const char *level,
                                struct str *words, bool *failed)
{
    json_t *o = json_object();
    value_put(o, "level", json_string(level), failed);
    value_put(o, "message", sarif_message_take(words), failed);
    value_append(array, o, failed);
}

/* Whether a finding tells why SCENARIO failed. */
static bool has_result(const struct report_scenario *scenario)
{
    for (size_t i = 0; i < scenario->finding_count; i++)
        if (block_is_new(&scenario->findings[i]))
            return true;
    return false;
}

/* What no result says: scenarios that could not be run, saw too little, or did
 * not fail though they should have; and the limits that the run met. */
static json_t *notifications(const struct report_run *run)
{
    bool failed = false;
    json_t *array = json_array();
    for (size_t i = 0; i < run->scenario_count; i++) {
        const struct report_scenario *scenario = &run->scenarios[i];
        if (scenario->verdict == VERDICT_PASS || has_result(scenario))
            continue;
        bool bad = scenario->verdict != VERDICT_INCONCLUSIVE;
        struct str words;
        str_init(&words);
        str_addf(&words, "%s: %s: %s", scenario->name,
                 verdict_name(scenario->verdict), scenario->reason);
        append_notification(array, bad ? "error" : "warning", &words, &failed);
    }
    for (size_t i = 0; i < run->note_count; i++) {
        struct str words;
        str_init(&words);
        str_add(&words, run->notes[i]);
        append_notification(array, "note", &words, &failed);
    }
    return value_finish(array, failed);
}

static json_t *invocation_array(const struct checkout *checkout,
                                const struct report_run *run)
{
    bool failed = false;
    uint64_t ended = run->started_wall_ns + run->elapsed_ns;
    json_t *o = json_object(), *array = json_array();
    value_put(o, "commandLine", value_text(run->command), &failed);
    value_put(o, "startTimeUtc", value_date(run->started_wall_ns), &failed);
    value_put(o, "endTimeUtc", value_date(ended), &failed);
    sarif_put_artifact(o, "workingDirectory", checkout, checkout->working,
                       &failed);
    put_exit(o, run, &failed);
    value_put(o, "toolExecutionNotifications", notifications(run), &failed);
    value_append(array, o, &failed);
    return value_finish(array, failed);
}

/* -- All of it -------------------------------------------------------------*/

static json_t *base_object(const struct checkout *checkout)
{
    bool failed = false;
    struct str uri;
    str_init(&uri);
    json_t *bases = json_object(), *base = json_object();
    checkout_add_base(&uri, checkout);
    value_put(base, "uri", value_take(&uri), &failed);
    value_put(base, "description",
              sarif_message("The repository, or the working directory"),
              &failed);
    value_put(bases, "SRCROOT", base, &failed);
    return value_finish(bases, failed);
}

static json_t *run_object(const struct checkout *checkout,
                          const struct report_run *run)
{
    bool failed = false;
    json_t *o = json_object(), *more = json_object();
    value_put(o, "tool", tool_object(run), &failed);
    value_put(o, "invocations", invocation_array(checkout, run), &failed);
    value_put(o, "originalUriBaseIds", base_object(checkout), &failed);
    value_put(o, "columnKind", json_string("unicodeCodePoints"), &failed);
    value_put(o, "results", sarif_results(checkout, run), &failed);
    value_put(more, "seed", value_hex(run->base_seed), &failed);
    value_put(o, "properties", more, &failed);
    return value_finish(o, failed);
}

static json_t *log_object(const struct checkout *checkout,
                          const struct report_run *run)
{
    bool failed = false;
    json_t *o = json_object(), *runs = json_array();
    value_put(o, "$schema",
              json_string("https://docs.oasis-open.org/sarif/sarif/v2.1.0/"
                          "errata01/os/schemas/sarif-schema-2.1.0.json"),
              &failed);
    value_put(o, "version", json_string("2.1.0"), &failed);
    value_append(runs, run_object(checkout, run), &failed);
    value_put(o, "runs", runs, &failed);
    return value_finish(o, failed);
}

int sarif_write(FILE *out, const struct report_run *run)
{
    struct checkout checkout;
    int err = checkout_init(&checkout);
    if (!err)
        err = value_write(out, log_object(&checkout, run));
    checkout_fini(&checkout);
    return err;
}
