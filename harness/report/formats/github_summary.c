/* The summary of a step in GitHub Actions: a table of the scenarios, in
 * GitHub's Markdown, and the first failures in full. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "finding/block.h"
#include "finding/reproduce.h"
#include "formats.h"
#include "summary/summary.h"
#include "words.h"

enum {
    BLOCKS = 10,        /* findings shown in full */
    BLOCK_BYTES = 8192, /* of each: a step has 1 MiB */
    CELL_COLUMNS = 160,
    MOST_ROWS = 500
};

/* TEXT, cleaned to one line of at most CELL_COLUMNS, with nothing in it that
 * means anything in Markdown or HTML. Backslashes would not do between tags. */
static void add_text(struct str *s, const char *text)
{
    static const char plain[] = "-./,=+%()";
    struct str clean;
    str_init(&clean);
    words_clean(&clean, text);
    size_t columns = 0;
    for (const char *c = clean.data; *c; c++) {
        columns += ((unsigned char)*c & 0xc0) != 0x80;
        if (columns > CELL_COLUMNS) {
            str_add(s, "\u2026");
            break;
        }
        if (ispunct((unsigned char)*c) && !strchr(plain, *c))
            str_addf(s, "&#%d;", *c);
        else
            str_add_char(s, *c);
    }
    s->failed |= !str_ok(&clean);
    str_fini(&clean);
}

/* What S holds, escaped, into OUT; S is released. */
static void take_text(struct str *out, struct str *s)
{
    add_text(out, s->data);
    out->failed |= !str_ok(s);
    str_fini(s);
}

static void add_site(struct str *s, const struct report_finding *shown)
{
    const struct finding_place *place =
        shown ? block_main_place(shown->finding) : NULL;
    struct str site;
    str_init(&site);
    if (place)
        block_add_site(&site, &place->location);
    take_text(s, &site);
}

static void add_command(struct str *s, const struct report_run *run,
                        const struct report_scenario *scenario,
                        const struct report_finding *shown)
{
    struct str command;
    str_init(&command);
    if (!shown)
        return;
    reproduce_add(&command, run, scenario, shown);
    str_add(s, "<code>");
    take_text(s, &command);
    str_add(s, "</code>");
}

/* Why a scenario without a finding is no success stands in its column. */
static void add_row(struct str *s, const struct report_run *run,
                    const struct report_scenario *scenario)
{
    bool bad = scenario->verdict != VERDICT_PASS;
    const struct report_finding *shown = block_main_finding(scenario);
    char number[WORDS_NUMBER_BYTES];
    struct str finding;
    str_init(&finding);
    str_add(s, "| ");
    add_text(s, scenario->name);
    str_addf(s, " | %s%s%s | ", bad ? "**" : "", verdict_shown(scenario),
             bad ? "**" : "");
    str_addf(s, "%s | ",
             words_number(scenario->iterations, number, sizeof(number)));
    str_addf(s, "%s | ",
             words_number(scenario->failures, number, sizeof(number)));
    if (shown)
        table_add_finding(&finding, scenario);
    else
        words_clean(&finding, scenario->reason);
    if (shown && shown->known)
        str_addf(&finding, " (known: %s)", shown->known);
    take_text(s, &finding);
    str_add(s, " | ");
    add_site(s, shown);
    str_add(s, " | ");
    add_command(s, run, scenario, bad ? shown : NULL);
    str_add(s, " |\n");
}

/* Those that are no success first: they are looked for. */
static void add_table(struct str *s, const struct report_run *run)
{
    size_t rows = 0;
    str_add(s, "\n| Scenario | Verdict | Iterations | Failed | Finding | Where "
               "| Reproduce |\n|---|---|--:|--:|---|---|---|\n");
    for (int good = 0; good < 2; good++)
        for (size_t i = 0; i < run->scenario_count; i++) {
            const struct report_scenario *scenario = &run->scenarios[i];
            if ((scenario->verdict == VERDICT_PASS) == good &&
                rows++ < MOST_ROWS)
                add_row(s, run, scenario);
        }
    if (rows > MOST_ROWS)
        str_addf(s, "\n%zu more scenarios are not shown.\n", rows - MOST_ROWS);
}

/* TEXT as it is, between fences longer than any row of '`' in it. */
static void add_fenced(struct str *s, const char *text, size_t size)
{
    size_t longest = 2, run = 0;
    for (size_t i = 0; i < size; i++) {
        run = text[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (int end = 0; end < 2; end++) {
        for (size_t i = 0; i <= longest; i++)
            str_add_char(s, '`');
        str_add(s, end ? "\n" : "text\n");
        if (!end)
            str_add_bytes(s, text, size);
    }
}

static void add_block(struct str *s, const struct report_scenario *scenario,
                      const struct report_finding *finding)
{
    struct str block, headline;
    str_init(&block);
    str_init(&headline);
    block_add(&block, false, scenario, finding);
    words_clean(&headline, scenario->name);
    str_addf(&headline, ": %s", finding_kind_name(finding->finding->kind));
    str_add(s, "\n<details><summary>");
    take_text(s, &headline);
    str_add(s, "</summary>\n\n");
    size_t size = block.len;
    if (size > BLOCK_BYTES) {
        size = BLOCK_BYTES;
        while (size && block.data[size - 1] != '\n')
            size--;
    }
    add_fenced(s, block.data, size);
    str_add(s, "\n</details>\n");
    s->failed |= !str_ok(&block);
    str_fini(&block);
}

static void add_blocks(struct str *s, const struct report_run *run)
{
    size_t shown = 0;
    for (size_t i = 0; i < run->scenario_count; i++) {
        const struct report_scenario *scenario = &run->scenarios[i];
        for (size_t k = 0; k < scenario->finding_count; k++) {
            const struct report_finding *finding =
                block_nth_finding(scenario, k);
            if (block_is_new(finding) && shown++ < BLOCKS)
                add_block(s, scenario, finding);
        }
    }
}

int report_github_summary(FILE *out, const struct report_run *run)
{
    char span[32];
    struct str s;
    str_init(&s);
    str_add(&s, "### mpstress: ");
    counts_add(&s, false, run);
    str_add(&s, "\n");
    if (run->scenario_count)
        add_table(&s, run);
    add_blocks(&s, run);
    str_addf(&s, "\n%s after %s, seed 0x%" PRIx64 "\n\n",
             run->interrupted ? "Interrupted" : "Ended",
             words_span(run->elapsed_ns, span, sizeof(span)), run->base_seed);
    return formats_end(out, &s);
}
