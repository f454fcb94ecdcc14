/* Showing what the user wrote, and guessing what was meant. */
#ifndef MPS_SCENARIO_SUGGEST_H
#define MPS_SCENARIO_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of a file as a message may show it: on one line, without control
 * characters, cut with "..." when long. */
struct shown {
    char text[64];
};

/* Fill BUF from TEXT and return its text. */
const char *shown(struct shown *buf, const char *text);

/* Replace the control characters in TEXT, a message that quotes what the user
 * wrote. Returns TEXT. */
const char *shown_message(char *text);

/* Whether TEXT is fit for a line of a report: LABEL_RULE. */
#define LABEL_RULE \
    "one line of at most 200 characters, without control characters"
bool is_label(const char *text);

/* The one of COUNT words in KNOWN that WORD is most likely a slip of, or NULL
 * when none is near: insertions, deletions, replacements and swapped
 * neighbours count, a third of the letters may be wrong. */
const char *suggest(const char *word, const char *const *known, size_t count);

#endif
