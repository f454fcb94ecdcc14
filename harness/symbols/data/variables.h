/* The global variables of a module, by address. */
#ifndef MPS_SYMBOLS_DATA_VARIABLES_H
#define MPS_SYMBOLS_DATA_VARIABLES_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct units;

struct variable {
    Dwarf_Addr start; /* as in the debug information */
    uint64_t size;
    Dwarf_Die die;
    const char *name;
};

/* All zero: not read yet. */
struct variables {
    struct variable *items; /* sorted by start, no two at one address */
    size_t count;
    bool read;
};

void variables_fini(struct variables *variables);

/* All of them, those that are static in functions, too; read at the first
 * call. */
const struct variable *variables_list(struct variables *variables,
                                      struct units *units, size_t *count);

/* The one around ADDRESS, or NULL. */
const struct variable *variables_find(struct variables *variables,
                                      struct units *units, Dwarf_Addr address);

#endif
