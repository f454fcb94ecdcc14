/* Text for a manual page, in the macros of man(7). */
#ifndef MPS_CLI_MANUAL_ROFF_H
#define MPS_CLI_MANUAL_ROFF_H

#include <stddef.h>
#include <stdio.h>

/* LENGTH bytes of TEXT as they are; FONT is 'R', 'B' or 'I'. */
void roff_words(FILE *out, char font, const char *text, size_t length);

/* TEXT, the name of an argument such as "LO..HI", with its words in italics. */
void roff_argument(FILE *out, const char *text);

/* Sentences, and a line end. What is in `quotes`, and options, become bold; the
 * words in NAMES (with a blank before and after each) italic. An empty line
 * begins a paragraph, by the macro PARAGRAPH. */
void roff_prose(FILE *out, const char *text, const char *names,
                const char *paragraph);

#endif
