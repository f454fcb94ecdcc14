/* The argp of a command as --help shows it: options of children among its own,
 * what argp adds by itself too, hidden ones left out, in the order of their
 * groups. Within a group they keep the order of the table, which tells a story;
 * --help has them by the alphabet. */
#ifndef MPS_CLI_MANUAL_WALK_H
#define MPS_CLI_MANUAL_WALK_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "command.h"

struct walk_option {
    const struct argp_option *rows; /* the option, then its aliases */
    size_t row_count;
    const char *heading; /* of its group; NULL: none */
    int group;
    bool common; /* of a child, or argp's: not of this command alone */
};

struct walk {
    struct walk_option *items;
    size_t count;
};

/* Fill WALK, in any case to be freed. -ENOMEM. */
int walk_open(struct walk *walk, const struct command *command);
void walk_free(struct walk *walk);

/* The option with the long or short NAME (without dashes), or NULL. */
const struct walk_option *walk_find(const struct walk *walk, const char *name,
                                    size_t length);
/* Row I of OPTION: its long name, or NULL; its letter, or 0. */
const char *walk_long(const struct walk_option *option, size_t i);
char walk_short(const struct walk_option *option, size_t i);

/* What comes after the options, a line for each way to call the command, as
 * .help_filter makes it. The caller frees; NULL when out of memory. */
char *walk_arguments(const struct command *command);

#endif
