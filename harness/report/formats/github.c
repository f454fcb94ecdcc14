/* Annotations in GitHub Actions: workflow commands among what a step prints
 * (https://docs.github.com/actions/reference/workflow-commands). */
#include <inttypes.h>
#include <string.h>

#include "finding/block.h"
#include "finding/reproduce.h"
#include "formats.h"
#include "formats/checkout.h"
#include "formats/rules.h"
#include "words.h"

/* TEXT, cleaned to one line, as a property of a command (':' and ',' would end
 * it) or as its message. */
static void add_escaped(struct str *s, const char *text, bool property)
{
    struct str clean;
    str_init(&clean);
    words_clean(&clean, text);
    for (const char *c = clean.data; *c; c++) {
        if (*c == '%' || (property && (*c == ':' || *c == ',')))
            str_addf(s, "%%%02X", (unsigned char)*c);
        else
            str_add_char(s, *c);
    }
    s->failed |= !str_ok(&clean);
    str_fini(&clean);
}

/* Another line of a message. */
static void add_line(struct str *s, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    str_addf(s, "%%0A%s", name);
    add_escaped(s, text, false);
}

/* " file=targets/locks.c,line=62," for a place in the repository, else " ":
 * elsewhere there is nothing to annotate. */
static void add_place(struct str *s, const struct checkout *checkout,
                      const struct location *location)
{
    struct str path;
    str_init(&path);
    str_add_char(s, ' ');
    if (location->file && *location->file &&
        checkout_add_path(&path, checkout, location->file)) {
        str_add(s, "file=");
        add_escaped(s, path.data, true);
        if (location->line > 0)
            str_addf(s, ",line=%d", location->line);
        str_add_char(s, ',');
    }
    s->failed |= !str_ok(&path);
    str_fini(&path);
}

/* The file of SCENARIO stands for what has no place of its own. */
static struct location scenario_place(const struct report_scenario *scenario)
{
    return (struct location){.file = scenario->path, .line = 1};
}

static void add_finding(struct str *s, const struct checkout *checkout,
                        const struct report_run *run,
                        const struct report_scenario *scenario,
                        const struct report_finding *entry)
{
    const struct finding *finding = entry->finding;
    const struct finding_place *place = block_main_place(finding);
    struct location location =
        place ? place->location : scenario_place(scenario);
    struct str command;
    str_init(&command);
    str_addf(s, "::%s",
             entry->known ? "notice" : rule_of(finding->kind)->level);
    add_place(s, checkout, &location);
    str_addf(s, "title=%s%s in ", entry->known ? "known " : "",
             finding_kind_name(finding->kind));
    add_escaped(s, scenario->name, true);
    str_add(s, "::");
    add_escaped(
        s, finding->what ? finding->what : finding_kind_about(finding->kind),
        false);
    add_line(s, "known: ", entry->known);
    add_line(s, "expected: ", finding->expected);
    add_line(s, "actual: ", finding->actual);
    reproduce_add(&command, run, scenario, entry);
    add_line(s, "reproduce: ", command.data);
    str_add_char(s, '\n');
    s->failed |= !str_ok(&command);
    str_fini(&command);
}

static void add_scenario(struct str *s, const struct checkout *checkout,
                         const struct report_run *run,
                         const struct report_scenario *scenario)
{
    bool told = false;
    for (size_t i = 0; i < scenario->finding_count; i++) {
        const struct report_finding *entry = block_nth_finding(scenario, i);
        if (!entry->expected)
            add_finding(s, checkout, run, scenario, entry);
        told |= block_is_new(entry);
    }
    if (told || scenario->verdict == VERDICT_PASS)
        return;
    struct location location = scenario_place(scenario);
    str_addf(s, "::%s",
             scenario->verdict == VERDICT_INCONCLUSIVE ? "warning" : "error");
    add_place(s, checkout, &location);
    str_addf(s, "title=%s%%3A ", verdict_name(scenario->verdict));
    add_escaped(s, scenario->name, true);
    str_add(s, "::");
    add_escaped(s, scenario->reason, false);
    str_add_char(s, '\n');
}

int report_github_annotations(FILE *out, const struct report_run *run)
{
    struct checkout checkout;
    struct str s;
    int err = checkout_init(&checkout);
    if (err)
        return err;
    str_init(&s);
    for (size_t i = 0; i < run->scenario_count; i++)
        add_scenario(&s, &checkout, run, &run->scenarios[i]);
    err = formats_end(out, &s);
    checkout_fini(&checkout);
    return err;
}
