/* The summary's table: one row per scenario. */
#include <inttypes.h>
#include <string.h>

#include "block.h"
#include "color.h"
#include "summary.h"
#include "words.h"

/* A name of more columns than this gets a line of its own. */
enum { NAME_COLUMNS = 28 };

enum column { NAME, ITERATIONS, SPEED, VERDICT, FIRST, FINDING, COLUMNS };

static const struct {
    const char *title;
    bool right; /* numbers end in the same column */
} columns[] = {
    [NAME] = {"SCENARIO", false}, [ITERATIONS] = {"ITERATIONS", true},
    [SPEED] = {"RATE/S", true},   [VERDICT] = {"VERDICT", false},
    [FIRST] = {"FIRST", true},    [FINDING] = {"FINDING", false},
};

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
            str_addf(s, " +%zu", others - 1);
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
                       : verdict_shown(scenario->verdict));
        break;
    case FIRST:
        if (finding)
            str_addf(s, "%" PRIu64, finding->first_iteration);
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
            c == VERDICT ? verdict_style(scenario->verdict) : STYLE_PLAIN;
        if (own_line) {
            str_addf(s, "%s\n", text.data);
            str_clear(&text);
        }
        add_aligned(s, color, style, text.data, c, widths, &pad);
    }
    str_add_char(s, '\n');
    str_fini(&text);
}

void table_add(struct str *s, bool color, const struct report_run *run)
{
    size_t widths[COLUMNS], pad = 0;
    measure(run, widths);
    for (enum column c = 0; c < COLUMNS; c++)
        add_aligned(s, color, STYLE_BOLD, columns[c].title, c, widths, &pad);
    str_add_char(s, '\n');
    for (size_t i = 0; i < run->scenario_count; i++)
        add_row(s, color, &run->scenarios[i], widths);
}
