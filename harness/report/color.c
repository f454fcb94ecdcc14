#include "color.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

/* The sixteen colours that every terminal's theme defines, in their standard
 * form: bright ones are unreadable on light backgrounds. */
static const char *const codes[] = {
    [STYLE_PLAIN] = "",         [STYLE_BOLD] = "\033[1m",
    [STYLE_DIM] = "\033[2m",    [STYLE_GOOD] = "\033[32m",
    [STYLE_BAD] = "\033[1;31m", [STYLE_WARNING] = "\033[33m",
    [STYLE_PLACE] = "\033[36m",
};

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

/* In the order of who is more explicit: the option, then NO_COLOR
 * (no-color.org), then CLICOLOR_FORCE (bixense.com/clicolors), then what the
 * stream is. */
bool report_use_color(enum color_mode mode, FILE *stream)
{
    if (mode != COLOR_AUTO)
        return mode == COLOR_ALWAYS;
    if (is_set("NO_COLOR"))
        return false;
    if (is_set("CLICOLOR_FORCE") && strcmp(getenv("CLICOLOR_FORCE"), "0"))
        return true;
    const char *term = getenv("TERM");
    if (!term || !*term || !strcmp(term, "dumb"))
        return false;
    int fd = fileno(stream);
    return fd >= 0 && isatty(fd);
}

void style_begin(struct str *s, bool color, enum style style)
{
    if (color)
        str_add(s, codes[style]);
}

void style_end(struct str *s, bool color, enum style style)
{
    if (color && style != STYLE_PLAIN)
        str_add(s, "\033[0m");
}

void paint(struct str *s, bool color, enum style style, const char *text)
{
    style_begin(s, color, style);
    str_add(s, text);
    style_end(s, color, style);
}
