/* Where the functions of compilation units begin and end. Searching a unit of
 * 20,000 functions takes milliseconds; an index made at the first search makes
 * the next ones cheap. */
#ifndef MPS_SYMBOLS_FUNCTIONS_H
#define MPS_SYMBOLS_FUNCTIONS_H

#include <elfutils/libdw.h>
#include <stdbool.h>

struct function_index;

/* The indexes of all units asked so far; all zero is empty. */
struct functions {
    struct function_index *indexes;
};

void functions_fini(struct functions *functions);

/* Find the function of UNIT around ADDRESS that is not inlined; false when
 * there is none. */
bool functions_find(struct functions *functions, Dwarf_Die *unit,
                    Dwarf_Addr address, Dwarf_Die *out);

#endif
