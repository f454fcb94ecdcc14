#include "words.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Length of the UTF-8 sequence at TEXT and the character in *OUT; 0 when it
 * is none (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). The
 * final NUL stops a sequence that was cut short. */
static size_t decode(const unsigned char *text, uint32_t *out)
{
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = text[0] < 0x80   ? 1
                    : text[0] < 0xc2 ? 0
                    : text[0] < 0xe0 ? 2
                    : text[0] < 0xf0 ? 3
                    : text[0] < 0xf5 ? 4
                                     : 0;
    uint32_t c = length < 2 ? text[0] : text[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (text[i] & 0x3f);
    }
    if (length &&
        (c < lowest[length] || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff))
        return 0;
    *out = c;
    return length;
}

/* Characters that act instead of showing: C0 and C1 controls (terminals obey
 * both), changes of the writing direction, and the two that XML forbids. */
static bool is_unprintable(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) ||
           (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || c == 0xfffe ||
           c == 0xffff;
}

static void add_valid(struct str *s, const char *text, bool one_line)
{
    const unsigned char *at = (const unsigned char *)(text ? text : "");
    while (*at) {
        uint32_t c = 0;
        size_t length = decode(at, &c);
        bool good = length && !(one_line && is_unprintable(c));
        if (!length)
            length = 1;
        if (good)
            str_add_bytes(s, at, length);
        for (size_t i = 0; i < length && !good; i++)
            str_addf(s, "\\x%02x", at[i]);
        at += length;
    }
}

void words_clean(struct str *s, const char *text)
{
    add_valid(s, text, true);
}

void words_utf8(struct str *s, const char *text)
{
    add_valid(s, text, false);
}

void words_shell(struct str *s, const char *text)
{
    struct str word;
    str_init(&word);
    str_add_word(&word, text);
    words_clean(s, word.data);
    str_fini(&word);
}

size_t words_columns(const char *text)
{
    size_t columns = 0;
    for (; *text; text++)
        columns += ((unsigned char)*text & 0xc0) != 0x80;
    return columns;
}

const char *words_number(uint64_t number, char *buf, size_t size)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);
    size_t at = 0;
    for (int i = 0; i < length && at + 2 < size; i++) {
        if (i && (length - i) % 3 == 0)
            buf[at++] = ',';
        buf[at++] = digits[i];
    }
    buf[at] = '\0';
    return buf;
}

const char *words_speed(uint64_t iterations, uint64_t ns, char *buf,
                        size_t size)
{
    if (!ns) {
        snprintf(buf, size, "-");
        return buf;
    }
    double speed = (double)iterations / ((double)ns / 1e9);
    if (speed >= 10)
        return words_number((uint64_t)(speed + 0.5), buf, size);
    snprintf(buf, size, "%.*f", speed >= 1 || iterations == 0 ? 1 : 2, speed);
    return buf;
}

/* Enough for two significant digits, at least one and at most twelve. */
int words_decimals(double part)
{
    double percent = part * 100;
    if (percent >= 10 || percent <= 0)
        return 1;
    int decimals = percent >= 1 ? 2 : 3;
    for (double limit = 0.01; percent < limit && decimals < 12; limit /= 10)
        decimals++;
    return decimals;
}

const char *words_percent(double part, int decimals, char *buf, size_t size)
{
    if (part <= 0)
        snprintf(buf, size, "0");
    else if (part >= 1)
        snprintf(buf, size, "100");
    else
        snprintf(buf, size, "%.*f", decimals, part * 100);
    return buf;
}

const char *words_clock(uint64_t ns, char *buf, size_t size)
{
    uint64_t seconds = ns / 1000000000;
    uint64_t hours = seconds / 3600, minutes = seconds / 60 % 60;
    if (hours)
        snprintf(buf, size, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, hours,
                 minutes, seconds % 60);
    else
        snprintf(buf, size, "%" PRIu64 ":%02" PRIu64, minutes, seconds % 60);
    return buf;
}

const char *words_span(uint64_t ns, char *buf, size_t size)
{
    if (ns < 59950000000u) {
        snprintf(buf, size, "%.*f s", ns < 100000000u ? 2 : 1,
                 (double)ns / 1e9);
        return buf;
    }
    return words_clock(ns + 500000000u, buf, size);
}
