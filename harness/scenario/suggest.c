#include "suggest.h"

#include <string.h>

/* Longer words are never suggested: keys and kinds are short. The limit of
 * labels is the one in LABEL_RULE. */
enum { WORD_MAX = 40, LABEL_MAX = 200 };

/* Control characters: C0, delete, and C1 in UTF-8 (terminals obey those too).
 * Returns how many bytes at P belong to one. */
static size_t control_len(const char *p)
{
    unsigned char c = (unsigned char)p[0], next = (unsigned char)p[1];
    if (c == 0xc2 && next >= 0x80 && next <= 0x9f)
        return 2;
    return c < ' ' || c == 0x7f;
}

const char *shown(struct shown *buf, const char *text)
{
    const size_t room = sizeof(buf->text) - 1;
    size_t len = strnlen(text, room + 1);
    size_t keep = len > room ? room - 3 : len;
    /* Never cut a UTF-8 character in two. */
    if (keep < len)
        while (keep && ((unsigned char)text[keep] & 0xc0) == 0x80)
            keep--;
    memcpy(buf->text, text, keep);
    for (size_t i = 0; i < keep; i++)
        memset(buf->text + i, '?', control_len(text + i));
    memcpy(buf->text + keep, "...", keep < len ? 4 : 0);
    if (keep == len)
        buf->text[keep] = '\0';
    return buf->text;
}

const char *shown_message(char *text)
{
    for (char *c = text; *c; c++)
        memset(c, '?', control_len(c));
    return text;
}

bool is_label(const char *text)
{
    size_t count = 0;
    for (; *text && !control_len(text); text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return !*text && count <= LABEL_MAX;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance: rows of the usual table, the last two
 * kept for swapped neighbours. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    size_t a_len = strlen(a), b_len = strlen(b);
    for (size_t j = 0; j <= b_len; j++)
        above[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t replaced = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(replaced, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[b_len];
}

const char *suggest(const char *word, const char *const *known, size_t count)
{
    size_t len = strnlen(word, WORD_MAX + 1);
    if (len > WORD_MAX)
        return NULL;
    size_t best = (len < 3 ? 3 : len) / 3;
    const char *found = NULL;
    for (size_t i = 0; i < count; i++) {
        if (strnlen(known[i], WORD_MAX + 1) > WORD_MAX)
            continue;
        size_t d = distance(word, known[i]);
        /* Two letters that share nothing are no slip of each other. */
        if (d > best || (found && d == best) || d >= len)
            continue;
        best = d;
        found = known[i];
    }
    return found;
}
