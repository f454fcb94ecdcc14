/* TAP version 13 (https://testanything.org/tap-version-13-specification.html):
 * one test point per scenario, the details of a bad one as a YAML block whose
 * values are JSON texts, which are YAML, too. */
#include <inttypes.h>
#include <stdlib.h>

#include "finding/block.h"
#include "finding/reproduce.h"
#include "formats.h"
#include "formats/json_values.h"
#include "words.h"

/* NAME: "VALUE", in one line. */
static void add_field(struct str *s, const char *name, const char *value)
{
    json_t *json = value_text(value);
    char *quoted = json_dumps(json, JSON_ENCODE_ANY);
    str_addf(s, "  %s: %s\n", name, quoted ? quoted : "null");
    free(quoted);
    json_decref(json);
}

static void add_place(struct str *s, const struct finding *finding)
{
    for (size_t i = 0; i < finding->place_count; i++) {
        const struct location *location = &finding->places[i].location;
        if (!location->file || location->line <= 0)
            continue;
        add_field(s, "file", location->file);
        str_addf(s, "  line: %" PRId64 "\n", (int64_t)location->line);
        return;
    }
}

static void add_details(struct str *s, const struct report_run *run,
                        const struct report_scenario *scenario)
{
    const struct report_finding *main = block_main_finding(scenario);
    struct str command;
    str_init(&command);
    str_add(s, "  ---\n");
    add_field(s, "message",
              main && main->known ? main->known : scenario->reason);
    add_field(s, "severity",
              scenario->verdict == VERDICT_ERROR  ? "error"
              : scenario->verdict == VERDICT_PASS ? "todo"
                                                  : "fail");
    str_addf(s, "  iterations: %" PRIu64 "\n  failures: %" PRIu64 "\n",
             scenario->iterations, scenario->failures);
    if (main && (scenario->verdict == VERDICT_FAIL || main->known)) {
        const struct finding *finding = main->finding;
        add_field(s, "kind", finding_kind_name(finding->kind));
        add_field(s, "what",
                  finding->what ? finding->what
                                : finding_kind_about(finding->kind));
        if (finding->expected)
            add_field(s, "wanted", finding->expected);
        if (finding->actual)
            add_field(s, "found", finding->actual);
        add_place(s, finding);
        add_field(s, "id", main->id);
        reproduce_add(&command, run, scenario, main);
        add_field(s, "reproduce", command.data);
    }
    str_add(s, "  ...\n");
    str_fini(&command);
}

/* A name or a reason behind a test point: one line, and no '#', which begins a
 * directive. */
static void add_words(struct str *s, const char *text)
{
    struct str clean;
    str_init(&clean);
    words_clean(&clean, text);
    for (const char *p = clean.data; p && *p; p++) {
        if (*p == '#' || *p == '\\')
            str_add_char(s, '\\');
        str_add_char(s, *p);
    }
    str_fini(&clean);
}

static void add_point(struct str *s, const struct report_run *run, size_t n)
{
    const struct report_scenario *scenario = &run->scenarios[n];
    bool known = block_is_known(scenario);
    bool bad = scenario->verdict == VERDICT_FAIL ||
               scenario->verdict == VERDICT_ERROR || known;
    str_addf(s, "%sok %zu - ", bad ? "not " : "", n + 1);
    add_words(s, scenario->name);
    /* "Not enough was seen" is neither good nor bad. */
    if (scenario->verdict == VERDICT_INCONCLUSIVE) {
        str_add(s, " # SKIP ");
        add_words(s, scenario->reason);
    }
    /* A failure that is to be mended some day is no failure of the run. */
    if (known) {
        str_add(s, " # TODO known: ");
        add_words(s, block_main_finding(scenario)->known);
    }
    str_add_char(s, '\n');
    if (bad)
        add_details(s, run, scenario);
}

static void add_unseen(struct str *s, const struct report_scenario *scenario)
{
    for (size_t i = 0; i < scenario->unseen_count; i++) {
        str_add(s, "# known finding not seen: ");
        words_clean(s, scenario->unseen[i].id);
        str_add(s, ": ");
        words_clean(s, scenario->unseen[i].reason);
        str_add_char(s, '\n');
    }
}

int tap_write(FILE *out, const struct report_run *run)
{
    struct str s;
    str_init(&s);
    str_addf(&s, "TAP version 13\n1..%zu\n", run->scenario_count);
    for (size_t i = 0; i < run->scenario_count; i++)
        add_point(&s, run, i);
    for (size_t i = 0; i < run->scenario_count; i++)
        add_unseen(&s, &run->scenarios[i]);
    for (size_t i = 0; i < run->note_count; i++) {
        str_add(&s, "# ");
        words_clean(&s, run->notes[i]);
        str_add_char(&s, '\n');
    }
    if (run->interrupted)
        str_add(&s, "Bail out! interrupted\n");
    return formats_end(out, &s);
}
