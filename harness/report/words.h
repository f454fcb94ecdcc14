/* Texts and numbers as people read them. What a target or a file name brings
 * in may be anything: it passes words_clean() before it reaches a terminal or
 * a file. For report/ and cli/. */
#ifndef MPS_REPORT_WORDS_H
#define MPS_REPORT_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* TEXT (NULL: nothing) as valid UTF-8 on one line: every byte of a control
 * character, of an invalid sequence, of a character that XML forbids or that
 * changes the direction of writing becomes "\xNN". */
void words_clean(struct str *s, const char *text);

/* The same, as JSON wants it: only what is no UTF-8 is replaced, line ends
 * and control characters stay. */
void words_utf8(struct str *s, const char *text);

/* The same as words_clean(), as one word of a shell: quoted where it must be.
 */
void words_shell(struct str *s, const char *text);

/* Columns of TEXT on a terminal: characters, not bytes. */
size_t words_columns(const char *text);

/* "1,048,576" into BUF. Returns BUF. */
enum { WORDS_NUMBER_BYTES = 32 };
const char *words_number(uint64_t number, char *buf, size_t size);

/* Iterations per second: "1,052", "3.4", "0.04". "-" when NS is 0. */
const char *words_speed(uint64_t iterations, uint64_t ns, char *buf,
                        size_t size);

/* The share PART of 1 as percent without the sign: "43.0", "0.020", "100".
 * DECIMALS as words_decimals() says for the number that matters most. */
const char *words_percent(double part, int decimals, char *buf, size_t size);
int words_decimals(double part);

/* "0.4 s", "9.5 s", "4:12", "1:02:03". */
const char *words_span(uint64_t ns, char *buf, size_t size);

/* "0:05", "4:12", "1:02:03", for a time that counts down. */
const char *words_clock(uint64_t ns, char *buf, size_t size);

#endif
