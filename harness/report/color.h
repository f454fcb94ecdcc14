/* Colours of a terminal: styles by meaning, so that every report uses the
 * same. For report/, diagnose/ and cli/. */
#ifndef MPS_REPORT_COLOR_H
#define MPS_REPORT_COLOR_H

#include <stdbool.h>

#include "base/str.h"

enum style {
    STYLE_PLAIN,
    STYLE_BOLD,
    STYLE_DIM,
    STYLE_GOOD,
    STYLE_BAD,
    STYLE_WARNING,
    STYLE_PLACE /* file:line */
};

/* Switch STYLE on and off again; nothing without COLOR. */
void style_begin(struct str *s, bool color, enum style style);
void style_end(struct str *s, bool color, enum style style);

/* Append TEXT in STYLE. */
void paint(struct str *s, bool color, enum style style, const char *text);

#endif
