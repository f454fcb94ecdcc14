/* Making lists out of rows. Private to store/. */
#ifndef MPS_STORE_ROWS_H
#define MPS_STORE_ROWS_H

#include "internal.h"

/* One more element of SIZE bytes in *ITEMS, zeroed, or NULL when out of
 * memory. A list must have been filled by this alone. */
void *rows_append(void **items, size_t *count, size_t size);

/* Put the text of COLUMN into *TO, which rows_free_text() releases;
 * -ENOMEM. */
int rows_text(const char **to, sqlite3_stmt *row, int column);
void rows_free_text(const char *text);

/* Returns -ENOMEM and says so. */
int rows_no_memory(const struct store *store, struct mps_diag *diag);

#endif
