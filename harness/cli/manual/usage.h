/* The words of a command line that are neither options nor their arguments, as
 * the usage lines of a command tell them: "[ID|FILE] GOOD BAD -- COMMAND". */
#ifndef MPS_CLI_MANUAL_USAGE_H
#define MPS_CLI_MANUAL_USAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "command.h"
#include "manual/argument.h"
#include "manual/walk.h"

enum { USAGE_POSITIONS_MAX = 8 };

struct usage {
    struct argument at[USAGE_POSITIONS_MAX]; /* what may be at each position */
    size_t count;
    bool repeats; /* the last one goes on */
    bool program; /* after "--", a program and its arguments */
};

/* Of COMMAND, whose options are WALK. -ENOMEM; usage_fini() in any case. */
int usage_read(struct usage *usage, const struct command *command,
               const struct walk *walk);
void usage_fini(struct usage *usage);

#endif
