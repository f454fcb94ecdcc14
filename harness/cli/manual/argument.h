/* What a word of the command line may be: from the names that usage lines and
 * options give to their arguments (FILE, ID), and from the tables that parse
 * them. */
#ifndef MPS_CLI_MANUAL_ARGUMENT_H
#define MPS_CLI_MANUAL_ARGUMENT_H

#include "base/str.h"
#include "manual/walk.h"

/* Both are lists of words separated by blanks. KINDS are for the completion
 * functions of the shells: files, directories, failures, scenarios, commits,
 * program; words (WORDS has them), list (some of WORDS, with commas between),
 * other (nothing that can be guessed). Empty: there is no such word. */
struct argument {
    struct str kinds, words;
};
void argument_init(struct argument *argument);
void argument_fini(struct argument *argument);

/* What OPTION takes; empty when it is a flag. */
void argument_of_option(struct argument *argument,
                        const struct walk_option *option);

/* Add what may be for NAMES, as usage lines have them: names of arguments, and
 * words in small letters, which stand for themselves, with '|' between. */
void argument_add(struct argument *argument, const char *names, size_t length);

#endif
