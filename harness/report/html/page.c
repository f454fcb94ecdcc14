/* The page: head, summary, the failures of each scenario. */
#include <inttypes.h>
#include <string.h>

#include "base/diag.h"
#include "finding/block.h"
#include "formats.h"
#include "html/assets.h"
#include "html/markup.h"
#include "html/parts.h"
#include "trace/trace.h"
#include "words.h"

/* What keeps the page small enough to open at once, whatever the run was. */
enum {
    FAILURES_SHOWN = 40,
    ROWS_IN_ALL = 2400,
    ROWS_MOST = 300,
    ROWS_LEAST = 40,
    NOTES_SHOWN = 50
};

struct page {
    struct str *s;
    const struct report_run *run;
    size_t failures; /* in the whole run */
    size_t shown;    /* so far */
    size_t max_rows; /* of each timeline */
};

/* -- Head ------------------------------------------------------------------*/

static void add_title(const struct page *page)
{
    if (page->run->stored && page->run->scenario_count &&
        page->run->scenarios[0].finding_count)
        html_short(page->s, page->run->scenarios[0].findings[0].id, 100);
    else
        str_add(page->s, "mpstress report");
}

/* The policy is a second lock behind the escaping: nothing is loaded from
 * anywhere. */
static void add_head(const struct page *page)
{
    struct str *s = page->s;
    str_add(s, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
               "<meta charset=\"utf-8\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" "
               "content=\"default-src 'none'; style-src 'unsafe-inline'; "
               "script-src 'unsafe-inline'; img-src data:\">\n"
               "<meta name=\"viewport\" "
               "content=\"width=device-width, initial-scale=1\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n"
               "<link rel=\"icon\" href=\"data:,\">\n<title>");
    add_title(page);
    str_addf(s, "</title>\n<style>\n%s</style>\n</head>\n<body>\n",
             html_style_css);
}

static void add_fact(struct str *s, const char *label, const char *text)
{
    str_addf(s, "<span><b>%s</b> ", label);
    html_short(s, text, 300);
    str_add(s, "</span> ");
}

static void add_header(const struct page *page)
{
    const struct report_run *run = page->run;
    struct str *s = page->s;
    char text[64];
    str_add(s, "<header>\n<h1>");
    add_title(page);
    str_add(s, "</h1>\n<p class=\"run\">");
    if (run->command && *run->command) {
        str_add(s, "<code>");
        html_short(s, run->command, 500);
        str_add(s, "</code> ");
    }
    str_add(s, "<span>");
    html_time(s, run->started_wall_ns);
    str_add(s, " UTC</span> ");
    if (!run->stored) {
        add_fact(s, "took", words_span(run->elapsed_ns, text, sizeof(text)));
        snprintf(text, sizeof(text), "0x%" PRIx64, run->base_seed);
        add_fact(s, "seed", text);
        snprintf(text, sizeof(text), "%u", run->jobs);
        add_fact(s, "jobs", text);
    }
    add_fact(s, "mpstress", run->version);
    str_add(s, "</p>\n</header>\n<main>\n");
}

/* -- Summary ---------------------------------------------------------------*/

static void add_counts(const struct page *page)
{
    static const char *const words[] = {
        "fail", "flaky", "error", "inconclusive", "known", "caught", "pass"};
    str_add(page->s, "<p class=\"counts\">");
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        size_t count = 0;
        for (size_t k = 0; k < page->run->scenario_count; k++)
            count +=
                !strcmp(report_verdict(&page->run->scenarios[k]), words[i]);
        if (count)
            str_addf(page->s, "<span class=\"v %s\">%zu %s</span> ", words[i],
                     count, words[i]);
    }
    str_add(page->s, "</p>\n");
}

static void add_links(struct str *s, const struct report_scenario *scenario,
                      size_t linked)
{
    for (size_t i = 0; i < scenario->finding_count; i++) {
        const struct report_finding *entry = &scenario->findings[i];
        str_add(s, i ? "<br>" : "");
        if (i < linked) {
            str_add(s, "<a href=\"#");
            html_anchor(s, entry->id);
            str_add(s, "\">");
        }
        str_addf(s, "<b>%s</b> ", finding_kind_name(entry->finding->kind));
        html_short(s, entry->finding->what, 120);
        str_add(s, i < linked ? "</a>" : "");
    }
    if (!scenario->finding_count && *scenario->reason)
        html_short(s, scenario->reason, 200);
}

static void add_summary_row(struct str *s,
                            const struct report_scenario *scenario,
                            size_t linked)
{
    char number[WORDS_NUMBER_BYTES], text[160];
    str_add(s, "<tr><th>");
    html_short(s, scenario->name, 80);
    if (*scenario->about) {
        str_add(s, "<small>");
        html_short(s, scenario->about, 160);
        str_add(s, "</small>");
    }
    str_addf(s,
             "</th><td data-l=\"verdict\"><span class=\"v %s\">%s</span></td>"
             "<td data-l=\"iterations\" class=\"num\">%s</td>"
             "<td data-l=\"failed\">",
             report_verdict(scenario), report_verdict(scenario),
             words_number(scenario->iterations, number, sizeof(number)));
    if (scenario->iterations)
        html_rate(s, scenario->failures, scenario->iterations);
    str_addf(s,
             "</td><td data-l=\"per second\" class=\"num\">%s</td>"
             "<td data-l=\"finding\" class=\"f\">",
             words_speed(scenario->iterations, scenario->elapsed_ns, text,
                         sizeof(text)));
    add_links(s, scenario, linked);
    str_add(s, "</td></tr>\n");
}

static void add_note(struct str *s, size_t *shown, const char *text,
                     const char *more, const char *reason)
{
    if ((*shown)++ >= NOTES_SHOWN)
        return;
    str_add(s, *shown == 1 ? "<ul class=\"notes\"><li>" : "<li>");
    html_short(s, text, 500);
    html_short(s, more, 200);
    if (reason) {
        str_add(s, " (");
        html_short(s, reason, 300);
        str_add_char(s, ')');
    }
    str_add(s, "</li>");
}

/* What did not come, and the limits that the run met. */
static void add_notes(const struct page *page)
{
    const struct report_run *run = page->run;
    size_t shown = 0;
    for (size_t i = 0; i < run->scenario_count; i++) {
        const struct report_scenario *scenario = &run->scenarios[i];
        for (size_t k = 0; k < scenario->fixed_count; k++)
            add_note(page->s, &shown, "fixed, passes now: ", scenario->fixed[k],
                     NULL);
        for (size_t k = 0; k < scenario->unseen_count; k++)
            add_note(page->s, &shown,
                     "known finding not seen: ", scenario->unseen[k].id,
                     scenario->unseen[k].reason);
    }
    for (size_t i = 0; i < run->note_count; i++)
        add_note(page->s, &shown, run->notes[i], "", NULL);
    if (shown)
        str_add(page->s, "</ul>\n");
}

static void add_summary(const struct page *page)
{
    struct str *s = page->s;
    add_counts(page);
    str_add(s, "<table class=\"summary\"><thead><tr><th>scenario</th>"
               "<th>verdict</th><th>iterations</th><th>failed</th>"
               "<th>per second</th><th>finding</th></tr></thead><tbody>\n");
    size_t left = FAILURES_SHOWN;
    for (size_t i = 0; i < page->run->scenario_count; i++) {
        const struct report_scenario *scenario = &page->run->scenarios[i];
        size_t linked =
            scenario->finding_count < left ? scenario->finding_count : left;
        add_summary_row(s, scenario, linked);
        left -= linked;
    }
    str_add(s, "</tbody></table>\n");
    add_notes(page);
}

/* -- Failures --------------------------------------------------------------*/

static void add_failure(struct page *page,
                        const struct report_scenario *scenario,
                        const struct report_finding *entry)
{
    struct mps_diag diag;
    struct trace *trace = NULL;
    if (page->shown++ >= FAILURES_SHOWN)
        return;
    if (entry->trace && *entry->trace &&
        trace_open(&trace, entry->trace, &diag))
        trace = NULL;
    html_failure(page->s, page->run, scenario, entry, trace, page->max_rows);
    trace_close(trace);
}

static void add_scenario(struct page *page,
                         const struct report_scenario *scenario)
{
    bool any = page->shown < FAILURES_SHOWN;
    for (size_t i = 0; i < scenario->finding_count; i++)
        add_failure(page, scenario, &scenario->findings[i]);
    /* Also of one that failed only in earlier runs. */
    if (any && (scenario->finding_count || scenario->trail_count)) {
        str_add(page->s, "<section class=\"about\">\n");
        if (!scenario->finding_count)
            html_element(page->s, "h3", scenario->name);
        html_charts(page->s, scenario);
        html_past(page->s, scenario);
        str_add(page->s, "</section>\n");
    }
}

static void add_left_out(const struct page *page)
{
    if (page->failures > FAILURES_SHOWN)
        str_addf(page->s,
                 "<p class=\"note\">Left out to keep this page small: %zu more "
                 "failures (<code>mpstress show ID</code>).</p>\n",
                 page->failures - FAILURES_SHOWN);
}

static void plan(struct page *page)
{
    for (size_t i = 0; i < page->run->scenario_count; i++)
        page->failures += page->run->scenarios[i].finding_count;
    size_t shown =
        page->failures < FAILURES_SHOWN ? page->failures : FAILURES_SHOWN;
    size_t rows = ROWS_IN_ALL / (shown ? shown : 1);
    page->max_rows = rows > ROWS_MOST    ? ROWS_MOST
                     : rows < ROWS_LEAST ? ROWS_LEAST
                                         : rows;
}

int html_write(FILE *out, const struct report_run *run)
{
    struct str s;
    struct page page = {.s = &s, .run = run};
    str_init(&s);
    plan(&page);
    add_head(&page);
    add_header(&page);
    if (!run->stored)
        add_summary(&page);
    for (size_t i = 0; i < run->scenario_count; i++)
        add_scenario(&page, &run->scenarios[i]);
    add_left_out(&page);
    str_addf(&s, "</main>\n<script>\n%s</script>\n</body>\n</html>\n",
             html_script_js);
    return formats_end(out, &s);
}
