/* A list of words: an argument vector in the making.
 *
 * As with struct str, a failed allocation makes the list "failed": later
 * additions do nothing, and words_ok() says so once at the end. */
#ifndef MPS_COMPILER_WORDS_H
#define MPS_COMPILER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct words {
    char **items; /* ends with NULL once something was added */
    size_t count;
    size_t cap;
    bool failed;
};

void words_init(struct words *words);
void words_fini(struct words *words);
bool words_ok(const struct words *words);

/* Append a copy of WORD. */
void words_add(struct words *words, const char *word);
/* Append WORD, which must come from malloc(); takes it. NULL means that there
 * was no memory for it. */
void words_take(struct words *words, char *word);
/* Append copies of the words of ARGV, up to its NULL. */
void words_add_all(struct words *words, char *const *argv);

#endif
