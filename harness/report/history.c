/* The runs before and what became of each failure, for a terminal. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "color.h"
#include "formats.h"
#include "rate.h"
#include "words.h"

enum { ID_COLUMNS = 31, COMMIT_COLUMNS = 18, SPARKS = 24 };

const char *report_trail_state_name(enum report_trail_state state)
{
    static const char *const names[] = {"seen", "quiet", "gone"};
    return names[state];
}

/* -- Cells -----------------------------------------------------------------*/

static void add_spaces(struct str *s, size_t count)
{
    while (count--)
        str_add_char(s, ' ');
}

/* TEXT, cleaned, in STYLE, in at least WIDTH columns and two spaces. */
static void add_styled(struct str *s, bool color, enum style style,
                       const char *text, size_t width)
{
    struct str clean;
    str_init(&clean);
    words_clean(&clean, text);
    paint(s, color, style, clean.data);
    size_t columns = words_columns(clean.data);
    add_spaces(s, 2 + (columns < width ? width - columns : 0));
    str_fini(&clean);
}

static void add_cell(struct str *s, const char *text, size_t width)
{
    add_styled(s, false, STYLE_PLAIN, text, width);
}

const char *report_when(uint64_t ns, char buf[static 32])
{
    time_t seconds = (time_t)(ns / 1000000000u);
    struct tm local;
    if (!localtime_r(&seconds, &local) ||
        !strftime(buf, 32, "%Y-%m-%d %H:%M", &local))
        strcpy(buf, "?");
    return buf;
}

static const char *commit_name(const char *commit)
{
    return *commit ? commit : "-";
}

/* "1.2%", or "-" of a failure that only a replay has shown. */
static void add_percent(struct str *s, uint64_t times, uint64_t iterations)
{
    char percent[32];
    if (!times || !iterations) {
        str_add(s, "-");
        return;
    }
    double value = rate_of(times, iterations).value;
    str_addf(
        s, "%s%%",
        words_percent(value, words_decimals(value), percent, sizeof(percent)));
}

/* No line ends in spaces. */
static void end_line(struct str *s)
{
    while (s->len && s->data[s->len - 1] == ' ')
        s->data[--s->len] = '\0';
    str_add_char(s, '\n');
}

/* -- Failures --------------------------------------------------------------*/

static double rate_at(const struct report_point *point)
{
    return point->times && point->iterations
               ? rate_of(point->times, point->iterations).value
               : 0;
}

/* A character for each of the newest runs: its share of the highest rate in
 * eighths, or '.' */
static void add_sparks(struct str *s, const struct report_trail *trail)
{
    static const char levels[] = "12345678";
    size_t from = trail->point_count > SPARKS ? trail->point_count - SPARKS : 0;
    double most = 0;
    for (size_t i = from; i < trail->point_count; i++) {
        double rate = rate_at(&trail->points[i]);
        most = rate > most ? rate : most;
    }
    for (size_t i = from; i < trail->point_count; i++) {
        double rate = rate_at(&trail->points[i]);
        str_add_char(s, rate > 0 ? levels[(int)(rate / most * 7.001)] : '.');
    }
}

static void add_state(struct str *s, const struct report_trail *trail)
{
    char clean[WORDS_NUMBER_BYTES], needed[WORDS_NUMBER_BYTES], time[32];
    words_number(trail->clean, clean, sizeof(clean));
    words_number(trail->needed, needed, sizeof(needed));
    switch (trail->state) {
    case TRAIL_SEEN:
        str_add(s, "in the newest run");
        break;
    case TRAIL_QUIET:
        str_addf(s, "not in %s iterations since; gone after %s", clean, needed);
        break;
    case TRAIL_GONE:
        str_addf(s, "gone %s  ", report_when(trail->gone_ns, time));
        words_clean(s, commit_name(trail->gone_commit));
        str_add(s, "\n    ");
        if (trail->replayed)
            str_add(s, "its recorded schedule passes");
        else
            str_addf(s, "not in %s iterations since; %s would have shown it",
                     clean, needed);
        break;
    }
}

static enum style state_style(enum report_trail_state state)
{
    return state == TRAIL_SEEN    ? STYLE_BAD
           : state == TRAIL_QUIET ? STYLE_WARNING
                                  : STYLE_GOOD;
}

static void add_trail(struct str *s, bool color,
                      const struct report_trail *trail)
{
    char time[32];
    str_add(s, "  ");
    add_styled(s, color, state_style(trail->state), trail->id, ID_COLUMNS - 2);
    add_cell(s, report_when(trail->first_ns, time), COMMIT_COLUMNS);
    add_cell(s, report_when(trail->last_ns, time), COMMIT_COLUMNS);
    add_percent(s, trail->times, trail->iterations);
    end_line(s);
    str_add(s, "    ");
    add_cell(s, trail->kind, ID_COLUMNS - 4);
    add_cell(s, commit_name(trail->first_commit), COMMIT_COLUMNS);
    add_cell(s, commit_name(trail->last_commit), COMMIT_COLUMNS);
    end_line(s);
    str_add(s, "    ");
    add_sparks(s, trail);
    str_add(s, "  ");
    add_state(s, trail);
    end_line(s);
}

static void add_trails(struct str *s, const struct report_history *history,
                       const char *scenario)
{
    bool any = false;
    for (size_t i = 0; i < history->trail_count; i++) {
        const struct report_trail *trail = &history->trails[i];
        if (strcmp(trail->scenario, scenario))
            continue;
        if (!any) {
            str_add(s, "  ");
            add_cell(s, "FAILURE", ID_COLUMNS - 2);
            add_cell(s, "FIRST SEEN", COMMIT_COLUMNS);
            add_cell(s, "LAST SEEN", COMMIT_COLUMNS);
            str_add(s, "RATE\n");
        }
        any = true;
        add_trail(s, history->color, trail);
    }
}

/* -- Runs ------------------------------------------------------------------*/

static enum style run_style(const struct report_past *run)
{
    return !strcmp(run->verdict, "pass")   ? STYLE_GOOD
           : !strcmp(run->verdict, "fail") ? STYLE_BAD
                                           : STYLE_WARNING;
}

static void add_run(struct str *s, bool color, const struct report_past *run)
{
    char time[32], failures[WORDS_NUMBER_BYTES], of[WORDS_NUMBER_BYTES];
    str_add(s, "  ");
    add_cell(s, report_when(run->started_wall_ns, time), 16);
    add_cell(s, commit_name(run->commit), COMMIT_COLUMNS);
    add_styled(s, color, run_style(run), run->verdict, 12);
    str_addf(s, "%s of %s",
             words_number(run->failures, failures, sizeof(failures)),
             words_number(run->iterations, of, sizeof(of)));
    if (run->failures) {
        str_add(s, " (");
        add_percent(s, run->failures, run->iterations);
        str_add(s, ")");
    }
    end_line(s);
}

static void add_scenario(struct str *s, const struct report_history *history,
                         const struct report_past *const *runs, size_t count)
{
    size_t shown =
        history->most && history->most < count ? history->most : count;
    add_styled(s, history->color, STYLE_BOLD, runs[0]->scenario, 0);
    end_line(s);
    add_trails(s, history, runs[0]->scenario);
    str_add(s, "  ");
    add_cell(s, "STARTED", 16);
    add_cell(s, "COMMIT", COMMIT_COLUMNS);
    add_cell(s, "VERDICT", 12);
    str_add(s, "FAILED\n");
    for (size_t i = 0; i < shown; i++)
        add_run(s, history->color, runs[i]);
    if (shown < count) {
        str_addf(s, "  and %zu older: mpstress history ", count - shown);
        words_clean(s, runs[0]->scenario);
        str_add(s, "\n");
    }
}

static int by_scenario(const void *a, const void *b)
{
    const struct report_past *const *left = a, *const *right = b;
    int order = strcmp((*left)->scenario, (*right)->scenario);
    /* Of one scenario, as they stand in their array. */
    return order ? order : *left < *right ? -1 : *left > *right;
}

int report_history(FILE *out, const struct report_history *history)
{
    struct str s;
    size_t count = history->run_count;
    const struct report_past **runs = calloc(count + 1, sizeof(*runs));
    if (!runs)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        runs[i] = &history->runs[i];
    qsort(runs, count, sizeof(*runs), by_scenario);
    str_init(&s);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1;
             end < count && !strcmp(runs[end]->scenario, runs[i]->scenario);)
            end++;
        str_add(&s, i ? "\n" : "");
        add_scenario(&s, history, runs + i, end - i);
    }
    if (!count)
        str_add(&s, "no run recorded\n");
    else if (history->trail_count)
        str_add(&s, "\nA digit is a run with the failure, 8 at its highest "
                    "rate; a dot one without.\n");
    free(runs);
    return formats_end(out, &s);
}
