#include "summary/grid.h"

#include <assert.h>

#include "words.h"

static void measure(const struct grid *grid, size_t widths[GRID_COLUMNS])
{
    struct str text;
    str_init(&text);
    for (size_t c = 0; c < grid->column_count; c++) {
        widths[c] = words_columns(grid->columns[c].title);
        for (size_t row = 0; row < grid->row_count; row++) {
            str_clear(&text);
            grid->add_cell(&text, grid->context, row, c);
            size_t width = words_columns(text.data);
            if (width > widths[c])
                widths[c] = width;
        }
    }
    str_fini(&text);
}

/* *PAD is how many spaces are due: they are written only when something
 * follows. */
static void add_aligned(struct str *s, bool color, enum style style,
                        const char *text, bool right, size_t column_width,
                        size_t *pad)
{
    size_t width = words_columns(text);
    size_t space = column_width - width;
    if (width) {
        *pad += right ? space : 0;
        str_addf(s, "%*s", (int)*pad, "");
        paint(s, color, style, text);
        *pad = right ? 2 : space + 2;
    } else {
        *pad += space + 2;
    }
}

static void add_row(struct str *s, bool color, const struct grid *grid,
                    size_t row, const size_t widths[GRID_COLUMNS])
{
    size_t pad = 0;
    struct str text;
    str_init(&text);
    if (grid->add_heading)
        grid->add_heading(&text, grid->context, row);
    if (text.len)
        str_addf(s, "%s\n", text.data);
    for (size_t c = 0; c < grid->column_count; c++) {
        str_clear(&text);
        enum style style = grid->add_cell(&text, grid->context, row, c);
        add_aligned(s, color, style, text.data, grid->columns[c].right,
                    widths[c], &pad);
    }
    str_add_char(s, '\n');
    str_fini(&text);
}

void grid_add(struct str *s, bool color, const struct grid *grid)
{
    size_t widths[GRID_COLUMNS], pad = 0;
    assert(grid->column_count <= GRID_COLUMNS);
    measure(grid, widths);
    for (size_t c = 0; c < grid->column_count; c++)
        add_aligned(s, color, STYLE_BOLD, grid->columns[c].title,
                    grid->columns[c].right, widths[c], &pad);
    str_add_char(s, '\n');
    for (size_t row = 0; row < grid->row_count; row++)
        add_row(s, color, grid, row, widths);
}
