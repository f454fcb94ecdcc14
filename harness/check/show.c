#include "show.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { ITEM_COLUMNS = 60, TEXT_COLUMNS = 200, NUMBERS = 8 };

/* Length of the well-formed UTF-8 character at the start of N bytes (not the
 * control characters beyond ASCII), 0 when there is none. */
static size_t character(const unsigned char *p, size_t n)
{
    if (p[0] < 0x80)
        return p[0] >= 0x20 && p[0] != 0x7f;
    size_t length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || n < length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    /* Too long for what they say, surrogates, beyond the last, C1 controls. */
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f) ||
        (p[0] == 0xc2 && p[1] < 0xa0))
        return 0;
    return length;
}

void show_bytes(struct str *s, const void *bytes, size_t size, size_t max)
{
    const unsigned char *p = bytes;
    size_t start = s->len;
    for (size_t i = 0; i < size;) {
        if (s->len - start >= max) {
            str_add(s, "...");
            return;
        }
        size_t length = character(p + i, size - i);
        if (length)
            str_add_bytes(s, p + i, length);
        else if (p[i] == '\n')
            str_add(s, "\\n");
        else if (p[i] == '\t')
            str_add(s, "\\t");
        else
            str_addf(s, "\\x%02x", p[i]);
        if (s->failed)
            return;
        i += length ? length : 1;
    }
}

void show_text(struct str *s, const char *text)
{
    show_bytes(s, text, strlen(text), TEXT_COLUMNS);
}

static bool is_printable(const unsigned char *p, size_t size)
{
    for (size_t i = 0; i < size;) {
        size_t length = character(p + i, size - i);
        if (!length)
            return false;
        i += length;
    }
    return size;
}

/* Reads SIZE bytes as the machine's unsigned integer of that size. */
static bool as_number(const void *bytes, size_t size, uint64_t *number)
{
    uint32_t four;
    uint16_t two;
    switch (size) {
    case 8:
        memcpy(number, bytes, 8);
        return true;
    case 4:
        memcpy(&four, bytes, 4);
        *number = four;
        return true;
    case 2:
        memcpy(&two, bytes, 2);
        *number = two;
        return true;
    case 1:
        *number = *(const unsigned char *)bytes;
        return true;
    default:
        return false;
    }
}

/* Append bytes that look like an array or struct of small numbers of WIDTH
 * bytes as "{4000, 457}"; false when they do not. */
static bool show_numbers(struct str *s, const void *bytes, size_t size,
                         size_t width)
{
    size_t count = size / width;
    if (size % width || count < 2 || count > NUMBERS)
        return false;
    uint64_t numbers[NUMBERS];
    for (size_t i = 0; i < count; i++) {
        as_number((const char *)bytes + i * width, width, &numbers[i]);
        /* Half of the width is enough for most, and tells them from others. */
        if (numbers[i] >> (width * 4))
            return false;
    }
    for (size_t i = 0; i < count; i++)
        str_addf(s, "%s%" PRIu64, i ? ", " : "{", numbers[i]);
    str_add_char(s, '}');
    return true;
}

void show_item(struct str *s, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    uint64_t number;
    size_t text = size;
    bool numeric = as_number(bytes, size, &number);
    /* A C text may have been handed over with the rest of its buffer. */
    while (!numeric && text && !p[text - 1])
        text--;
    if (!size) {
        str_add(s, "\"\"");
    } else if (is_printable(p, text)) {
        str_add_char(s, '"');
        show_bytes(s, p, text, ITEM_COLUMNS);
        str_add_char(s, '"');
    } else if (numeric) {
        str_addf(s, "%" PRIu64, number);
    } else if (!show_numbers(s, bytes, size, 8) &&
               !show_numbers(s, bytes, size, 4)) {
        str_add(s, "0x");
        for (size_t i = 0; i < size && i < ITEM_COLUMNS / 2; i++)
            str_addf(s, "%02x", p[i]);
        if (size > ITEM_COLUMNS / 2)
            str_addf(s, "... (%zu bytes)", size);
    }
}

void show_number(struct str *s, uint64_t number)
{
    char digits[24];
    int n = snprintf(digits, sizeof(digits), "%" PRIu64, number);
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            str_add_char(s, ',');
        str_add_char(s, digits[i]);
    }
}

void show_task(struct str *s, const struct segment *segment, uint32_t task)
{
    char path[TASK_PATH_BYTES];
    str_add(s, segment_task_path(segment, task, path));
    if (task >= SEGMENT_TASKS)
        return;
    /* Copied: a task that is still alive may be writing it. */
    char name[SEGMENT_NAME_BYTES];
    memcpy(name, segment->tasks[task].name, sizeof(name));
    size_t length = strnlen(name, sizeof(name));
    if (!length)
        return;
    str_add(s, " (");
    show_bytes(s, name, length, sizeof(name));
    str_add_char(s, ')');
}

void show_object(struct str *s, const struct segment *segment, uint32_t number)
{
    char text[192];
    show_text(s, segment_object_text(segment, number, text, sizeof(text)));
}

void show_signal(struct str *s, int signal)
{
    const char *name = sigabbrev_np(signal);
    if (name)
        str_addf(s, "SIG%s", name);
    else
        str_addf(s, "signal %d", signal);
}

void show_location(struct str *s, const struct location *location)
{
    if (location->function) {
        show_text(s, location->function);
        str_add(s, "()");
    } else if (location->module) {
        const char *slash = strrchr(location->module, '/');
        show_text(s, slash ? slash + 1 : location->module);
        str_addf(s, "+0x%" PRIx64, location->offset);
    } else {
        str_add(s, "?");
    }
    if (!location->file)
        return;
    str_add_char(s, ' ');
    show_text(s, location->file);
    if (location->line)
        str_addf(s, ":%d", location->line);
}
