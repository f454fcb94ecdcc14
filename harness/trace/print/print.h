/* The parts of trace_print(). Private to trace/. */
#ifndef MPS_TRACE_PRINT_H
#define MPS_TRACE_PRINT_H

#include <stdio.h>

#include "base/str.h"
#include "trace/explanation.h"
#include "trace/timeline.h"
#include "trace/trace_print.h"

struct print {
    FILE *out;
    const struct trace *trace;
    const struct trace_meta *meta;
    struct trace_print_options options; /* no zeros but in width */
    bool whole; /* everything, not only what shrinking found */
};

/* The colours have meanings, one row each: enum, SGR parameters. */
#define PRINT_STYLES(X) \
    X(PLAIN, "")        \
    X(HEADING, "1")     \
    X(BAD, "1;31")      \
    X(NAME, "36")       \
    X(PLACE, "34")      \
    X(FAINT, "2")

enum print_style {
#define PRINT_STYLE_ENUM(id, sgr) STYLE_##id,
    PRINT_STYLES(PRINT_STYLE_ENUM)
#undef PRINT_STYLE_ENUM
};

/* Formatted text in STYLE. What came out of the trace becomes printable. */
void print_text(struct print *p, enum print_style style, const char *format,
                ...) __attribute__((format(printf, 3, 4)));
/* SIZE bytes from the trace, which may be anything. */
void print_bytes(struct print *p, const void *bytes, size_t size);
/* A line feed, and a heading with a line feed before it. */
void print_end(struct print *p);
void print_heading(struct print *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* After a label of INDENT columns: text broken at spaces into lines of the
 * width, which start under each other, and a line feed. */
void print_wrapped(struct print *p, size_t indent, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "2s", "1.25 ms". */
void print_duration(struct print *p, enum print_style style, uint64_t ns);

/* -- Tables ---------------------------------------------------------------- */

enum { TABLE_COLUMNS = 12 };

/* What a cell gives up when the table is too wide. */
enum table_cut {
    CUT_NEVER,
    CUT_START,
    CUT_END,
    CUT_PLACE /* "function() folder/file.c:7": first the folder, then the
                 function, then as CUT_START */
};

struct table_column {
    const char *title;
    enum print_style style;
    bool right; /* adjusted, as numbers are */
    enum table_cut cut;
};

/* Cells in rows; freed by print_table_print(). */
struct table {
    const struct table_column *columns;
    size_t column_count;
    const char *alarm; /* a cell with this text stands out; or NULL */
    struct str *cells; /* row after row */
    size_t cell_count, room;
    bool failed;
};

void print_table_init(struct table *table, const struct table_column *columns,
                      size_t column_count);
/* The next cell, rows from left to right. */
void print_table_add(struct table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Print it, indented by two, and free it. Cells too long for the width are cut
 * with "..."; a column without any text is left out. -ENOMEM. */
int print_table_print(struct table *table, struct print *p);

/* -- Parts; 0 or -errno ---------------------------------------------------- */

int print_headline(struct print *p);
int print_explanation(struct print *p);
/* The steps of TIMELINE, a column for each task where they fit. */
int print_timeline(struct print *p, const struct timeline *timeline);
int print_facts(struct print *p);
int print_tasks(struct print *p);
int print_findings(struct print *p);
int print_mishaps(struct print *p);
int print_ops(struct print *p);
int print_messages(struct print *p);
int print_observations(struct print *p);
int print_files(struct print *p);

/* "0.1 (consumer)", the task with path PATH, into BUF. Returns BUF. */
const char *print_task_text(const struct print *p, const char *path, char *buf,
                            size_t size);

/* "exit 3", "killed by SIGKILL" into BUF. Returns BUF. */
const char *print_status(int status, char *buf, size_t size);

#endif
