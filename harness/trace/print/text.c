#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "print.h"
#include "trace/utf8.h"

static const char *const styles[] = {
#define PRINT_STYLE_SGR(id, sgr) [STYLE_##id] = sgr,
    PRINT_STYLES(PRINT_STYLE_SGR)
#undef PRINT_STYLE_SGR
};

__attribute__((format(printf, 3, 0))) static void
print_formatted(struct print *p, enum print_style style, const char *format,
                va_list args)
{
    struct str raw, clean;
    str_init(&raw);
    str_init(&clean);
    str_vaddf(&raw, format, args);
    utf8_printable(&clean, raw.data, raw.len);
    bool colored = p->options.color && *styles[style] && clean.len;
    if (colored)
        fprintf(p->out, "\x1b[%sm", styles[style]);
    fputs(clean.data, p->out);
    if (colored)
        fputs("\x1b[0m", p->out);
    str_fini(&raw);
    str_fini(&clean);
}

void print_text(struct print *p, enum print_style style, const char *format,
                ...)
{
    va_list args;
    va_start(args, format);
    print_formatted(p, style, format, args);
    va_end(args);
}

/* Where the line that starts with TEXT ends, given ROOM columns: at a space,
 * or inside a word that is longer than a line. */
static size_t line_length(const char *text, size_t room)
{
    size_t at = 0, columns = 0, space = 0;
    for (; text[at] && columns <= room; at++) {
        if (text[at] == ' ')
            space = at;
        columns += ((unsigned char)text[at + 1] & 0xc0) != 0x80;
    }
    return columns <= room || !space ? strlen(text) : space;
}

void print_wrapped(struct print *p, size_t indent, const char *format, ...)
{
    struct str raw, clean;
    str_init(&raw);
    str_init(&clean);
    va_list args;
    va_start(args, format);
    str_vaddf(&raw, format, args);
    va_end(args);
    utf8_printable(&clean, raw.data, raw.len);
    unsigned width = p->options.width;
    size_t room = width > indent + 20 ? width - indent : SIZE_MAX;
    for (const char *text = clean.data; *text;) {
        size_t length = line_length(text, room);
        fprintf(p->out, "%.*s\n", (int)length, text);
        text += length;
        text += strspn(text, " ");
        if (*text)
            fprintf(p->out, "%*s", (int)indent, "");
    }
    if (!clean.len)
        print_end(p);
    str_fini(&raw);
    str_fini(&clean);
}

void print_bytes(struct print *p, const void *bytes, size_t size)
{
    struct str clean;
    str_init(&clean);
    utf8_printable(&clean, bytes, size);
    fputs(clean.data, p->out);
    str_fini(&clean);
}

void print_end(struct print *p)
{
    fputc('\n', p->out);
}

void print_heading(struct print *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_end(p);
    print_formatted(p, STYLE_HEADING, format, args);
    print_end(p);
    va_end(args);
}

void print_duration(struct print *p, enum print_style style, uint64_t ns)
{
    char text[48];
    print_text(p, style, "%s", parse_show_duration(ns, text, sizeof(text)));
}
