/* Which compilation unit covers an address. */
#ifndef MPS_SYMBOLS_UNITS_H
#define MPS_SYMBOLS_UNITS_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>

struct unit {
    Dwarf_Die lines; /* its line table hangs on this one */
    Dwarf_Die code;  /* its functions; another one with split debug files */
};

struct unit_range;

struct units {
    Dwarf *dwarf; /* NULL: no debug information, no units */
    bool read;    /* all that follows; before, only .debug_aranges is asked */
    struct unit *items;
    size_t count;
    struct unit_range *ranges; /* sorted by start */
    size_t range_count;
};

void units_init(struct units *units, Dwarf *dwarf);
void units_fini(struct units *units);

/* Find the unit around ADDRESS; false when there is none. */
bool units_find(struct units *units, Dwarf_Addr address, struct unit *out);

/* All units. They belong to UNITS. */
const struct unit *units_list(struct units *units, size_t *count);

#endif
