/* Names of source files, as reports show them. Pure apart from resolving
 * symbolic links and reading lines. */
#ifndef MPS_SYMBOLS_SOURCE_H
#define MPS_SYMBOLS_SOURCE_H

#include <stdbool.h>

struct str;

/* Put FILE, as the compiler wrote it, into OUT (emptied first): below
 * DIRECTORY (where the compiler ran; may be NULL) if it is relative, without
 * "//", "." and "..", and relative to one of ROOTS (NULL-terminated,
 * absolute) if it is below that. */
void source_shorten(struct str *out, const char *directory, const char *file,
                    const char *const *roots);

/* Whether FILE is a header of the system, or the one that mpstress gives to
 * targets: its inlined functions are not what a reader looks for. */
bool source_is_system(const char *file);

/* Line NUMBER of FILE (as the compiler wrote it, in DIRECTORY, which may be
 * NULL) into OUT, emptied first; false when it cannot be had. */
bool source_line(struct str *out, const char *directory, const char *file,
                 int number);

#endif
