#include "variables.h"

#include <dwarf.h>
#include <stdlib.h>

#include "symbols/room.h"
#include "symbols/units.h"
#include "types.h"

enum { DEPTH = 32 };

void variables_fini(struct variables *variables)
{
    free(variables->items);
    *variables = (struct variables){.read = false};
}

/* The fixed address of VARIABLE; false for locals, registers, constants and
 * variables of one thread. */
static bool read_address(Dwarf_Die *variable, Dwarf_Addr *out)
{
    Dwarf_Attribute attribute, address;
    Dwarf_Op *ops;
    size_t count;
    if (!dwarf_attr(variable, DW_AT_location, &attribute) ||
        dwarf_getlocation(&attribute, &ops, &count) || count != 1)
        return false;
    switch (ops[0].atom) {
    case DW_OP_addr:
        *out = ops[0].number;
        return true;
    case DW_OP_addrx: /* clang: a number in a table of addresses */
    case DW_OP_GNU_addr_index:
        return !dwarf_getlocation_attr(&attribute, &ops[0], &address) &&
               !dwarf_formaddr(&address, out);
    default:
        return false;
    }
}

static bool add(struct variables *variables, struct units *units,
                Dwarf_Die *die)
{
    struct variable variable = {.die = *die};
    Dwarf_Attribute attribute;
    Dwarf_Die type;
    variable.name =
        dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attribute));
    if (!variable.name || !read_address(die, &variable.start) ||
        !variable.start || !type_of(die, &type))
        return true;
    variable.size = type_size(units, &type);
    struct variable *items =
        with_room(variables->items, variables->count, sizeof(*items));
    if (!items)
        return false;
    variables->items = items;
    items[variables->count++] = variable;
    return true;
}

static bool add_below(struct variables *variables, struct units *units,
                      Dwarf_Die *parent, int depth)
{
    Dwarf_Die die;
    if (depth > DEPTH || dwarf_child(parent, &die))
        return true;
    do {
        bool good = true;
        switch (dwarf_tag(&die)) {
        case DW_TAG_variable:
            good = add(variables, units, &die);
            break;
        case DW_TAG_namespace:
        case DW_TAG_module:
        case DW_TAG_subprogram:
        case DW_TAG_lexical_block:
            good = add_below(variables, units, &die, depth + 1);
            break;
        default:
            break;
        }
        if (!good)
            return false;
    } while (!dwarf_siblingof(&die, &die));
    return true;
}

static int by_start(const void *one, const void *other)
{
    const struct variable *a = one, *b = other;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->size > b->size ? -1 : a->size < b->size;
}

/* A variable of a header may stand in many units. */
static void drop_doubles(struct variables *variables)
{
    size_t kept = 0;
    for (size_t i = 0; i < variables->count; i++)
        if (!kept ||
            variables->items[kept - 1].start != variables->items[i].start)
            variables->items[kept++] = variables->items[i];
    variables->count = kept;
}

const struct variable *variables_list(struct variables *variables,
                                      struct units *units, size_t *count)
{
    if (!variables->read) {
        size_t unit_count;
        const struct unit *list = units_list(units, &unit_count);
        variables->read = true;
        for (size_t i = 0; i < unit_count; i++) {
            Dwarf_Die unit = list[i].code;
            if (!add_below(variables, units, &unit, 0))
                break;
        }
        if (variables->count)
            qsort(variables->items, variables->count, sizeof(*variables->items),
                  by_start);
        drop_doubles(variables);
    }
    *count = variables->count;
    return variables->items;
}

const struct variable *variables_find(struct variables *variables,
                                      struct units *units, Dwarf_Addr address)
{
    size_t count;
    const struct variable *list = variables_list(variables, units, &count);
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low || address - list[low - 1].start >= list[low - 1].size)
        return NULL;
    return &list[low - 1];
}
