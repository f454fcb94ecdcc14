#include "words.h"

#include <stdlib.h>
#include <string.h>

void words_init(struct words *words)
{
    *words = (struct words){0};
}

void words_fini(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->items[i]);
    free(words->items);
    words_init(words);
}

bool words_ok(const struct words *words)
{
    return !words->failed;
}

void words_take(struct words *words, char *word)
{
    if (!word || words->failed)
        goto fail;
    if (words->count + 1 >= words->cap) {
        size_t cap = words->cap ? 2 * words->cap : 64;
        char **items = realloc(words->items, cap * sizeof(*items));
        if (!items)
            goto fail;
        words->items = items;
        words->cap = cap;
    }
    words->items[words->count++] = word;
    words->items[words->count] = NULL;
    return;
fail:
    free(word);
    words->failed = true;
}

void words_add(struct words *words, const char *word)
{
    words_take(words, strdup(word));
}

void words_add_all(struct words *words, char *const *argv)
{
    for (; *argv; argv++)
        words_add(words, *argv);
}
