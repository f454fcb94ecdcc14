/* JUnit XML: one test case per scenario. The dialect is the common ground of
 * Jenkins, GitLab and GitHub's readers. */
#include <errno.h>
#include <inttypes.h>
#include <libxml/xmlwriter.h>
#include <string.h>

#include "finding/block.h"
#include "finding/reproduce.h"
#include "formats.h"
#include "summary/summary.h"
#include "words.h"

/* Texts as libxml2 wants them. */
static const xmlChar *xml(const char *text)
{
    return (const xmlChar *)text;
}

/* A writer that remembers the first failure. */
struct junit {
    xmlTextWriter *writer;
    bool failed;
};

static void check(struct junit *junit, int result)
{
    junit->failed |= result < 0;
}

static void element(struct junit *junit, const char *name)
{
    check(junit, xmlTextWriterStartElement(junit->writer, xml(name)));
}

static void end(struct junit *junit)
{
    check(junit, xmlTextWriterEndElement(junit->writer));
}

static void attribute(struct junit *junit, const char *name, const char *text)
{
    struct str s;
    str_init(&s);
    words_clean(&s, text);
    check(junit,
          xmlTextWriterWriteAttribute(junit->writer, xml(name), xml(s.data)));
    junit->failed |= !str_ok(&s);
    str_fini(&s);
}

static void attribute_count(struct junit *junit, const char *name,
                            uint64_t count)
{
    check(junit, xmlTextWriterWriteFormatAttribute(junit->writer, xml(name),
                                                   "%" PRIu64, count));
}

static void attribute_seconds(struct junit *junit, uint64_t ns)
{
    check(junit, xmlTextWriterWriteFormatAttribute(junit->writer, xml("time"),
                                                   "%.3f", (double)ns / 1e9));
}

/* S is made of cleaned lines. */
static void content(struct junit *junit, const struct str *s)
{
    check(junit, xmlTextWriterWriteString(junit->writer, xml(s->data)));
    junit->failed |= !str_ok(s);
}

static void property(struct junit *junit, const char *name, const char *value)
{
    element(junit, "property");
    attribute(junit, "name", name);
    attribute(junit, "value", value);
    end(junit);
}

static void property_count(struct junit *junit, const char *name,
                           uint64_t count)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRIu64, count);
    property(junit, name, text);
}

/* "equals total: total is 3987, expected 4000; 2 of 10,000 (...)". */
static void add_message(struct str *s, const struct report_scenario *scenario,
                        const struct report_finding *finding)
{
    char rate[160];
    const struct finding *f = finding->finding;
    if (f->invariant) {
        str_add(s, f->invariant);
        str_add(s, ": ");
    }
    str_add(s, f->what ? f->what : finding_kind_about(f->kind));
    str_add(s, "; ");
    str_add(s, report_rate(scenario->failures, scenario->iterations, rate,
                           sizeof(rate)));
}

/* All new findings in one failure: more than one <failure>
 * in a test case is not read by everyone. */
static void write_failure(struct junit *junit,
                          const struct report_scenario *scenario)
{
    const struct report_finding *first = block_main_finding(scenario);
    struct str s;
    str_init(&s);
    element(junit, "failure");
    if (first) {
        attribute(junit, "type", finding_kind_name(first->finding->kind));
        add_message(&s, scenario, first);
        attribute(junit, "message", s.data);
        str_clear(&s);
    } else {
        attribute(junit, "type", "never-found");
        attribute(junit, "message", scenario->reason);
        words_clean(&s, scenario->reason);
    }
    bool any = false;
    for (size_t i = 0; i < scenario->finding_count; i++) {
        const struct report_finding *finding = block_nth_finding(scenario, i);
        if (!block_is_new(finding))
            continue;
        if (any)
            str_add_char(&s, '\n');
        block_add(&s, false, scenario, finding);
        any = true;
    }
    content(junit, &s);
    end(junit);
    str_fini(&s);
}

static void write_message(struct junit *junit, const char *name,
                          const char *message)
{
    element(junit, name);
    attribute(junit, "message", message);
    end(junit);
}

/* "known: primes-12345678, deadlock, 3 of 1,000 iterations: REASON". */
static void add_known(struct str *s, const struct report_scenario *scenario,
                      const struct report_finding *finding)
{
    char times[WORDS_NUMBER_BYTES], of[WORDS_NUMBER_BYTES];
    str_add(s, "known: ");
    words_clean(s, finding->id);
    str_addf(s, ", %s, %s of %s iterations: ",
             finding_kind_name(finding->finding->kind),
             words_number(finding->times, times, sizeof(times)),
             words_number(scenario->iterations, of, sizeof(of)));
    words_clean(s, finding->known);
}

/* What has only failed in known ways was not passed, and is nobody's task: CI
 * systems show it as skipped, with the reason. */
static void write_skipped(struct junit *junit,
                          const struct report_scenario *scenario)
{
    struct str s;
    str_init(&s);
    add_known(&s, scenario, block_main_finding(scenario));
    write_message(junit, "skipped", s.data);
    junit->failed |= !str_ok(&s);
    str_fini(&s);
}

static void write_output(struct junit *junit, const struct report_run *run,
                         const struct report_scenario *scenario)
{
    struct str s;
    str_init(&s);
    const struct report_finding *finding = block_main_finding(scenario);
    if (block_is_caught(scenario) && finding)
        str_addf(&s, "caught %s at iteration %" PRIu64 "\n",
                 finding_kind_name(finding->finding->kind),
                 finding->first_iteration);
    for (size_t i = 0; i < scenario->finding_count; i++) {
        const struct report_finding *entry = block_nth_finding(scenario, i);
        if (!entry->known)
            continue;
        add_known(&s, scenario, entry);
        str_add_char(&s, '\n');
    }
    for (size_t i = 0; i < scenario->unseen_count; i++) {
        str_add(&s, "known finding not seen: ");
        words_clean(&s, scenario->unseen[i].id);
        str_add(&s, ": ");
        words_clean(&s, scenario->unseen[i].reason);
        str_add_char(&s, '\n');
    }
    for (size_t i = 0; i < scenario->never_reached_count; i++) {
        str_add(&s, "never reached: ");
        words_clean(&s, scenario->never_reached[i]);
        str_add_char(&s, '\n');
    }
    for (size_t i = 0; i < scenario->fixed_count; i++) {
        str_add(&s, "fixed, passes now: ");
        words_clean(&s, scenario->fixed[i]);
        str_add_char(&s, '\n');
    }
    if (scenario->verdict == VERDICT_FAIL && finding) {
        str_add(&s, "reproduce: ");
        reproduce_add(&s, run, scenario, finding);
        str_add_char(&s, '\n');
    }
    if (s.len) {
        element(junit, "system-out");
        content(junit, &s);
        end(junit);
    }
    str_fini(&s);
}

/* The first source line that a failed scenario's finding names. */
static void write_place(struct junit *junit,
                        const struct report_scenario *scenario)
{
    const struct report_finding *finding = block_main_finding(scenario);
    if (!finding || scenario->verdict != VERDICT_FAIL)
        return;
    for (size_t i = 0; i < finding->finding->place_count; i++) {
        const struct location *location = &finding->finding->places[i].location;
        if (!location->file || location->line <= 0)
            continue;
        attribute(junit, "file", location->file);
        attribute_count(junit, "line", (uint64_t)location->line);
        return;
    }
}

/* "strategy.pct.iterations" and so on: what one wants to plot over time. */
static void write_strategy(struct junit *junit,
                           const struct report_strategy *strategy)
{
    const struct {
        const char *name;
        bool shown;
        uint64_t count;
    } counts[] = {
        {"iterations", true, strategy->iterations},
        {"failures", true, strategy->failures},
        {"distinct", strategy->controlled, strategy->distinct},
    };
    struct str name;
    str_init(&name);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        if (!counts[i].shown)
            continue;
        str_clear(&name);
        str_addf(&name, "strategy.%s.%s", strategy->name, counts[i].name);
        property_count(junit, name.data, counts[i].count);
    }
    junit->failed |= !str_ok(&name);
    str_fini(&name);
}

static void write_properties(struct junit *junit,
                             const struct report_scenario *scenario)
{
    struct report_strategy control = strategies_controlled(scenario);
    element(junit, "properties");
    property_count(junit, "iterations", scenario->iterations);
    property_count(junit, "failures", scenario->failures);
    if (scenario->known_failures)
        property_count(junit, "known_failures", scenario->known_failures);
    if (scenario->must_be_clean)
        property(junit, "confident", scenario->confident ? "yes" : "no");
    for (size_t i = 0; i < scenario->strategy_count; i++)
        write_strategy(junit, &scenario->strategies[i]);
    if (control.partly)
        property_count(junit, "partly_controlled", control.partly);
    if (control.bounded)
        property_count(junit, "cut_off", control.bounded);
    end(junit);
}

static void write_case(struct junit *junit, const struct report_run *run,
                       const struct report_scenario *scenario)
{
    element(junit, "testcase");
    attribute(junit, "classname", "mpstress");
    attribute(junit, "name", scenario->name);
    write_place(junit, scenario);
    attribute_seconds(junit, scenario->elapsed_ns);
    write_properties(junit, scenario);
    switch (scenario->verdict) {
    case VERDICT_PASS:
        if (block_is_known(scenario))
            write_skipped(junit, scenario);
        break;
    case VERDICT_FAIL:
        write_failure(junit, scenario);
        break;
    case VERDICT_INCONCLUSIVE:
        write_message(junit, "skipped", scenario->reason);
        break;
    case VERDICT_ERROR:
        write_message(junit, "error", scenario->reason);
        break;
    }
    write_output(junit, run, scenario);
    end(junit);
}

static size_t count_verdict(const struct report_run *run, enum verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < run->scenario_count; i++)
        count += run->scenarios[i].verdict == verdict;
    return count;
}

static void write_totals(struct junit *junit, const struct report_run *run)
{
    attribute(junit, "name", "mpstress");
    attribute_count(junit, "tests", run->scenario_count);
    attribute_count(junit, "failures", count_verdict(run, VERDICT_FAIL));
    attribute_count(junit, "errors", count_verdict(run, VERDICT_ERROR));
    size_t known = 0;
    for (size_t i = 0; i < run->scenario_count; i++)
        known += block_is_known(&run->scenarios[i]);
    attribute_count(junit, "skipped",
                    count_verdict(run, VERDICT_INCONCLUSIVE) + known);
    attribute_seconds(junit, run->elapsed_ns);
}

static void write_document(struct junit *junit, const struct report_run *run)
{
    char seed[24];
    snprintf(seed, sizeof(seed), "0x%" PRIx64, run->base_seed);
    check(junit, xmlTextWriterSetIndent(junit->writer, 1));
    check(junit,
          xmlTextWriterStartDocument(junit->writer, NULL, "UTF-8", NULL));
    element(junit, "testsuites");
    write_totals(junit, run);
    element(junit, "testsuite");
    write_totals(junit, run);
    element(junit, "properties");
    property(junit, "version", run->version);
    property(junit, "command", run->command);
    property(junit, "seed", seed);
    property_count(junit, "jobs", run->jobs);
    end(junit);
    for (size_t i = 0; i < run->scenario_count; i++)
        write_case(junit, run, &run->scenarios[i]);
    end(junit);
    end(junit);
    check(junit, xmlTextWriterEndDocument(junit->writer));
}

int junit_write(FILE *out, const struct report_run *run)
{
    xmlBuffer *buffer = xmlBufferCreate();
    if (!buffer)
        return -ENOMEM;
    struct junit junit = {.writer = xmlNewTextWriterMemory(buffer, 0)};
    int err = junit.writer ? 0 : -ENOMEM;
    if (!err) {
        write_document(&junit, run);
        /* Also flushes into the buffer. */
        xmlFreeTextWriter(junit.writer);
        err = junit.failed ? -ENOMEM : 0;
    }
    size_t size = (size_t)xmlBufferLength(buffer);
    if (!err)
        err = formats_put(out, (const char *)xmlBufferContent(buffer), size);
    xmlBufferFree(buffer);
    return err;
}
