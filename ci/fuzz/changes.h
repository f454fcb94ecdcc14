/* A sound SQLite database, changed as an input says. Most changes are made with
 * SQL, so that the file stays a sound database with absurd contents; others are
 * to its bytes. */
#ifndef MPS_FUZZ_CHANGES_H
#define MPS_FUZZ_CHANGES_H

#include <stddef.h>
#include <stdint.h>

struct changes;

/* Learn what is in the database of SIZE BYTES, which are copied. Lives as long
 * as the process. */
struct changes *changes_new(const void *bytes, size_t size);

/* The database with the changes in INPUT; its *SIZE bytes are released with
 * sqlite3_free(). */
unsigned char *changes_make(const struct changes *changes, const uint8_t *input,
                            size_t input_size, size_t *size);

#endif
