/* What a loaded module takes from others. */
#ifndef MPS_RUNTIME_IMPORTS_H
#define MPS_RUNTIME_IMPORTS_H

#include <link.h>
#include <stdbool.h>

/* Whether the module of INFO, which dl_iterate_phdr() gave, refers to the
 * function NAME of another one. Reads the module's own tables, so that it
 * serves before its constructors have run. */
bool imports_function(const struct dl_phdr_info *info, const char *name);

#endif
