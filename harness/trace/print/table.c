#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "trace/utf8.h"

enum { GAP = 2, LEAST = 12 /* columns that a flexible column keeps */ };

void print_table_init(struct table *table, const struct table_column *columns,
                      size_t column_count)
{
    *table = (struct table){
        .columns = columns,
        .column_count = column_count,
    };
}

static struct str *next_cell(struct table *table)
{
    if (table->cell_count == table->room) {
        size_t room = table->room ? 2 * table->room : 64;
        struct str *cells = realloc(table->cells, room * sizeof(*cells));
        if (!cells)
            return NULL;
        table->cells = cells;
        table->room = room;
    }
    struct str *cell = &table->cells[table->cell_count++];
    str_init(cell);
    return cell;
}

void print_table_add(struct table *table, const char *format, ...)
{
    struct str raw;
    str_init(&raw);
    va_list args;
    va_start(args, format);
    str_vaddf(&raw, format, args);
    va_end(args);
    struct str *cell = next_cell(table);
    if (cell)
        utf8_printable(cell, raw.data, raw.len);
    if (!cell || !str_ok(cell) || !str_ok(&raw))
        table->failed = true;
    str_fini(&raw);
}

/* The widths that the texts want; 0 for a column without any text. */
static void measure(const struct table *table, size_t widths[TABLE_COLUMNS])
{
    size_t count = table->column_count;
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t width = utf8_width(table->cells[i].data);
        if (width > widths[i % count])
            widths[i % count] = width;
    }
    for (size_t i = 0; i < count; i++) {
        size_t title = strlen(table->columns[i].title);
        if (widths[i] && widths[i] < title)
            widths[i] = title;
    }
}

/* Take from the widest flexible column until everything fits. */
static void fit(const struct table *table, size_t widths[TABLE_COLUMNS],
                size_t available)
{
    for (;;) {
        size_t total = 0, widest = TABLE_COLUMNS;
        for (size_t i = 0; i < table->column_count; i++) {
            total += widths[i] ? widths[i] + GAP : 0;
            if (table->columns[i].cut != CUT_NEVER && widths[i] > LEAST &&
                (widest == TABLE_COLUMNS || widths[i] > widths[widest]))
                widest = i;
        }
        if (total <= available || widest == TABLE_COLUMNS)
            return;
        widths[widest]--;
    }
}

/* Where character N of TEXT starts. */
static const char *character(const char *text, size_t n)
{
    while (n && *text) {
        text++;
        while (((unsigned char)*text & 0xc0) == 0x80)
            text++;
        n--;
    }
    return text;
}

/* The place TEXT in at most WIDTH columns, if leaving out its folder does, or
 * its function, too; into S. */
static bool shorten_place(struct str *s, const char *text, size_t width)
{
    const char *slash = strrchr(text, '/');
    const char *function = strstr(text, "() ");
    const char *base = slash ? slash + 1 : function ? function + 3 : text;
    for (int with = 1; with >= 0; with--) {
        str_clear(s);
        if (with && function && function < base)
            str_add_bytes(s, text, (size_t)(function - text) + 3);
        str_add(s, base);
        if (utf8_width(s->data) <= width)
            return str_ok(s);
    }
    return false;
}

static void print_cell(struct print *p, const struct table_column *column,
                       enum print_style style, const char *text, size_t width,
                       bool last)
{
    static const char dots[] = "...";
    struct str place;
    str_init(&place);
    if (column->cut == CUT_PLACE && utf8_width(text) > width &&
        shorten_place(&place, text, width))
        text = place.data;
    size_t has = utf8_width(text);
    size_t pad = has < width ? width - has : 0;
    if (column->right)
        fprintf(p->out, "%*s", (int)pad, "");
    if (has <= width) {
        print_text(p, style, "%s", text);
    } else if (column->cut != CUT_END) {
        size_t skip = has - (width - strlen(dots));
        print_text(p, style, "%s%s", dots, character(text, skip));
    } else {
        size_t keep = width - strlen(dots);
        int bytes = (int)(character(text, keep) - text);
        print_text(p, style, "%.*s%s", bytes, text, dots);
    }
    if (!last)
        fprintf(p->out, "%*s", (int)(column->right ? GAP : pad + GAP), "");
    str_fini(&place);
}

static enum print_style style_of(const struct table *table, size_t column,
                                 const char *text)
{
    bool alarm = table->alarm && !strcmp(text, table->alarm);
    return alarm ? STYLE_BAD : table->columns[column].style;
}

static void print_row(struct print *p, const struct table *table,
                      const size_t widths[TABLE_COLUMNS], size_t row)
{
    const struct str *cells = &table->cells[row * table->column_count];
    size_t last = 0;
    for (size_t i = 0; i < table->column_count; i++)
        if (cells[i].len)
            last = i;
    fprintf(p->out, "%*s", GAP, "");
    for (size_t i = 0; i <= last; i++)
        if (widths[i])
            print_cell(p, &table->columns[i], style_of(table, i, cells[i].data),
                       cells[i].data, widths[i], i == last);
    print_end(p);
}

static void print_titles(struct print *p, const struct table *table,
                         const size_t widths[TABLE_COLUMNS])
{
    size_t last = 0;
    for (size_t i = 0; i < table->column_count; i++)
        if (widths[i])
            last = i;
    fprintf(p->out, "%*s", GAP, "");
    for (size_t i = 0; i <= last; i++)
        if (widths[i])
            print_cell(p, &table->columns[i], STYLE_FAINT,
                       table->columns[i].title, widths[i], i == last);
    print_end(p);
}

int print_table_print(struct table *table, struct print *p)
{
    size_t widths[TABLE_COLUMNS] = {0};
    if (!table->failed) {
        measure(table, widths);
        if (p->options.width)
            fit(table, widths, p->options.width);
        print_titles(p, table, widths);
        for (size_t i = 0; i < table->cell_count / table->column_count; i++)
            print_row(p, table, widths, i);
    }
    for (size_t i = 0; i < table->cell_count; i++)
        str_fini(&table->cells[i]);
    free(table->cells);
    table->cells = NULL;
    return table->failed ? -ENOMEM : 0;
}
