/* Text from strangers. Private to trace/. */
#ifndef MPS_TRACE_UTF8_H
#define MPS_TRACE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

struct str;

/* The length of the well-formed UTF-8 character at the start of the SIZE
 * bytes TEXT; 0 when there is none, or it is a NUL. */
size_t utf8_character(const void *text, size_t size);

/* Whether the SIZE bytes TEXT are UTF-8 without a NUL. */
bool utf8_valid(const void *text, size_t size);

/* Append TEXT to S as UTF-8: every other byte becomes \xNN. */
void utf8_clean(struct str *s, const void *text, size_t size);

/* The same for a terminal: control characters become \n, \t or \xNN. */
void utf8_printable(struct str *s, const void *text, size_t size);

/* The columns that TEXT, valid UTF-8, takes on a terminal; one for each
 * character, which is wrong only for wide scripts. */
size_t utf8_width(const char *text);

#endif
