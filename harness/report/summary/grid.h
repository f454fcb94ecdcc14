/* A table of aligned columns. Private to report/. */
#ifndef MPS_REPORT_SUMMARY_GRID_H
#define MPS_REPORT_SUMMARY_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "color.h"

enum { GRID_COLUMNS = 8 };

struct grid_column {
    const char *title;
    bool right; /* numbers end in the same column */
};

struct grid {
    const struct grid_column *columns; /* at most GRID_COLUMNS */
    size_t column_count, row_count;
    const void *context; /* for the functions */
    /* Append the text of a cell; nothing leaves it empty. Returns its style.
     * Called more than once for a cell. */
    enum style (*add_cell)(struct str *s, const void *context, size_t row,
                           size_t column);
    /* Append the line that stands above ROW, without regard to the columns;
     * most rows have none. May be NULL. */
    void (*add_heading)(struct str *s, const void *context, size_t row);
};

/* Append the titles and the rows, every column as wide as its widest cell. No
 * line ends in spaces. */
void grid_add(struct str *s, bool color, const struct grid *grid);

#endif
