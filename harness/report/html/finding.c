/* What a finding says: places and detail. */
#include <string.h>

#include "finding/block.h"
#include "html/markup.h"
#include "html/parts.h"

enum { DETAIL_BYTES = 12000, PLACES_SHOWN = 40 };

static void add_fact(struct str *s, const char *label, const char *text)
{
    if (!text || !*text)
        return;
    str_addf(s, "<dt>%s</dt><dd>", label);
    html_short(s, text, 2000);
    str_add(s, "</dd>");
}

static void add_place(struct str *s, const struct finding_place *place,
                      struct source *source)
{
    struct str site, whole;
    str_init(&site);
    str_init(&whole);
    block_add_site(&site, &place->location);
    if (place->location.function)
        str_addf(&whole, "%s() ", place->location.function);
    str_add(&whole, site.data);
    str_add(s, "<tr><td>");
    html_short(s, place->task, 60);
    str_add(s, "</td><td>");
    html_short(s, place->role, 200);
    str_add(s, "</td><td class=\"p\">");
    html_short(s, whole.data, 200);
    str_add(s, "</td><td class=\"c\">");
    const char *line = source_at(source, whole.data);
    if (*line)
        html_element(s, "code", line);
    str_add(s, "</td></tr>\n");
    str_fini(&site);
    str_fini(&whole);
}

static void add_places(struct str *s, const struct finding *finding,
                       struct source *source)
{
    if (!finding->place_count)
        return;
    str_add(s, "<div class=\"scroll\"><table class=\"places\"><thead><tr>"
               "<th>task</th><th>does</th><th>at</th><th>source</th></tr>"
               "</thead><tbody>\n");
    for (size_t i = 0; i < finding->place_count && i < PLACES_SHOWN; i++)
        add_place(s, &finding->places[i], source);
    str_add(s, "</tbody></table></div>\n");
}

static void add_block(struct str *s, const char *text, size_t length)
{
    struct str block;
    str_init(&block);
    str_add_bytes(&block, text, length);
    str_add(s, "<pre>");
    html_lines(s, block.data, DETAIL_BYTES);
    str_add(s, "</pre>");
    if (!str_ok(&block))
        s->failed = true;
    str_fini(&block);
}

/* Where the access that TEXT begins with is over: at the next line that is
 * indented as little as its first one. */
static size_t access_length(const char *text)
{
    size_t at = strcspn(text, "\n");
    while (text[at] && (!strncmp(text + at + 1, "   ", 3)))
        at += 1 + strcspn(text + at + 1, "\n");
    return at;
}

/* "  Write of size 4 by ...", with its stack; and "  Previous read ...". */
static const char *find_access(const char *detail)
{
    const char *first = strstr(detail, "\n  ");
    return first ? first + 1 : NULL;
}

/* The two accesses side by side; false when DETAIL is not of that shape. */
static bool add_race(struct str *s, const char *detail)
{
    const char *now = find_access(detail);
    const char *before = now ? strstr(now, "\n  Previous ") : NULL;
    if (!before)
        return false;
    before++;
    size_t length = access_length(before);
    str_add(s, "<h4>The two accesses</h4>\n<div class=\"stacks\">");
    add_block(s, now, (size_t)(before - 1 - now));
    add_block(s, before, length);
    str_add(s, "</div>\n");
    const char *rest = before + length;
    rest += strspn(rest, "\n");
    if (*rest)
        add_block(s, rest, strlen(rest));
    return true;
}

void html_finding(struct str *s, const struct finding *finding,
                  struct source *source)
{
    if (finding->invariant || finding->expected || finding->actual) {
        str_add(s, "<dl class=\"facts\">");
        add_fact(s, "invariant", finding->invariant);
        add_fact(s, "expected", finding->expected);
        add_fact(s, "actual", finding->actual);
        str_add(s, "</dl>\n");
    }
    add_places(s, finding, source);
    const char *detail = finding->detail;
    if (!detail || !*detail)
        return;
    if (finding->kind == FINDING_RACE && add_race(s, detail))
        return;
    str_add(s, "<details><summary>In detail</summary>");
    add_block(s, detail, strlen(detail));
    str_add(s, "</details>\n");
}
