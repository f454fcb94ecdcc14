/* The runs of a scenario before: its rate from run to run, what became of each
 * failure, and the runs. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "html/markup.h"
#include "html/parts.h"
#include "rate.h"
#include "words.h"

enum {
    PAST_SHOWN = 20,
    TRAILS_SHOWN = 12,
    BARS = 40,         /* the newest runs */
    CHART_WIDTH = 360, /* at most: of a narrow page */
    CHART_HEIGHT = 84,
    CHART_TOP = 14, /* for the scale's text */
    BAR_MOST = 24,
    SPARK_STEP = 6,
    SPARK_HEIGHT = 22
};

void html_time(struct str *s, uint64_t wall_ns)
{
    time_t seconds = (time_t)(wall_ns / UINT64_C(1000000000));
    struct tm utc;
    char text[48];
    if (gmtime_r(&seconds, &utc) &&
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &utc))
        str_add(s, text);
}

static void add_commit(struct str *s, const char *commit)
{
    str_add(s, "<code>");
    html_short(s, commit, 18);
    str_add(s, "</code>");
}

/* -- The rate from run to run ----------------------------------------------*/

static double y_of(double rate, double scale)
{
    return CHART_TOP + (CHART_HEIGHT - CHART_TOP) * (1 - rate / scale);
}

static void add_rate_bar(struct str *s, const struct report_past *past,
                         double x, double width, double scale)
{
    char text[160];
    str_add(s, "<g><title>");
    html_time(s, past->started_wall_ns);
    str_add(s, " ");
    html_short(s, past->commit, 18);
    str_add(s, ": ");
    html_text(s, past->iterations
                     ? report_rate(past->failures, past->iterations, text,
                                   sizeof(text))
                     : "no iteration");
    str_add(s, "</title>");
    /* What the mouse can rest on, also of a run without a failure. */
    str_addf(s,
             "<rect class=\"hold\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
             "height=\"%d\"/>",
             x, CHART_TOP, width, CHART_HEIGHT - CHART_TOP);
    if (past->failures && past->iterations) {
        struct rate rate = rate_of(past->failures, past->iterations);
        double y = y_of(rate.value, scale), middle = x + width / 2;
        str_addf(s,
                 "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                 "height=\"%.1f\"/>"
                 "<path d=\"M%.1f %.1fV%.1f\"/>",
                 x + width * .15, y, width * .7, CHART_HEIGHT - y, middle,
                 y_of(rate.high, scale), y_of(rate.low, scale));
    } else if (past->iterations) {
        str_addf(s, "<circle cx=\"%.1f\" cy=\"%d\" r=\"2.5\" class=\"none\"/>",
                 x + width / 2, CHART_HEIGHT - 4);
    }
    str_add(s, "</g>\n");
}

static void add_rates(struct str *s, const struct report_scenario *scenario)
{
    size_t count = scenario->past_count < BARS ? scenario->past_count : BARS;
    double scale = 0;
    for (size_t i = 0; i < count; i++) {
        const struct report_past *past = &scenario->past[i];
        if (!past->failures || !past->iterations)
            continue;
        double high = rate_of(past->failures, past->iterations).high;
        scale = high > scale ? high : scale;
    }
    /* One run is no history, and nothing but passes no chart. */
    if (count < 2 || scale <= 0)
        return;
    char percent[32];
    int width = CHART_WIDTH / (int)count;
    width = width > BAR_MOST ? BAR_MOST : width;
    int whole = width * (int)count;
    str_addf(
        s,
        "<figure class=\"rates\"><figcaption>rate of the last %zu runs, "
        "with 95%% intervals; the newest on the right</figcaption>\n"
        "<svg width=\"%d\" height=\"%d\" role=\"img\" "
        "aria-label=\"failure rate from run to run\">\n"
        "<path class=\"axis\" d=\"M0 %d.5H%d\"/>\n"
        "<path class=\"axis top\" d=\"M0 %d.5H%d\"/>\n"
        "<text x=\"0\" y=\"10\">%s%%</text>\n",
        count, whole, CHART_HEIGHT + 1, CHART_HEIGHT - 1, whole, CHART_TOP,
        whole,
        words_percent(scale, words_decimals(scale), percent, sizeof(percent)));
    for (size_t i = 0; i < count; i++)
        add_rate_bar(s, &scenario->past[count - 1 - i], width * (double)i,
                     width, scale);
    str_add(s, "</svg></figure>\n");
}

/* -- The failures ----------------------------------------------------------*/

static double rate_at(const struct report_point *point)
{
    return point->times && point->iterations
               ? rate_of(point->times, point->iterations).value
               : 0;
}

static void add_spark(struct str *s, const struct report_trail *trail)
{
    size_t from = trail->point_count > BARS ? trail->point_count - BARS : 0;
    size_t count = trail->point_count - from;
    double most = 0;
    for (size_t i = from; i < trail->point_count; i++) {
        double rate = rate_at(&trail->points[i]);
        most = rate > most ? rate : most;
    }
    int width = (int)count * SPARK_STEP;
    str_addf(s,
             "<svg class=\"spark\" viewBox=\"0 0 %d %d\" width=\"%d\" "
             "height=\"%d\" aria-hidden=\"true\"><path class=\"axis\" d=\"M0 "
             "%d.5H%d\"/><path d=\"",
             width, SPARK_HEIGHT, width, SPARK_HEIGHT, SPARK_HEIGHT - 1, width);
    for (size_t i = 0; i < count; i++) {
        double rate = rate_at(&trail->points[from + i]);
        if (rate > 0)
            str_addf(s, "M%zu %dV%.1f", i * SPARK_STEP + SPARK_STEP / 2,
                     SPARK_HEIGHT - 1, (SPARK_HEIGHT - 3) * (1 - rate / most));
    }
    str_add(s, "\"/></svg>");
}

static void add_now(struct str *s, const struct report_trail *trail)
{
    char clean[WORDS_NUMBER_BYTES], needed[WORDS_NUMBER_BYTES];
    words_number(trail->clean, clean, sizeof(clean));
    words_number(trail->needed, needed, sizeof(needed));
    switch (trail->state) {
    case TRAIL_SEEN:
        str_add(s, "<span class=\"v fail\">in the newest run</span>");
        break;
    case TRAIL_QUIET:
        str_addf(s,
                 "<span class=\"v inconclusive\">not seen since</span> "
                 "<small>in %s iterations; gone after %s</small>",
                 clean, needed);
        break;
    case TRAIL_GONE:
        str_add(s, "<span class=\"v pass\">gone ");
        html_time(s, trail->gone_ns);
        str_add(s, "</span> <small>");
        add_commit(s, trail->gone_commit);
        if (trail->replayed)
            str_add(s, " its recorded schedule passes</small>");
        else
            str_addf(s, " not in %s iterations; %s would have shown it</small>",
                     clean, needed);
        break;
    }
}

static void add_sight(struct str *s, const char *label, uint64_t started_ns,
                      const char *commit)
{
    str_addf(s, "<td data-l=\"%s\">", label);
    html_time(s, started_ns);
    str_add(s, " <small>");
    add_commit(s, commit);
    str_add(s, "</small></td>");
}

static void add_trail(struct str *s, const struct report_trail *trail)
{
    char text[160];
    str_add(s, "<tr><th><b class=\"kind\">");
    html_short(s, trail->kind, 20);
    str_add(s, "</b> <code>");
    html_short(s, trail->id, 100);
    str_add(s, "</code><small>");
    html_short(s, trail->what, 120);
    str_add(s, "</small></th>");
    add_sight(s, "first seen", trail->first_ns, trail->first_commit);
    add_sight(s, "last seen", trail->last_ns, trail->last_commit);
    str_add(s, "<td data-l=\"rate\">");
    if (trail->times && trail->iterations) {
        double value = rate_of(trail->times, trail->iterations).value;
        str_addf(
            s, "%s%%",
            words_percent(value, words_decimals(value), text, sizeof(text)));
    }
    str_add(s, "</td><td data-l=\"runs\">");
    add_spark(s, trail);
    str_add(s, "</td><td data-l=\"now\">");
    add_now(s, trail);
    str_add(s, "</td></tr>\n");
}

static void add_trails(struct str *s, const struct report_scenario *scenario)
{
    if (!scenario->trail_count)
        return;
    str_add(s, "<table class=\"trails\"><thead><tr><th>failure</th>"
               "<th>first seen (UTC)</th><th>last seen</th><th>rate</th>"
               "<th>runs</th><th>now</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < scenario->trail_count && i < TRAILS_SHOWN; i++)
        add_trail(s, &scenario->trails[i]);
    str_add(s, "</tbody></table>\n");
    if (scenario->trail_count > TRAILS_SHOWN)
        str_addf(s, "<p class=\"note\">Left out: %zu seen before.</p>\n",
                 scenario->trail_count - TRAILS_SHOWN);
}

/* -- The runs --------------------------------------------------------------*/

static void add_runs(struct str *s, const struct report_scenario *scenario)
{
    str_add(s, "<div class=\"scroll\">"
               "<table class=\"past\"><thead><tr><th>run (UTC)</th>"
               "<th>commit</th><th>verdict</th><th>failed</th></tr></thead>"
               "<tbody>\n");
    for (size_t i = 0; i < scenario->past_count && i < PAST_SHOWN; i++) {
        const struct report_past *past = &scenario->past[i];
        str_add(s, "<tr><td>");
        html_time(s, past->started_wall_ns);
        str_add(s, "</td><td>");
        add_commit(s, past->commit);
        str_add(s, "</td><td>");
        html_short(s, past->verdict, 20);
        str_add(s, "</td><td>");
        if (past->iterations)
            html_rate(s, past->failures, past->iterations);
        str_add(s, "</td></tr>\n");
    }
    str_add(s, "</tbody></table></div>\n");
    if (scenario->past_count > PAST_SHOWN)
        str_addf(s,
                 "<p class=\"note\">Left out: %zu older runs "
                 "(<code>mpstress history</code>).</p>\n",
                 scenario->past_count - PAST_SHOWN);
}

void html_past(struct str *s, const struct report_scenario *scenario)
{
    if (!scenario->past_count)
        return;
    str_add(s, "<h4>The runs of this scenario</h4>\n");
    add_rates(s, scenario);
    add_trails(s, scenario);
    str_add(s, "<details");
    /* Alone they are all there is to see. */
    str_add(s, scenario->trail_count ? "" : " open");
    str_add(s, "><summary>The newest runs</summary>\n");
    add_runs(s, scenario);
    str_add(s, "</details>\n");
}
