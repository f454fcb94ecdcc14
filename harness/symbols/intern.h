/* One copy of each text, living as long as the table. */
#ifndef MPS_SYMBOLS_INTERN_H
#define MPS_SYMBOLS_INTERN_H

struct intern_table;

struct intern_table *intern_new(void);
void intern_free(struct intern_table *table);
/* The table's copy of TEXT; NULL for NULL or when out of memory. */
const char *intern_text(struct intern_table *table, const char *text);

#endif
