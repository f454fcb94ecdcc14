/* Names of memory: from the address of a global variable, or from where one
 * points, to the expression that a programmer would write. Addresses are
 * link-time addresses. */
#ifndef MPS_SYMBOLS_DATA_NAMES_H
#define MPS_SYMBOLS_DATA_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "symbols/symbols.h"
#include "variables.h"

struct str;
struct units;

struct names {
    struct units *units;
    uint64_t bias; /* added to a link-time address: that of the units */
    struct variables variables;
};

void names_init(struct names *names, struct units *units, uint64_t bias);
void names_fini(struct names *names);

/* As the functions of symbols.h that end in the same words. */
size_t names_pointers(struct names *names, uint64_t *offsets, size_t max);
enum symbols_fit names_pointee(struct names *names, uint64_t pointer,
                               uint64_t behind, uint64_t size, struct str *name,
                               struct str *type);
enum symbols_fit names_global(struct names *names, uint64_t address,
                              uint64_t size, struct str *name,
                              struct str *type);
enum symbols_fit names_typed(struct names *names, const char *of,
                             uint64_t offset, uint64_t size, struct str *name,
                             struct str *type);

#endif
