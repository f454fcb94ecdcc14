/* How often a scenario fails, by what was varied. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "html/markup.h"
#include "html/parts.h"
#include "rate.h"
#include "words.h"

enum { SHARES_SHOWN = 16 };

/* -- Bars ------------------------------------------------------------------*/

/* The largest rate that a row of a chart reaches, with its interval: what the
 * whole width stands for. */
static double scale_of(const struct report_share *shares, size_t count)
{
    double scale = 0;
    for (size_t i = 0; i < count; i++) {
        if (!shares[i].failures || !shares[i].iterations)
            continue;
        double high = rate_of(shares[i].failures, shares[i].iterations).high;
        scale = high > scale ? high : scale;
    }
    return scale;
}

void html_rate(struct str *s, uint64_t failures, uint64_t iterations)
{
    char text[160];
    report_rate(failures, iterations, text, sizeof(text));
    char *last = strrchr(text, ' ');
    if (!last) {
        html_text(s, text);
        return;
    }
    *last = '\0';
    html_text(s, text);
    str_add(s, " <span class=\"whole\">");
    html_text(s, last + 1);
    str_add(s, "</span>");
}

static void add_bar(struct str *s, const struct report_share *share,
                    double scale)
{
    str_add(s, "<tr><th>");
    html_short(s, share->value, 40);
    str_add(s, "</th><td class=\"bar\">");
    if (share->failures && share->iterations) {
        struct rate rate = rate_of(share->failures, share->iterations);
        str_addf(s,
                 "<i style=\"width:%.2f%%\"></i>"
                 "<u style=\"left:%.2f%%;width:%.2f%%\"></u>",
                 100 * rate.value / scale, 100 * rate.low / scale,
                 100 * (rate.high - rate.low) / scale);
    }
    str_add(s, "</td><td class=\"num\">");
    if (share->iterations)
        html_rate(s, share->failures, share->iterations);
    else
        str_add(s, "none run");
    str_add(s, "</td></tr>\n");
}

static void add_chart(struct str *s, const char *name,
                      const struct report_share *shares, size_t count)
{
    double scale = scale_of(shares, count);
    str_add(s, "<figure class=\"chart\"><figcaption>by ");
    html_short(s, name, 40);
    str_add(s, "</figcaption><table><tbody>\n");
    for (size_t i = 0; i < count && i < SHARES_SHOWN; i++)
        add_bar(s, &shares[i], scale);
    str_add(s, "</tbody></table>");
    if (count > SHARES_SHOWN)
        str_addf(s, "<p class=\"note\">Left out: %zu more.</p>",
                 count - SHARES_SHOWN);
    str_add(s, "</figure>\n");
}

static void add_strategies(struct str *s,
                           const struct report_scenario *scenario)
{
    struct report_share shares[SHARES_SHOWN];
    size_t count = 0;
    for (; count < scenario->strategy_count && count < SHARES_SHOWN; count++) {
        const struct report_strategy *of = &scenario->strategies[count];
        shares[count] =
            (struct report_share){of->name, of->iterations, of->failures};
    }
    if (count)
        add_chart(s, "strategy", shares, count);
}

void html_charts(struct str *s, const struct report_scenario *scenario)
{
    if (!scenario->failures || !scenario->iterations)
        return;
    str_add(s, "<h4>How often it fails</h4>\n<p>");
    html_rate(s, scenario->failures, scenario->iterations);
    str_add(s, "</p>\n<div class=\"charts\">\n");
    for (size_t i = 0; i < scenario->breakdown_count; i++) {
        const struct report_breakdown *of = &scenario->breakdowns[i];
        if (of->share_count)
            add_chart(s, of->name, of->shares, of->share_count);
    }
    add_strategies(s, scenario);
    str_add(s, "</div>\n");
}
