/* A growing byte string.
 *
 * A failed allocation makes the string "failed": later additions do nothing
 * and str_ok() says so once at the end, which keeps the callers straight.
 * The bytes may hold NULs; DATA is always terminated after LEN bytes. */
#ifndef MPS_BASE_STR_H
#define MPS_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct str {
    char *data; /* never NULL after str_init() */
    size_t len;
    size_t cap; /* 0: DATA is the static empty string */
    bool failed;
};

void str_init(struct str *s);
void str_fini(struct str *s);
/* Empty it, keeping the memory. */
void str_clear(struct str *s);
bool str_ok(const struct str *s);

void str_add(struct str *s, const char *text);
void str_add_bytes(struct str *s, const void *bytes, size_t len);
void str_add_char(struct str *s, char c);
void str_addf(struct str *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void str_vaddf(struct str *s, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* TEXT as one word of a POSIX shell: in quotes where it needs them. */
void str_add_word(struct str *s, const char *text);

/* Make room for LEN more bytes and return where they go, or NULL; the caller
 * writes them and then adds to s->len. */
char *str_reserve(struct str *s, size_t len);

/* Take the text out: the caller frees it. NULL if the string failed. S is
 * empty and usable afterwards. */
char *str_take(struct str *s);

/* strdup() of the formatted text; NULL when out of memory. Caller frees. */
char *str_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
