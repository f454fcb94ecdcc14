#include "color_option.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "report/words.h"

enum { KEY_COLOR = 0x4000 /* no command has so many */ };

/* Group -1: among --help and --version, after what is the command's own. */
static const struct argp_option options[] = {
    {"color", KEY_COLOR, "WHEN", 0,
     "auto, always or never. auto, the default: on a terminal, unless NO_COLOR "
     "is set",
     -1},
    {0},
};

static const char *const names[] = {
    [COLOR_AUTO] = "auto",
    [COLOR_ALWAYS] = "always",
    [COLOR_NEVER] = "never",
};

const char *color_mode_name(size_t i)
{
    return i < sizeof(names) / sizeof(*names) ? names[i] : NULL;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    enum color_mode *mode = state->input;
    if (key != KEY_COLOR)
        return ARGP_ERR_UNKNOWN;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (!strcmp(argument, names[i])) {
            *mode = (enum color_mode)i;
            return 0;
        }
    argp_error(state, "--color: '%s' is not auto, always or never", argument);
    return 0;
}

static const struct argp argp = {.options = options, .parser = parse};

const struct argp_child color_option[] = {{&argp, 0, NULL, 0}, {0}};

void color_option_into(struct argp_state *state, enum color_mode *mode)
{
    /* NULL: the command's argp has no children. */
    if (state->child_inputs)
        state->child_inputs[0] = mode;
}

bool color_stdout(enum color_mode mode)
{
    return report_use_color(mode, stdout);
}

void color_put(bool color, enum style style, int width, const char *text)
{
    struct str clean, s;
    str_init(&clean);
    str_init(&s);
    words_clean(&clean, text);
    paint(&s, color, style, clean.data);
    for (size_t n = words_columns(clean.data); n < (size_t)width; n++)
        str_add_char(&s, ' ');
    fputs(s.data, stdout);
    str_fini(&s);
    str_fini(&clean);
}
