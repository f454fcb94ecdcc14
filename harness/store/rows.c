#include "rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"

void *rows_append(void **items, size_t *count, size_t size)
{
    /* Room grows by doubling: whenever the count is a power of two. */
    if (!(*count & (*count - 1))) {
        void *larger = realloc(*items, (*count ? *count * 2 : 1) * size);
        if (!larger)
            return NULL;
        *items = larger;
    }
    return memset((char *)*items + (*count)++ * size, 0, size);
}

int rows_text(const char **to, sqlite3_stmt *row, int column)
{
    *to = history_text(row, column);
    return *to ? 0 : -ENOMEM;
}

void rows_free_text(const char *text)
{
    free((void *)(uintptr_t)text);
}

int rows_no_memory(const struct store *store, struct mps_diag *diag)
{
    return diag_set(diag, -ENOMEM, "%s: %s", store->history,
                    error_text(-ENOMEM));
}
