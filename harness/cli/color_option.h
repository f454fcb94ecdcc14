/* The option --color of every command that prints for people, and what such a
 * command needs to print in colour by itself. */
#ifndef MPS_CLI_COLOR_OPTION_H
#define MPS_CLI_COLOR_OPTION_H

#include <argp.h>

#include "report/color.h"
#include "report/report.h"

/* For .children of a command's argp: --color alone. */
extern const struct argp_child color_option[];

/* Let it set *MODE, which is COLOR_AUTO before. The command's parser calls
 * this for ARGP_KEY_INIT; a command without the option may, too. */
void color_option_into(struct argp_state *state, enum color_mode *mode);

/* The I-th value that it takes; NULL after the last. */
const char *color_mode_name(size_t i);

/* Whether to colour standard output. */
bool color_stdout(enum color_mode mode);

/* TEXT, cleaned of what a terminal would obey, in STYLE and in at least WIDTH
 * columns, to standard output. */
void color_put(bool color, enum style style, int width, const char *text);

#endif
