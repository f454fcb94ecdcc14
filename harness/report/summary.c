/* The end of a run: a table with one row per scenario, what needs to be said
 * about some of them, and the command that repeats the failure. */
#include <inttypes.h>
#include <string.h>

#include "block.h"
#include "color.h"
#include "rate.h"
#include "words.h"

/* A name of more columns than this gets a line of its own. */
enum { NAME_COLUMNS = 32, FINDINGS_SHOWN = 10 };

/* -- The table -------------------------------------------------------------*/

enum column { NAME, ITERATIONS, SPEED, VERDICT, FIRST, FINDING, COLUMNS };

static const struct {
    const char *title;
    bool right; /* numbers end in the same column */
} columns[] = {
    [NAME] = {"SCENARIO", false}, [ITERATIONS] = {"ITERATIONS", true},
    [SPEED] = {"RATE/S", true},   [VERDICT] = {"VERDICT", false},
    [FIRST] = {"FIRST", true},    [FINDING] = {"FINDING", false},
};

static const struct {
    const char *name, *shown;
    enum style style;
} verdicts[] = {
    [VERDICT_PASS] = {"pass", "pass", STYLE_GOOD},
    [VERDICT_FAIL] = {"fail", "FAIL", STYLE_BAD},
    [VERDICT_INCONCLUSIVE] = {"inconclusive", "inconclusive", STYLE_WARNING},
    [VERDICT_ERROR] = {"error", "ERROR", STYLE_BAD},
};

const char *verdict_name(enum verdict verdict)
{
    return verdicts[verdict].name;
}

/* The invariant's name says more than the kind, and the row is short. */
static void add_finding(struct str *s, const struct report_scenario *scenario)
{
    const struct report_finding *shown = block_main_finding(scenario);
    if (shown) {
        const struct finding *finding = shown->finding;
        bool named = finding->kind == FINDING_INVARIANT && finding->invariant;
        words_clean(s, named ? finding->invariant
                             : finding_kind_name(finding->kind));
        size_t others = 0;
        for (size_t i = 0; i < scenario->finding_count; i++)
            others += scenario->findings[i].expected == shown->expected;
        if (others > 1)
            str_addf(s, ", %zu more", others - 1);
    } else if (scenario->expect_fail && scenario->verdict == VERDICT_FAIL) {
        str_addf(s, "no %s",
                 scenario->expected_kind < 0
                     ? "failure"
                     : finding_kind_name(
                           (enum finding_kind)scenario->expected_kind));
    }
}

static void add_cell(struct str *s, const struct report_scenario *scenario,
                     enum column column)
{
    char number[WORDS_NUMBER_BYTES];
    const struct report_finding *finding = block_main_finding(scenario);
    switch (column) {
    case NAME:
        words_clean(s, scenario->name);
        break;
    case ITERATIONS:
        str_add(s, words_number(scenario->iterations, number, sizeof(number)));
        break;
    case SPEED:
        str_add(s, words_speed(scenario->iterations, scenario->elapsed_ns,
                               number, sizeof(number)));
        break;
    case VERDICT:
        str_add(s, block_is_caught(scenario)
                       ? "caught"
                       : verdicts[scenario->verdict].shown);
        break;
    case FIRST:
        if (finding)
            str_add(s, words_number(finding->first_iteration, number,
                                    sizeof(number)));
        break;
    case FINDING:
        add_finding(s, scenario);
        break;
    case COLUMNS:
        break;
    }
}

/* Every column as wide as its widest cell; a name beyond NAME_COLUMNS does
 * not count. */
static void measure(const struct report_run *run, size_t widths[COLUMNS])
{
    struct str s;
    str_init(&s);
    for (enum column c = 0; c < COLUMNS; c++)
        widths[c] = strlen(columns[c].title);
    for (size_t i = 0; i < run->scenario_count; i++) {
        for (enum column c = 0; c < COLUMNS; c++) {
            str_clear(&s);
            add_cell(&s, &run->scenarios[i], c);
            size_t width = words_columns(s.data);
            bool own_line = c == NAME && width > NAME_COLUMNS;
            if (width > widths[c] && !own_line)
                widths[c] = width;
        }
    }
    str_fini(&s);
}

/* *COLUMN is where the row stands, *PAD how many spaces are due: they are
 * written only when something follows, so that no line ends in spaces. */
static void add_aligned(struct str *s, bool color, enum style style,
                        const char *text, enum column c,
                        const size_t widths[COLUMNS], size_t *pad)
{
    size_t width = words_columns(text);
    size_t space = width < widths[c] ? widths[c] - width : 0;
    if (width) {
        *pad += columns[c].right ? space : 0;
        str_addf(s, "%*s", (int)*pad, "");
        paint(s, color, style, text);
        *pad = columns[c].right ? 2 : space + 2;
    } else {
        *pad += space + 2;
    }
}

static void add_row(struct str *s, bool color,
                    const struct report_scenario *scenario,
                    const size_t widths[COLUMNS])
{
    size_t pad = 0;
    struct str text;
    str_init(&text);
    for (enum column c = 0; c < COLUMNS; c++) {
        str_clear(&text);
        add_cell(&text, scenario, c);
        bool own_line = c == NAME && words_columns(text.data) > widths[NAME];
        enum style style =
            c == VERDICT ? verdicts[scenario->verdict].style : STYLE_PLAIN;
        if (own_line) {
            str_addf(s, "%s\n", text.data);
            str_clear(&text);
        }
        add_aligned(s, color, style, text.data, c, widths, &pad);
    }
    str_add_char(s, '\n');
    str_fini(&text);
}

static void add_table(struct str *s, bool color, const struct report_run *run)
{
    size_t widths[COLUMNS], pad = 0;
    measure(run, widths);
    for (enum column c = 0; c < COLUMNS; c++)
        add_aligned(s, color, STYLE_BOLD, columns[c].title, c, widths, &pad);
    str_add_char(s, '\n');
    for (size_t i = 0; i < run->scenario_count; i++)
        add_row(s, color, &run->scenarios[i], widths);
}

/* -- Remarks about single scenarios -----------------------------------------*/

static void add_found(struct str *s, const struct report_finding *finding)
{
    char number[WORDS_NUMBER_BYTES];
    str_addf(s, "  %s at iteration %s",
             finding_kind_name(finding->finding->kind),
             words_number(finding->first_iteration, number, sizeof(number)));
    if (finding->times > 1)
        str_addf(s, ", %s times",
                 words_number(finding->times, number, sizeof(number)));
    str_add(s, ": ");
    words_clean(s, finding->id && *finding->id ? finding->id : "not kept");
    if (finding->replays)
        str_addf(s, " (%" PRIu32 " of %" PRIu32 " replays fail)",
                 finding->replays_failed, finding->replays);
    str_add_char(s, '\n');
}

static void add_failed(struct str *s, const struct report_scenario *scenario)
{
    char rate[160];
    if (scenario->iterations)
        str_addf(s, "  failed: %s",
                 report_rate(scenario->failures, scenario->iterations, rate,
                             sizeof(rate)));
    if (scenario->iterations && scenario->finding_count > 1)
        str_addf(s, ", %zu distinct", scenario->finding_count);
    if (scenario->iterations)
        str_add_char(s, '\n');
    for (size_t i = 0; i < scenario->finding_count && i < FINDINGS_SHOWN; i++)
        add_found(s, &scenario->findings[i]);
    if (scenario->finding_count > FINDINGS_SHOWN)
        str_addf(s, "  and %zu more\n",
                 scenario->finding_count - FINDINGS_SHOWN);
}

static void add_names(struct str *s, const char *label,
                      const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        str_addf(s, "  %s: ", label);
        words_clean(s, names[i]);
        str_add_char(s, '\n');
    }
}

/* Nothing for a scenario of which the table says all. */
static void add_remarks(struct str *s, bool color,
                        const struct report_scenario *scenario)
{
    bool good = scenario->verdict == VERDICT_PASS;
    if (good && !scenario->never_reached_count && !scenario->fixed_count)
        return;
    bool counted = scenario->verdict == VERDICT_FAIL;
    const char *reason = scenario->reason ? scenario->reason : "";
    str_add_char(s, '\n');
    paint(s, color, verdicts[scenario->verdict].style,
          verdicts[scenario->verdict].shown);
    str_add_char(s, ' ');
    style_begin(s, color, STYLE_BOLD);
    words_clean(s, scenario->name);
    style_end(s, color, STYLE_BOLD);
    str_add_char(s, '\n');
    /* Of a plain failure the counts say it, and more exactly. */
    bool plain = counted && scenario->failures && !scenario->expect_fail;
    if (*reason && !plain)
        add_names(s, "reason", &reason, 1);
    if (counted)
        add_failed(s, scenario);
    add_names(s, "never reached", scenario->never_reached,
              scenario->never_reached_count);
    add_names(s, "fixed, passes now", scenario->fixed, scenario->fixed_count);
}

/* -- The run ---------------------------------------------------------------*/

/* One bound for all scenarios without a failure: that of the shortest. */
static void add_bound(struct str *s, const struct report_run *run)
{
    uint64_t fewest = UINT64_MAX;
    size_t clean = 0;
    for (size_t i = 0; i < run->scenario_count; i++) {
        const struct report_scenario *scenario = &run->scenarios[i];
        if (scenario->failures || scenario->iterations <= 3)
            continue;
        clean++;
        if (scenario->iterations < fewest)
            fewest = scenario->iterations;
    }
    if (!clean)
        return;
    char number[WORDS_NUMBER_BYTES], percent[32];
    double high = rate_of(0, fewest).high;
    str_addf(
        s, "no failure in %zu scenario%s: rate < 3/%s = %s%% (95%%)%s\n", clean,
        clean == 1 ? "" : "s", words_number(fewest, number, sizeof(number)),
        words_percent(high, words_decimals(high), percent, sizeof(percent)),
        clean == 1 ? "" : " each");
}

static void add_counts(struct str *s, bool color, const struct report_run *run)
{
    enum { CAUGHT = VERDICT_ERROR + 1, COUNTS };
    static const struct {
        int of;
        const char *text;
        enum style style;
    } parts[] = {
        {VERDICT_FAIL, "failed", STYLE_BAD},
        {VERDICT_ERROR, "could not run", STYLE_BAD},
        {VERDICT_INCONCLUSIVE, "inconclusive", STYLE_WARNING},
        {VERDICT_PASS, "passed", STYLE_GOOD},
        {CAUGHT, "caught", STYLE_GOOD},
    };
    size_t counts[COUNTS] = {0};
    for (size_t i = 0; i < run->scenario_count; i++)
        counts[block_is_caught(&run->scenarios[i])
                   ? CAUGHT
                   : (int)run->scenarios[i].verdict]++;
    const char *separator = ": ";
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t count = counts[parts[i].of];
        if (!count)
            continue;
        str_add(s, separator);
        style_begin(s, color, parts[i].style);
        str_addf(s, "%zu %s", count, parts[i].text);
        style_end(s, color, parts[i].style);
        separator = ", ";
    }
}

static void add_totals(struct str *s, bool color, const struct report_run *run)
{
    char span[32];
    if (run->interrupted)
        paint(s, color, STYLE_WARNING, "interrupted after ");
    str_addf(s, "%zu scenario%s in %s", run->scenario_count,
             run->scenario_count == 1 ? "" : "s",
             words_span(run->elapsed_ns, span, sizeof(span)));
    add_counts(s, color, run);
    str_add_char(s, '\n');
    str_addf(s, "seed 0x%" PRIx64 ", %u job%s\n", run->base_seed, run->jobs,
             run->jobs == 1 ? "" : "s");
}

static void add_reproduce(struct str *s, bool color,
                          const struct report_run *run)
{
    const struct report_scenario *scenario;
    const struct report_finding *finding = reproduce_pick(run, &scenario);
    if (!finding)
        return;
    str_add(s, "reproduce: ");
    style_begin(s, color, STYLE_BOLD);
    reproduce_add(s, run, scenario, finding);
    style_end(s, color, STYLE_BOLD);
    str_add_char(s, '\n');
}

void report_summary(FILE *out, bool color, const struct report_run *run)
{
    struct str s;
    str_init(&s);
    if (run->scenario_count)
        add_table(&s, color, run);
    for (size_t i = 0; i < run->scenario_count; i++)
        add_remarks(&s, color, &run->scenarios[i]);
    str_add_char(&s, '\n');
    for (size_t i = 0; i < run->note_count; i++) {
        str_add(&s, "note: ");
        words_clean(&s, run->notes[i]);
        str_add_char(&s, '\n');
    }
    add_bound(&s, run);
    add_totals(&s, color, run);
    add_reproduce(&s, color, run);
    fwrite(s.data, 1, s.len, out);
    str_fini(&s);
}
