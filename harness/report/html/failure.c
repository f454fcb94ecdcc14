/* The section of one failure. */
#include <inttypes.h>

#include "finding/block.h"
#include "finding/reproduce.h"
#include "html/markup.h"
#include "html/parts.h"
#include "trace/explanation.h"

static void add_fact(struct str *s, const char *label, const char *text)
{
    if (!text || !*text)
        return;
    str_addf(s, "<dt>%s</dt><dd>", label);
    html_short(s, text, 500);
    str_add(s, "</dd>");
}

static void add_cost(struct str *s, const struct trace_schedule_cost *cost)
{
    str_addf(
        s, "%" PRIu64 " preemption%s, %" PRIu64 " switch%s, %" PRIu64 " step%s",
        cost->preemptions, cost->preemptions == 1 ? "" : "s", cost->switches,
        cost->switches == 1 ? "" : "es", cost->steps,
        cost->steps == 1 ? "" : "s");
}

static void add_minimal(struct str *s, const struct trace_explanation *why)
{
    struct str text;
    str_init(&text);
    add_cost(&text, &why->cost);
    str_add(&text, " (recorded: ");
    add_cost(&text, &why->cost_before);
    str_add(&text, ")");
    for (size_t i = 0; i < why->param_count; i++)
        str_addf(&text, "%s %s=%s", i ? "" : "; with", why->params[i].name,
                 why->params[i].value);
    if (!why->complete)
        str_add(&text, "; the time for shrinking was up");
    add_fact(s, "shortest schedule", text.data);
    str_fini(&text);
}

static void add_facts(struct str *s, const struct report_run *run,
                      const struct report_scenario *scenario,
                      const struct report_finding *entry,
                      const struct trace_explanation *why)
{
    char text[96];
    str_add(s, "<dl class=\"facts\">");
    snprintf(text, sizeof(text), "%" PRIu64 ", seed 0x%" PRIx64,
             entry->first_iteration, entry->first_seed);
    add_fact(s, "iteration", text);
    add_fact(s, "strategy", entry->strategy);
    add_fact(s, "parameters", entry->parameters);
    if (entry->times > 1) {
        snprintf(text, sizeof(text), "%" PRIu64 " iterations", entry->times);
        add_fact(s, "seen in", text);
    }
    if (entry->replays) {
        snprintf(text, sizeof(text), "%u of %u replays fail",
                 entry->replays_failed, entry->replays);
        add_fact(s, "replays", text);
    }
    add_fact(s, "known", entry->known);
    if (entry->stored)
        add_fact(s, "stored",
                 "it failed in an earlier run, and again when replayed");
    if (why)
        add_minimal(s, why);
    add_fact(s, "trace", entry->trace);
    struct str command;
    str_init(&command);
    reproduce_add(&command, run, scenario, entry);
    str_add(s, "<dt>reproduce</dt><dd><code>");
    html_text(s, command.data);
    str_add(s, "</code></dd></dl>\n");
    str_fini(&command);
}

static void add_pair(struct str *s, const struct trace_explanation *why)
{
    if (!why || !why->has_pair)
        return;
    str_add(s, "<h4>Why</h4>\n<p>It fails when these two come in this order, "
               "and passes when they come in the other.");
    if (!why->dependent)
        str_add(s, " They are about different objects: the cause is near "
                   "them, not in them.");
    str_add(s, "</p>\n<ol class=\"pair\">");
    for (size_t i = 0; i < 2; i++) {
        const struct trace_critical_op *op = &why->pair[i];
        struct str text;
        str_init(&text);
        timeline_add_op(&text, op->kind, op->object);
        str_add(s, "<li><b>");
        html_short(s, why->tasks[op->task].path, 40);
        str_add(s, "</b> ");
        html_short(s, text.data, 200);
        str_add(s, " <span class=\"p\">");
        html_short(s, op->place, 200);
        str_add(s, "</span></li>");
        str_fini(&text);
    }
    str_add(s, "</ol>\n");
}

static void add_timeline(struct str *s, const struct timeline *timeline,
                         struct source *source, const char *id, size_t max_rows)
{
    struct lanes lanes;
    struct str anchor;
    if (lanes_init(&lanes, timeline, max_rows)) {
        s->failed = true;
        return;
    }
    str_init(&anchor);
    html_anchor(&anchor, id);
    html_timeline(s, &lanes, source, anchor.data);
    str_fini(&anchor);
    lanes_fini(&lanes);
}

void html_failure(struct str *s, const struct report_run *run,
                  const struct report_scenario *scenario,
                  const struct report_finding *entry, const struct trace *trace,
                  size_t max_rows)
{
    const struct trace_explanation *why =
        trace ? trace_explanation(trace) : NULL;
    struct source source = {.directory =
                                trace ? trace_meta(trace)->directory : NULL};
    struct timeline timeline = {0};
    if (trace && timeline_init(&timeline, trace))
        s->failed = true;
    str_add(s, "<section class=\"failure\" id=\"");
    html_anchor(s, entry->id);
    str_addf(s, "\">\n<h3><span class=\"kind%s\">%s</span> ",
             entry->expected ? " expected"
             : entry->known  ? " known"
                             : "",
             finding_kind_name(entry->finding->kind));
    html_text(s, scenario->name);
    str_add(s, "</h3>\n<p class=\"what\">");
    html_short(s, entry->finding->what, 2000);
    str_add(s, "</p>\n");
    add_facts(s, run, scenario, entry, why);
    add_pair(s, why);
    html_finding(s, entry->finding, &source);
    html_waits(s, entry->finding, trace ? &timeline : NULL);
    if (trace)
        add_timeline(s, &timeline, &source, entry->id, max_rows);
    else
        str_add(s, "<p class=\"note\">Its trace could not be read: there is no "
                   "timeline.</p>\n");
    str_add(s, "</section>\n");
    timeline_fini(&timeline);
    source_fini(&source);
}
