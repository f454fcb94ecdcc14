/* Which compilation unit covers an address. libdw asks .debug_aranges, which
 * clang does not write; the units' own ranges are always there. */
#ifndef MPS_SYMBOLS_UNITS_H
#define MPS_SYMBOLS_UNITS_H

#include <elfutils/libdw.h>
#include <stddef.h>

struct unit {
    Dwarf_Die lines; /* its line table hangs on this one */
    Dwarf_Die code;  /* its functions; another one with split debug files */
};

struct unit_range;

struct units {
    struct unit *items;
    size_t count;
    struct unit_range *ranges; /* sorted by start */
    size_t range_count;
};

/* Read the ranges of all units of DWARF. -ENOMEM leaves UNITS empty. */
int units_read(struct units *units, Dwarf *dwarf);
void units_fini(struct units *units);

/* The unit around ADDRESS, or NULL. */
struct unit *units_find(const struct units *units, Dwarf_Addr address);

#endif
