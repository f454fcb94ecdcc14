#include "lookup.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>

/* The unit that holds ADDRESS. clang writes no .debug_aranges, which is where
 * libdwfl looks: then the units themselves are asked, one after another. */
static Dwarf_Die *unit_of(Dwfl_Module *module, Dwarf_Addr address,
                          Dwarf_Addr *bias)
{
    Dwarf_Die *unit = dwfl_module_addrdie(module, address, bias);
    if (unit)
        return unit;
    while ((unit = dwfl_module_nextcu(module, unit, bias)))
        if (dwarf_haspc(unit, address - *bias) > 0)
            return unit;
    return NULL;
}

/* The function as the source calls it; for code that was inlined, the
 * inlined one. */
static const char *function_in(Dwarf_Die *unit, Dwarf_Addr address)
{
    Dwarf_Die *scopes = NULL;
    const char *name = NULL;
    int count = dwarf_getscopes(unit, address, &scopes);
    for (int i = 0; i < count && !name; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine)
            name = dwarf_diename(&scopes[i]);
    }
    free(scopes);
    return name;
}

void lookup_address(Dwfl_Module *module, Dwarf_Addr address, struct lookup *out)
{
    *out = (struct lookup){0};
    Dwarf_Addr bias = 0;
    Dwarf_Die *unit = unit_of(module, address, &bias);
    if (unit) {
        Dwarf_Line *line = dwarf_getsrc_die(unit, address - bias);
        if (line) {
            dwarf_lineno(line, &out->line);
            out->file = dwarf_linesrc(line, NULL, NULL);
        }
        Dwarf_Attribute attribute;
        out->directory =
            dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
        out->function = function_in(unit, address - bias);
    }
    if (!out->function) {
        GElf_Off offset;
        GElf_Sym symbol;
        const char *name = dwfl_module_addrinfo(module, address, &offset,
                                                &symbol, NULL, NULL, NULL);
        /* A name far below the address is another function's. */
        if (name && (!symbol.st_size || offset < symbol.st_size))
            out->function = name;
    }
}
