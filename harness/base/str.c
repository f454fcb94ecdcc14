#include "str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char empty[1];

void str_init(struct str *s)
{
    *s = (struct str){.data = empty};
}

void str_fini(struct str *s)
{
    if (s->cap)
        free(s->data);
    str_init(s);
}

void str_clear(struct str *s)
{
    s->len = 0;
    s->failed = false;
    if (s->cap)
        s->data[0] = '\0';
}

bool str_ok(const struct str *s)
{
    return !s->failed;
}

char *str_reserve(struct str *s, size_t len)
{
    if (s->failed)
        return NULL;
    if (len < s->cap && s->len < s->cap - len)
        return s->data + s->len;
    if (len > SIZE_MAX / 4 || s->len > SIZE_MAX / 4) {
        s->failed = true;
        return NULL;
    }
    size_t cap = s->cap ? s->cap : 64;
    while (cap <= s->len + len)
        cap *= 2;
    char *data = realloc(s->cap ? s->data : NULL, cap);
    if (!data) {
        s->failed = true;
        return NULL;
    }
    data[s->len] = '\0';
    s->data = data;
    s->cap = cap;
    return data + s->len;
}

void str_add_bytes(struct str *s, const void *bytes, size_t len)
{
    char *to = str_reserve(s, len);
    if (!to)
        return;
    if (len)
        memcpy(to, bytes, len);
    s->len += len;
    s->data[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
    str_add_bytes(s, text, strlen(text));
}

void str_add_char(struct str *s, char c)
{
    str_add_bytes(s, &c, 1);
}

void str_vaddf(struct str *s, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *to = n < 0 ? NULL : str_reserve(s, (size_t)n + 1);
    if (to) {
        vsnprintf(to, (size_t)n + 1, format, again);
        s->len += (size_t)n;
    }
    va_end(again);
}

void str_addf(struct str *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str_vaddf(s, format, args);
    va_end(args);
}

void str_add_word(struct str *s, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_./+=:,@%";
    if (*text && !text[strspn(text, plain)]) {
        str_add(s, text);
        return;
    }
    str_add_char(s, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            str_add(s, "'\\'");
        str_add_char(s, *text);
    }
    str_add_char(s, '\'');
}

char *str_take(struct str *s)
{
    char *text = NULL;
    if (!s->failed)
        text = s->cap ? s->data : strdup("");
    else if (s->cap)
        free(s->data);
    str_init(s);
    return text;
}

char *str_format(const char *format, ...)
{
    struct str s;
    str_init(&s);
    va_list args;
    va_start(args, format);
    str_vaddf(&s, format, args);
    va_end(args);
    return str_take(&s);
}
