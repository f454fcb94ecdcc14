/* The places in the code that a finding names. */
#include <inttypes.h>
#include <string.h>

#include "color.h"
#include "finding/block.h"
#include "words.h"

enum { TASK_COLUMNS = 24 };

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

const struct finding_place *block_main_place(const struct finding *finding)
{
    const struct finding_place *known = NULL;
    for (size_t i = 0; i < finding->place_count; i++) {
        const struct finding_place *place = &finding->places[i];
        const struct location *location = &place->location;
        bool in_file = location->file && *location->file;
        if (in_file && location->line > 0)
            return place;
        if (!known && (in_file || location->function || location->module))
            known = place;
    }
    return known;
}

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

void block_add_places(struct str *s, bool color, const struct finding *finding)
{
    size_t widths[CELLS] = {0}, total = 0;
    measure(finding, widths);
    for (int cell = 0; cell < CELLS; cell++)
        total += widths[cell] ? widths[cell] + 2 : 0;
    for (size_t i = 0; i < finding->place_count; i++)
        add_place(s, color, &finding->places[i], widths, total > LINE_COLUMNS);
}
