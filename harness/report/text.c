/* The block of one finding. */
#include <inttypes.h>
#include <string.h>

#include "block.h"
#include "color.h"
#include "words.h"

enum { LINE_COLUMNS = 80, TASK_COLUMNS = 24, DETAIL_LINES = 40 };

bool block_is_caught(const struct report_scenario *scenario)
{
    return scenario->expect_fail && scenario->verdict == VERDICT_PASS;
}

/* A scenario has few findings: searching for each is cheap. */
const struct report_finding *
block_nth_finding(const struct report_scenario *scenario, size_t n)
{
    for (size_t i = 0; i < scenario->finding_count; i++) {
        const struct report_finding *f = &scenario->findings[i];
        size_t earlier = 0;
        for (size_t k = 0; k < scenario->finding_count; k++) {
            uint64_t other = scenario->findings[k].first_iteration;
            earlier += other < f->first_iteration ||
                       (other == f->first_iteration && k < i);
        }
        if (earlier == n)
            return f;
    }
    return NULL;
}

const struct report_finding *
block_main_finding(const struct report_scenario *scenario)
{
    for (size_t i = 0; i < scenario->finding_count; i++) {
        const struct report_finding *f = block_nth_finding(scenario, i);
        if (f->expected == block_is_caught(scenario))
            return f;
    }
    return NULL;
}

void block_add_site(struct str *s, const struct location *location)
{
    if (location->file) {
        words_clean(s, location->file);
        if (location->line > 0)
            str_addf(s, ":%d", location->line);
    } else if (location->module) {
        const char *slash = strrchr(location->module, '/');
        words_clean(s, slash ? slash + 1 : location->module);
        str_addf(s, "+0x%" PRIx64, location->offset);
    }
}

/* TEXT with lines broken at spaces, the first INDENT columns in, the others
 * two more. */
static void add_wrapped(struct str *s, const char *text, size_t indent)
{
    struct str clean;
    str_init(&clean);
    words_clean(&clean, text);
    size_t column = indent;
    str_addf(s, "%*s", (int)indent, "");
    for (char *rest = clean.data; *rest;) {
        size_t length = strcspn(rest, " ");
        char after = rest[length];
        rest[length] = '\0';
        size_t columns = words_columns(rest);
        if (column > indent + 2 && column + 1 + columns > LINE_COLUMNS) {
            column = indent + 2;
            str_addf(s, "\n%*s", (int)column, "");
        } else if (rest != clean.data) {
            str_add_char(s, ' ');
            column++;
        }
        str_add(s, rest);
        column += columns;
        rest += length + (after == ' ');
    }
    str_add_char(s, '\n');
    str_fini(&clean);
}

static void add_label(struct str *s, bool color, const char *label)
{
    str_add(s, "  ");
    paint(s, color, STYLE_DIM, label);
    str_addf(s, "%*s", (int)(strlen(label) < 11 ? 11 - strlen(label) : 1), "");
}

/* One line "  label  TEXT"; none when there is no text. */
static void add_field(struct str *s, bool color, const char *label,
                      const char *text)
{
    if (!text || !*text)
        return;
    add_label(s, color, label);
    words_clean(s, text);
    str_add_char(s, '\n');
}

/* -- Places ----------------------------------------------------------------*/

enum { CELL_TASK, CELL_ROLE, CELL_FUNCTION, CELL_SITE, CELLS };

static void add_cell(struct str *s, const struct finding_place *place, int cell)
{
    switch (cell) {
    case CELL_TASK:
        words_clean(s, place->task);
        break;
    case CELL_ROLE:
        words_clean(s, place->role);
        break;
    case CELL_FUNCTION:
        words_clean(s, place->location.function);
        if (place->location.function)
            str_add(s, "()");
        break;
    default:
        block_add_site(s, &place->location);
    }
}

static void measure(const struct finding *finding, size_t widths[CELLS])
{
    struct str s;
    str_init(&s);
    for (size_t i = 0; i < finding->place_count; i++) {
        for (int cell = 0; cell < CELLS; cell++) {
            str_clear(&s);
            add_cell(&s, &finding->places[i], cell);
            size_t columns = words_columns(s.data);
            if (columns > widths[cell])
                widths[cell] = columns;
        }
    }
    str_fini(&s);
}

/* A column that no place fills takes no room; a place of which nothing is
 * known takes no line. BROKEN: function and site go on a line of their own. */
static void add_place(struct str *s, bool color,
                      const struct finding_place *place,
                      const size_t widths[CELLS], bool broken)
{
    size_t pad = 2, start = s->len;
    bool new_line = false;
    struct str text;
    str_init(&text);
    for (int cell = 0; cell < CELLS; cell++) {
        str_clear(&text);
        add_cell(&text, place, cell);
        if (broken && cell == CELL_FUNCTION && s->len > start) {
            new_line = true;
            pad = 6;
        }
        size_t columns = words_columns(text.data);
        bool aligned =
            widths[cell] &&
            (!broken || (cell == CELL_TASK && widths[cell] <= TASK_COLUMNS));
        if (columns) {
            str_addf(s, "%s%*s", new_line ? "\n" : "", (int)pad, "");
            paint(s, color, cell == CELL_SITE ? STYLE_PLACE : STYLE_PLAIN,
                  text.data);
            new_line = false;
            pad = aligned ? widths[cell] - columns + 2 : 2;
        } else if (aligned) {
            pad += widths[cell] + 2;
        }
    }
    if (s->len > start)
        str_add_char(s, '\n');
    str_fini(&text);
}

static void add_places(struct str *s, bool color, const struct finding *finding)
{
    size_t widths[CELLS] = {0}, total = 0;
    measure(finding, widths);
    for (int cell = 0; cell < CELLS; cell++)
        total += widths[cell] ? widths[cell] + 2 : 0;
    for (size_t i = 0; i < finding->place_count; i++)
        add_place(s, color, &finding->places[i], widths, total > LINE_COLUMNS);
}

/* -- The block -------------------------------------------------------------*/

static void add_detail(struct str *s, const char *detail)
{
    size_t lines = 0;
    struct str line;
    str_init(&line);
    while (detail && *detail) {
        size_t length = strcspn(detail, "\n");
        str_clear(&line);
        str_add_bytes(&line, detail, length);
        detail += length + (detail[length] == '\n');
        if (++lines > DETAIL_LINES)
            continue;
        str_add(s, "    ");
        words_clean(s, line.data);
        str_add_char(s, '\n');
    }
    if (lines > DETAIL_LINES)
        str_addf(s, "    and %zu more lines\n", lines - DETAIL_LINES);
    str_fini(&line);
}

/* Whether WHAT already says WORD: then a line of its own would repeat it. */
static bool says(const char *what, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = what; (at = strstr(at, word)); at++) {
        char before = at == what ? ' ' : at[-1], after = at[length];
        if (strchr(" (\"'", before) && strchr(" ,.)\"':;", after))
            return true;
    }
    return false;
}

static void add_values(struct str *s, bool color, const struct finding *finding)
{
    const char *what = finding->what ? finding->what : "";
    bool known = (!finding->expected || says(what, finding->expected)) &&
                 (!finding->actual || says(what, finding->actual));
    if (known)
        return;
    add_field(s, color, "expected", finding->expected);
    add_field(s, color, "actual", finding->actual);
}

static void add_headline(struct str *s, bool color,
                         const struct report_scenario *scenario,
                         const struct report_finding *finding)
{
    paint(s, color, finding->expected ? STYLE_GOOD : STYLE_BAD,
          finding->expected ? "CAUGHT" : "FAIL");
    str_add_char(s, ' ');
    style_begin(s, color, STYLE_BOLD);
    words_clean(s, scenario->name);
    style_end(s, color, STYLE_BOLD);
    str_addf(s, "  %s  iteration %" PRIu64 "  seed 0x%" PRIx64 "\n",
             finding_kind_name(finding->finding->kind),
             finding->first_iteration, finding->first_seed);
}

static void add_counts(struct str *s, bool color,
                       const struct report_scenario *scenario,
                       const struct report_finding *finding)
{
    char times[WORDS_NUMBER_BYTES], of[WORDS_NUMBER_BYTES];
    if (finding->times > 1 && scenario->iterations) {
        add_label(s, color, "seen in");
        str_addf(s, "%s of %s iterations\n",
                 words_number(finding->times, times, sizeof(times)),
                 words_number(scenario->iterations, of, sizeof(of)));
    }
    if (finding->replays) {
        add_label(s, color, "replayed");
        str_addf(s, "%" PRIu32 " of %" PRIu32 " replays fail\n",
                 finding->replays_failed, finding->replays);
    }
}

void block_add(struct str *s, bool color,
               const struct report_scenario *scenario,
               const struct report_finding *finding)
{
    const struct finding *f = finding->finding;
    add_headline(s, color, scenario, finding);
    add_wrapped(s, f->what ? f->what : finding_kind_about(f->kind), 2);
    add_values(s, color, f);
    add_field(s, color, "invariant", f->invariant);
    add_field(s, color, "with", finding->parameters);
    add_places(s, color, f);
    add_detail(s, f->detail);
    add_counts(s, color, scenario, finding);
    add_field(s, color, "trace", finding->trace);
}

void report_finding_text(FILE *out, bool color,
                         const struct report_scenario *scenario,
                         const struct report_finding *finding)
{
    struct str s;
    str_init(&s);
    block_add(&s, color, scenario, finding);
    fwrite(s.data, 1, s.len, out);
    str_fini(&s);
}
