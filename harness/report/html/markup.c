#include "html/markup.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "words.h"

static void escape(struct str *s, const char *clean)
{
    for (; *clean; clean++) {
        switch (*clean) {
        case '&':
            str_add(s, "&amp;");
            break;
        case '<':
            str_add(s, "&lt;");
            break;
        case '>':
            str_add(s, "&gt;");
            break;
        case '"':
            str_add(s, "&quot;");
            break;
        case '\'':
            str_add(s, "&#39;");
            break;
        default:
            str_add_char(s, *clean);
        }
    }
}

/* SIZE bytes at TEXT, which has no NUL among them. */
static void add_part(struct str *s, const char *text, size_t size)
{
    struct str part, clean;
    str_init(&part);
    str_init(&clean);
    str_add_bytes(&part, text, size);
    words_clean(&clean, part.data);
    escape(s, clean.data);
    if (!str_ok(&part) || !str_ok(&clean))
        s->failed = true;
    str_fini(&part);
    str_fini(&clean);
}

/* Where to cut TEXT: not in the middle of a character. */
static size_t cut(const char *text, size_t max)
{
    size_t size = strnlen(text, max);
    if (text[size])
        while (size && ((unsigned char)text[size] & 0xc0) == 0x80)
            size--;
    return size;
}

void html_short(struct str *s, const char *text, size_t max)
{
    if (!text)
        return;
    size_t size = cut(text, max);
    add_part(s, text, size);
    if (text[size])
        str_add(s, "...");
}

void html_text(struct str *s, const char *text)
{
    html_short(s, text, SIZE_MAX - 1);
}

void html_lines(struct str *s, const char *text, size_t max)
{
    if (!text)
        return;
    size_t size = cut(text, max), at = 0;
    while (at < size) {
        size_t length = strcspn(text + at, "\n");
        if (length > size - at)
            length = size - at;
        add_part(s, text + at, length);
        at += length;
        if (at < size) {
            str_add_char(s, '\n');
            at++;
        }
    }
    if (text[size])
        str_addf(s, "\n... (%zu bytes more)", strlen(text + size));
}

void html_element(struct str *s, const char *name, const char *text)
{
    str_addf(s, "<%s>", name);
    html_text(s, text);
    str_addf(s, "</%s>", name);
}

void html_anchor(struct str *s, const char *id)
{
    for (; *id; id++)
        str_add_char(s, isalnum((unsigned char)*id) && (unsigned char)*id < 128
                            ? *id
                            : '-');
}
