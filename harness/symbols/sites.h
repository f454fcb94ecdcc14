/* What is known of the sites asked for so far: looking one up in debug
 * information takes a hundred microseconds and more, here less than one. One
 * thread at a time. */
#ifndef MPS_SYMBOLS_SITES_H
#define MPS_SYMBOLS_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbols.h"

/* A place in code with the functions that it is inlined into. */
struct site {
    const char *module; /* interned: compared as a pointer */
    uint64_t offset;
    bool return_address;
    size_t count;             /* >= 1 */
    struct location frames[]; /* innermost first */
};

struct sites {
    struct site **slots;
    size_t capacity, count;
};

void sites_init(struct sites *sites);
void sites_fini(struct sites *sites);

/* The site, or NULL when it was not added yet. */
const struct site *sites_get(const struct sites *sites, const char *module,
                             uint64_t offset, bool return_address);

/* Add SITE (made with malloc(), taken; not there yet). -ENOMEM: freed. */
int sites_add(struct sites *sites, struct site *site);

#endif
