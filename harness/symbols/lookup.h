/* One address of one module, through libdwfl. Not locked. */
#ifndef MPS_SYMBOLS_LOOKUP_H
#define MPS_SYMBOLS_LOOKUP_H

#include <elfutils/libdwfl.h>

/* What is known of an address; texts belong to the Dwfl, or are NULL. */
struct lookup {
    const char *function;
    const char *file;
    const char *directory; /* of compilation, when FILE is relative */
    int line;
};

/* ADDRESS is in MODULE's loaded addresses, as libdwfl reported it. */
void lookup_address(Dwfl_Module *module, Dwarf_Addr address,
                    struct lookup *out);

#endif
