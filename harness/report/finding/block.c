/* The block of one finding. */
#include <inttypes.h>
#include <string.h>

#include "color.h"
#include "finding/block.h"
#include "words.h"

enum { DETAIL_LINES = 40, STACK_FRAMES = 8 };

bool block_is_caught(const struct report_scenario *scenario)
{
    return scenario->expect_fail && scenario->verdict == VERDICT_PASS;
}

bool block_is_known(const struct report_scenario *scenario)
{
    if (scenario->expect_fail || scenario->verdict != VERDICT_PASS)
        return false;
    for (size_t i = 0; i < scenario->finding_count; i++)
        if (scenario->findings[i].known)
            return true;
    return false;
}

bool block_is_new(const struct report_finding *finding)
{
    return !finding->expected && !finding->known;
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
    bool caught = block_is_caught(scenario), known = block_is_known(scenario);
    for (size_t i = 0; i < scenario->finding_count; i++) {
        const struct report_finding *f = block_nth_finding(scenario, i);
        if (caught ? f->expected : known ? f->known != NULL : block_is_new(f))
            return f;
    }
    return NULL;
}

void block_add_wrapped(struct str *s, const char *text, size_t indent)
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

/* -- The block -------------------------------------------------------------*/

/* "    #3 mp_lock_take() targets/mp/lock.c:44": a frame of a stack. */
static bool is_frame(const char *line)
{
    line += strspn(line, " ");
    return line[0] == '#' && line[1] >= '0' && line[1] <= '9';
}

/* What people search logs for stays on one line. */
static bool is_greppable(const char *line)
{
    return !strncmp(line, "SUMMARY: ", 9);
}

static void add_detail_line(struct str *s, const char *line)
{
    if (*line != ' ' && !is_greppable(line)) {
        block_add_wrapped(s, line, 4);
        return;
    }
    str_add(s, "    ");
    words_clean(s, line);
    str_add_char(s, '\n');
}

/* Of a deep stack the innermost frames: those of all tasks shall be seen. The
 * rest is in the trace. */
static void add_detail(struct str *s, const char *detail)
{
    size_t lines = 0, frames = 0;
    struct str line;
    str_init(&line);
    while (detail && *detail) {
        size_t length = strcspn(detail, "\n");
        str_clear(&line);
        str_add_bytes(&line, detail, length);
        detail += length + (detail[length] == '\n');
        frames = is_frame(line.data) ? frames + 1 : 0;
        bool last = !is_frame(detail);
        if (frames > STACK_FRAMES && !last)
            continue;
        if (++lines > DETAIL_LINES)
            continue;
        if (frames > STACK_FRAMES)
            str_addf(s, "        and %zu outer frame%s\n",
                     frames - STACK_FRAMES,
                     frames - STACK_FRAMES == 1 ? "" : "s");
        else
            add_detail_line(s, line.data);
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
    paint(s, color,
          finding->expected ? STYLE_GOOD
          : finding->known  ? STYLE_WARNING
                            : STYLE_BAD,
          finding->expected ? "CAUGHT"
          : finding->known  ? "KNOWN"
                            : "FAIL");
    str_add_char(s, ' ');
    style_begin(s, color, STYLE_BOLD);
    words_clean(s, scenario->name);
    style_end(s, color, STYLE_BOLD);
    str_addf(s, "  %s  iteration %" PRIu64 "  seed 0x%" PRIx64,
             finding_kind_name(finding->finding->kind),
             finding->first_iteration, finding->first_seed);
    if (finding->strategy) {
        str_add(s, "  strategy ");
        words_clean(s, finding->strategy);
    }
    str_add_char(s, '\n');
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
        add_label(s, color, "replays");
        str_addf(s, "%" PRIu32 "/%" PRIu32 " fail\n", finding->replays_failed,
                 finding->replays);
    }
}

void block_add(struct str *s, bool color,
               const struct report_scenario *scenario,
               const struct report_finding *finding)
{
    const struct finding *f = finding->finding;
    add_headline(s, color, scenario, finding);
    block_add_wrapped(s, f->what ? f->what : finding_kind_about(f->kind), 2);
    add_values(s, color, f);
    add_field(s, color, "invariant", f->invariant);
    add_field(s, color, "with", finding->parameters);
    block_add_places(s, color, f);
    add_detail(s, f->detail);
    add_counts(s, color, scenario, finding);
    add_field(s, color, "known", finding->known);
    if (finding->stored)
        add_field(s, color, "stored",
                  "it failed in an earlier run, and again when replayed");
    add_field(s, color, "trace", finding->trace);
}

void report_finding_text(FILE *out, bool color,
                         const struct report_scenario *scenario,
                         const struct report_finding *finding)
{
    struct str s;
    str_init(&s);
    block_add(&s, color, scenario, finding);
    str_add_char(&s, '\n');
    fwrite(s.data, 1, s.len, out);
    str_fini(&s);
}
