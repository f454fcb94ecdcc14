/* Completion scripts: for each shell, a table of what may be where, made from
 * the tables of the commands, and functions that look it up, from a file. */
#ifndef MPS_CLI_MANUAL_COMPLETION_H
#define MPS_CLI_MANUAL_COMPLETION_H

#include <stddef.h>
#include <stdio.h>

#include "base/str.h"
#include "command.h"
#include "manual/usage.h"
#include "manual/walk.h"

struct completion {
    const struct command *command; /* of the first one: what comes before */
    struct walk walk;
    struct usage usage;
};

/* Each writes the script of a shell. -ENOMEM. */
int completion_bash(FILE *out, const struct completion *commands, size_t count);
int completion_zsh(FILE *out, const struct completion *commands, size_t count);
int completion_fish(FILE *out, const struct completion *commands, size_t count);

/* Write the table S, and the FUNCTIONS that look into it; frees S. -ENOMEM when
 * S has failed. */
int completion_end(FILE *out, struct str *s, const char *functions);

/* Fill BRIEF with the beginning of DOC, as much as fits beside an option: up to
 * a bracket or the end of a part of the sentence. */
void completion_brief(struct str *brief, const char *doc);

#endif
