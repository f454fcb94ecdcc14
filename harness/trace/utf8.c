#include "utf8.h"

#include "base/str.h"

size_t utf8_character(const void *text, size_t size)
{
    const unsigned char *p = text;
    if (!size || !p[0])
        return 0;
    if (p[0] < 0x80)
        return 1;
    size_t length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || size < length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    /* RFC 3629, section 4: longer than needed, surrogates, above U+10FFFF. */
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return length;
}

bool utf8_valid(const void *text, size_t size)
{
    const char *p = text;
    while (size) {
        size_t length = utf8_character(p, size);
        if (!length)
            return false;
        p += length;
        size -= length;
    }
    return true;
}

void utf8_clean(struct str *s, const void *text, size_t size)
{
    const unsigned char *p = text;
    for (size_t i = 0; i < size && !s->failed;) {
        size_t length = utf8_character(p + i, size - i);
        if (length)
            str_add_bytes(s, p + i, length);
        else
            str_addf(s, "\\x%02x", p[i]);
        i += length ? length : 1;
    }
}

/* ASCII and C1 controls, and the characters that turn the direction of the
 * text around: a file name must not be able to show itself as another. */
static bool is_control(const unsigned char *p, size_t length)
{
    if (length == 1)
        return p[0] < 0x20 || p[0] == 0x7f;
    if (length == 2)
        return p[0] == 0xc2 && p[1] < 0xa0;
    if (length == 3 && p[0] == 0xe2)
        return (p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) ||
               (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
    return false;
}

void utf8_printable(struct str *s, const void *text, size_t size)
{
    const unsigned char *p = text;
    for (size_t i = 0; i < size && !s->failed;) {
        size_t length = utf8_character(p + i, size - i);
        if (length && !is_control(p + i, length)) {
            str_add_bytes(s, p + i, length);
            i += length;
            continue;
        }
        if (p[i] == '\n')
            str_add(s, "\\n");
        else if (p[i] == '\t')
            str_add(s, "\\t");
        else
            for (size_t k = 0; k < (length ? length : 1); k++)
                str_addf(s, "\\x%02x", p[i + k]);
        i += length ? length : 1;
    }
}

size_t utf8_width(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}
