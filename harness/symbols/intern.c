#include "intern.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

struct entry {
    UT_hash_handle hh;
    char text[];
};

struct intern_table {
    struct entry *entries;
};

struct intern_table *intern_new(void)
{
    return calloc(1, sizeof(struct intern_table));
}

void intern_free(struct intern_table *table)
{
    if (!table)
        return;
    struct entry *entry, *next;
    HASH_ITER(hh, table->entries, entry, next)
    {
        HASH_DEL(table->entries, entry);
        free(entry);
    }
    free(table);
}

const char *intern_text(struct intern_table *table, const char *text)
{
    if (!text)
        return NULL;
    struct entry *entry;
    size_t length = strlen(text);
    HASH_FIND(hh, table->entries, text, length, entry);
    if (entry)
        return entry->text;
    entry = malloc(sizeof(*entry) + length + 1);
    if (!entry)
        return NULL;
    memcpy(entry->text, text, length + 1);
    HASH_ADD_KEYPTR(hh, table->entries, entry->text, length, entry);
    return entry->text;
}
