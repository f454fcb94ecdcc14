/* The tables of a trace. Private to trace/. */
#ifndef MPS_TRACE_SCHEMA_H
#define MPS_TRACE_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

/* One table or view. SQL is what sqlite_schema holds for it, to the letter:
 * the reader takes no table that was made in any other way. */
struct schema_entry {
    const char *name;
    uint32_t format; /* the first that has it */
    const char *sql;
};

/* Tables first, in an order in which a table refers to earlier ones. */
const struct schema_entry *schema_tables(size_t *count);
/* For the sqlite3 shell; the reader does not use them. */
const struct schema_entry *schema_views(size_t *count);

#endif
