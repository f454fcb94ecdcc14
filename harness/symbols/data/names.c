#include "names.h"

#include <dwarf.h>
#include <string.h>

#include "base/str.h"
#include "symbols/units.h"
#include "types.h"
#include "walk.h"

enum {
    NESTING = 3,      /* of structs in a variable, searched for pointers */
    OF_A_VARIABLE = 8 /* pointers in one */
};

void names_init(struct names *names, struct units *units, uint64_t bias)
{
    *names = (struct names){.units = units, .bias = bias};
}

void names_fini(struct names *names)
{
    variables_fini(&names->variables);
}

/* -- Pointers to look at ----------------------------------------------------*/

struct collection {
    struct names *names;
    uint64_t *offsets;
    size_t count, max, stop;
    bool records; /* pointers to structs, unions and arrays; else to scalars */
};

/* What POINTER points to; false for void and characters, which say nothing,
 * and for functions. Does not search for the definition of a struct, which
 * takes long when there are thousands of pointers. */
static bool read_target(struct names *names, Dwarf_Die *pointer,
                        Dwarf_Die *declared, Dwarf_Die *bare)
{
    if (dwarf_tag(pointer) != DW_TAG_pointer_type ||
        !type_of(pointer, declared) || dwarf_peel_type(declared, bare))
        return false;
    switch (dwarf_tag(bare)) {
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_array_type:
        return true;
    case DW_TAG_base_type:
        return type_size(names->units, bare) > 1;
    case DW_TAG_enumeration_type:
    case DW_TAG_pointer_type:
        return true;
    default:
        return false;
    }
}

static bool is_scalar(Dwarf_Die *bare)
{
    int tag = dwarf_tag(bare);
    return tag == DW_TAG_base_type || tag == DW_TAG_enumeration_type ||
           tag == DW_TAG_pointer_type;
}

static void collect(struct collection *to, Dwarf_Die *type, uint64_t at,
                    int depth);

static void collect_members(struct collection *to, Dwarf_Die *record,
                            uint64_t at, int depth)
{
    Dwarf_Die die, type;
    if (dwarf_child(record, &die))
        return;
    do {
        Dwarf_Attribute attribute;
        Dwarf_Word offset = 0;
        if (dwarf_tag(&die) != DW_TAG_member || !type_of(&die, &type) ||
            dwarf_hasattr(&die, DW_AT_external) ||
            dwarf_hasattr(&die, DW_AT_bit_size))
            continue;
        if (dwarf_attr(&die, DW_AT_data_member_location, &attribute) &&
            dwarf_formudata(&attribute, &offset))
            continue;
        collect(to, &type, at + offset, depth + 1);
    } while (!dwarf_siblingof(&die, &die));
}

static void collect(struct collection *to, Dwarf_Die *type, uint64_t at,
                    int depth)
{
    struct units *units = to->names->units;
    Dwarf_Die bare, target, bare_target, element;
    if (depth > NESTING || to->count >= to->stop ||
        !type_strip(units, type, &bare))
        return;
    switch (dwarf_tag(&bare)) {
    case DW_TAG_pointer_type:
        if (read_target(to->names, &bare, &target, &bare_target) &&
            is_scalar(&bare_target) != to->records)
            to->offsets[to->count++] = at;
        return;
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
        collect_members(to, &bare, at, depth);
        return;
    case DW_TAG_array_type:
        if (type_of(&bare, &element)) {
            uint64_t stride = type_size(units, &element);
            uint64_t size = type_size(units, &bare);
            for (uint64_t i = 0; stride && i < size && to->count < to->stop;
                 i += stride)
                collect(to, &element, at + i, depth + 1);
        }
        return;
    default:
        return;
    }
}

size_t names_pointers(struct names *names, uint64_t *offsets, size_t max)
{
    size_t count;
    const struct variable *list =
        variables_list(&names->variables, names->units, &count);
    struct collection to = {.names = names, .offsets = offsets, .max = max};
    /* Pointers to structs first: there may be more of all kinds than fit. */
    for (int round = 0; round < 2; round++) {
        to.records = round == 0;
        for (size_t i = 0; i < count && to.count < max; i++) {
            Dwarf_Die die = list[i].die, type;
            to.stop =
                to.count + OF_A_VARIABLE < max ? to.count + OF_A_VARIABLE : max;
            if (type_of(&die, &type))
                collect(&to, &type, list[i].start - names->bias, 0);
        }
    }
    return to.count;
}

/* -- Names ------------------------------------------------------------------*/

static void put_back(struct str *s, size_t length)
{
    if (s->len > length) {
        s->len = length;
        s->data[length] = '\0';
    }
}

/* Append the way to OFFSET in TYPE, and the type of what is there. */
static enum symbols_fit walk(struct names *names, Dwarf_Die *type,
                             uint64_t offset, uint64_t size, bool arrow,
                             struct str *name, struct str *type_name)
{
    struct type_spot spot;
    if (!type_walk(names->units, type, offset, size, arrow, name, &spot))
        return SYMBOLS_NO_FIT;
    if (spot.inside)
        str_addf(name, "+%llu", (unsigned long long)spot.inside);
    type_text(type_name, &spot.type);
    return !spot.inside && spot.size == size ? SYMBOLS_EXACT : SYMBOLS_INSIDE;
}

enum symbols_fit names_global(struct names *names, uint64_t address,
                              uint64_t size, struct str *name, struct str *type)
{
    const struct variable *variable =
        variables_find(&names->variables, names->units, address + names->bias);
    if (!variable)
        return SYMBOLS_NO_FIT;
    Dwarf_Die die = variable->die, declared;
    size_t before = name->len;
    str_add(name, variable->name);
    enum symbols_fit fit = SYMBOLS_NO_FIT;
    if (!type_of(&die, &declared))
        fit = SYMBOLS_NO_FIT;
    else if (address + names->bias == variable->start && size > variable->size)
        fit = SYMBOLS_INSIDE; /* more than all of it */
    else
        fit = walk(names, &declared, address + names->bias - variable->start,
                   size, false, name, type);
    if (fit == SYMBOLS_NO_FIT)
        put_back(name, before);
    return fit;
}

enum symbols_fit names_typed(struct names *names, const char *of,
                             uint64_t offset, uint64_t size, struct str *name,
                             struct str *type)
{
    Dwarf_Die found;
    if (!type_find(names->units, of, &found))
        return SYMBOLS_NO_FIT;
    /* The named piece may be an array of them. */
    uint64_t whole = type_size(names->units, &found);
    size_t before = name->len;
    if (whole && offset >= whole) {
        str_addf(name, "[%llu]", (unsigned long long)(offset / whole));
        offset %= whole;
    }
    enum symbols_fit fit = walk(names, &found, offset, size, false, name, type);
    if (fit == SYMBOLS_NO_FIT)
        put_back(name, before);
    return fit;
}

/* NAME is a pointer to TARGET: make it what is BEHIND bytes from there.
 * Elements beyond the first are believed only when the access fits one exactly:
 * a pointer to a header is no array of headers. */
static enum symbols_fit follow(struct names *names, Dwarf_Die *target,
                               uint64_t behind, uint64_t size, struct str *name,
                               struct str *type)
{
    Dwarf_Die bare;
    if (!type_strip(names->units, target, &bare))
        return SYMBOLS_NO_FIT;
    bool scalar = is_scalar(&bare);
    bool array = dwarf_tag(&bare) == DW_TAG_array_type;
    uint64_t whole = type_size(names->units, &bare);
    uint64_t index = whole ? behind / whole : 0;
    struct str text;
    str_init(&text);
    str_addf(&text, array ? "(*%s)" : scalar ? "*%s" : "%s", name->data);
    /* Also beyond its size: a struct may end in an array without one. */
    enum symbols_fit fit =
        walk(names, target, behind, size, !scalar && !array, &text, type);
    if (fit == SYMBOLS_NO_FIT && index) {
        str_clear(&text);
        str_addf(&text, "%s[%llu]", name->data, (unsigned long long)index);
        if (walk(names, target, behind % whole, size, false, &text, type) ==
            SYMBOLS_EXACT)
            fit = SYMBOLS_ELEMENT;
        else
            str_clear(type);
    }
    if (fit != SYMBOLS_NO_FIT) {
        str_clear(name);
        str_add(name, text.data);
    }
    str_fini(&text);
    return fit;
}

enum symbols_fit names_pointee(struct names *names, uint64_t pointer,
                               uint64_t behind, uint64_t size, struct str *name,
                               struct str *type)
{
    const struct variable *global =
        variables_find(&names->variables, names->units, pointer + names->bias);
    if (!global)
        return SYMBOLS_NO_FIT;
    Dwarf_Die die = global->die, declared, bare, target, bare_target;
    uint64_t offset = pointer + names->bias - global->start;
    struct type_spot spot;
    struct str text;
    str_init(&text);
    str_add(&text, global->name);
    enum symbols_fit fit = SYMBOLS_NO_FIT;
    if (type_of(&die, &declared) &&
        type_walk(names->units, &declared, offset, sizeof(uint64_t), false,
                  &text, &spot) &&
        !spot.inside && type_strip(names->units, &spot.type, &bare) &&
        read_target(names, &bare, &target, &bare_target))
        fit = follow(names, &target, behind, size, &text, type);
    if (fit != SYMBOLS_NO_FIT)
        str_add(name, text.data);
    str_fini(&text);
    return fit;
}
