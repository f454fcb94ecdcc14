#include <inttypes.h>
#include <string.h>

#include "print.h"

static bool is_output(const struct trace_file *file)
{
    return !strcmp(file->name, "stdout") || !strcmp(file->name, "stderr");
}

/* Where the last COUNT lines of TEXT start. */
static size_t tail_start(const char *text, size_t size, size_t count)
{
    size_t at = size;
    if (at && text[at - 1] == '\n')
        at--;
    while (at) {
        if (text[at - 1] == '\n' && !--count)
            break;
        at--;
    }
    return at;
}

/* A line, its tabs kept: they harm no terminal. */
static void print_line(struct print *p, const char *line, size_t size)
{
    enum { LINE_LIMIT = 400 };
    size_t shown = size < LINE_LIMIT ? size : LINE_LIMIT;
    fputs("  ", p->out);
    for (size_t at = 0; at < shown;) {
        const char *tab = memchr(line + at, '\t', shown - at);
        size_t length = tab ? (size_t)(tab - line) - at : shown - at;
        print_bytes(p, line + at, length);
        if (tab)
            fputc('\t', p->out);
        at += length + (tab != NULL);
    }
    if (shown < size)
        print_text(p, STYLE_FAINT, "... (%zu bytes)", size);
    print_end(p);
}

static void print_output(struct print *p, const struct trace_file *file)
{
    const char *text = file->data;
    if (!file->size)
        return;
    size_t at = tail_start(text, file->size, p->options.max_lines);
    if (at || file->size < file->full_size)
        print_heading(p, "%s (the end of %" PRIu64 " bytes)", file->name,
                      file->full_size);
    else
        print_heading(p, "%s", file->name);
    while (at < file->size) {
        const char *end = memchr(text + at, '\n', file->size - at);
        size_t length = end ? (size_t)(end - text) - at : file->size - at;
        print_line(p, text + at, length);
        at += length + 1;
    }
}

static int print_list(struct print *p, const struct trace_file *files,
                      size_t count)
{
    static const struct table_column columns[] = {
        {"file", STYLE_PLAIN, false, CUT_START},
        {"bytes", STYLE_PLAIN, true, CUT_NEVER},
        {"", STYLE_FAINT, false, CUT_NEVER},
    };
    struct table table;
    print_table_init(&table, columns, sizeof(columns) / sizeof(*columns));
    size_t shown = 0, listed = 0;
    for (size_t i = 0; i < count; i++) {
        const struct trace_file *file = &files[i];
        if (is_output(file))
            continue;
        if (++listed > p->options.max_lines)
            continue;
        static const char prefix[] = "files/";
        size_t skip =
            strncmp(file->name, prefix, strlen(prefix)) ? 0 : strlen(prefix);
        print_table_add(&table, "%s", file->name + skip);
        print_table_add(&table, "%" PRIu64, file->full_size);
        print_table_add(&table, "%s",
                        file->size < file->full_size ? "too large to keep"
                                                     : "");
        shown++;
    }
    if (!listed)
        return 0; /* the table holds nothing */
    print_heading(p, "Files left in the working directory");
    int err = print_table_print(&table, p);
    if (shown < listed) {
        print_text(p, STYLE_FAINT, "  and %zu more", listed - shown);
        print_end(p);
    }
    return err;
}

int print_files(struct print *p)
{
    const struct trace_file *files;
    size_t count = trace_files(p->trace, &files);
    for (size_t i = 0; i < count; i++)
        if (is_output(&files[i]))
            print_output(p, &files[i]);
    return print_list(p, files, count);
}
