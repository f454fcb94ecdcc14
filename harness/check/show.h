/* Putting what a target left into words: always valid UTF-8 without control
 * characters, whatever the bytes are. All append to a struct str. Private to
 * check/ and valgrind/. */
#ifndef MPS_CHECK_SHOW_H
#define MPS_CHECK_SHOW_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "segment/read.h"
#include "symbols/symbols.h"

/* SIZE bytes, at most about MAX columns of them, then "...". What cannot be
 * printed becomes \n, \t or \xNN. */
void show_bytes(struct str *s, const void *bytes, size_t size, size_t max);

/* The same for text that ends in NUL. */
void show_text(struct str *s, const char *text);

/* An item of a queue or an element of a stream: text in quotation marks, a
 * number when it has the size of one, {3, 17} when it looks like a few, else
 * hexadecimal. */
void show_item(struct str *s, const void *bytes, size_t size);

/* "1,048,576". */
void show_number(struct str *s, uint64_t number);

/* "0.1 (consumer)", or "0.1" for a task without a name. */
void show_task(struct str *s, const struct segment *segment, uint32_t task);

/* "mutex /ring+0x40". */
void show_object(struct str *s, const struct segment *segment, uint32_t number);

/* "queue_get() queue.c:71", as much of it as is known. */
void show_location(struct str *s, const struct location *location);

/* "SIGSEGV", or "signal 34". */
void show_signal(struct str *s, int signal);

#endif
