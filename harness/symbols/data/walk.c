#include "walk.h"

#include <dwarf.h>
#include <string.h>

#include "base/str.h"
#include "types.h"

/* -- By offset -------------------------------------------------------------*/

struct walk {
    struct units *units;
    uint64_t size; /* of the access */
    struct str *name;
    struct type_spot *spot;
    bool named; /* the next step has a name of its own to stop at */
};

static bool step(struct walk *walk, Dwarf_Die *type, uint64_t offset,
                 bool arrow, int depth);

/* A member's bytes: [START, START + SIZE); SIZE 0: not known. */
struct extent {
    uint64_t start, size;
    bool bits;
};

static bool read_bits(struct walk *walk, Dwarf_Die *member, Dwarf_Die *type,
                      uint64_t bit_size, struct extent *out)
{
    uint64_t first, offset, base = 0, unit;
    if (!type_number(member, DW_AT_data_bit_offset, &first)) {
        /* Before DWARF 4: counted from the storage unit's other end. */
        if (!type_number(member, DW_AT_bit_offset, &offset))
            return false;
        type_number(member, DW_AT_data_member_location, &base);
        if (!type_number(member, DW_AT_byte_size, &unit))
            unit = type_size(walk->units, type);
        if (unit * 8 < offset + bit_size)
            return false;
        first = base * 8 + unit * 8 - offset - bit_size;
    }
    out->start = first / 8;
    out->size = (first + bit_size - 1) / 8 - out->start + 1;
    out->bits = true;
    return true;
}

/* False for what is no part of an object: a static member. */
static bool read_extent(struct walk *walk, Dwarf_Die *member, Dwarf_Die *type,
                        struct extent *out)
{
    *out = (struct extent){.size = type_size(walk->units, type)};
    uint64_t bit_size;
    if (type_number(member, DW_AT_bit_size, &bit_size) && bit_size)
        return read_bits(walk, member, type, bit_size, out);
    Dwarf_Attribute attribute;
    if (dwarf_hasattr(member, DW_AT_external) ||
        dwarf_hasattr(member, DW_AT_declaration))
        return false;
    if (!dwarf_attr(member, DW_AT_data_member_location, &attribute))
        return true;
    return type_number(member, DW_AT_data_member_location, &out->start);
}

static void put_back(struct str *s, size_t length)
{
    if (s->len > length) {
        s->len = length;
        s->data[length] = '\0';
    }
}

enum { FITS = 2 };

/* How well the access fits what was found. */
static int fit(const struct walk *walk)
{
    Dwarf_Die type = walk->spot->type, bare;
    if (walk->spot->inside || walk->spot->size != walk->size)
        return 0;
    bool plain = type_strip(walk->units, &type, &bare) &&
                 !type_is_record(dwarf_tag(&bare)) &&
                 dwarf_tag(&bare) != DW_TAG_array_type;
    return plain ? FITS : FITS - 1;
}

/* Go on into MEMBER, whose name may be missing. */
static bool enter(struct walk *walk, Dwarf_Die *member, Dwarf_Die *type,
                  uint64_t offset, bool arrow, int depth)
{
    const char *name =
        dwarf_tag(member) == DW_TAG_member ? dwarf_diename(member) : NULL;
    size_t before = walk->name->len;
    if (name)
        str_addf(walk->name, "%s%s", arrow ? "->" : ".", name);
    walk->named = name;
    if (step(walk, type, offset, name ? false : arrow, depth + 1))
        return true;
    put_back(walk->name, before);
    return false;
}

/* Bit-fields: whatever shares the accessed bytes is written with them. */
static bool name_bits(struct walk *walk, Dwarf_Die *record, uint64_t offset,
                      bool arrow)
{
    struct str names;
    str_init(&names);
    size_t count = 0;
    Dwarf_Die die, type;
    if (dwarf_child(record, &die))
        return false;
    do {
        struct extent extent;
        const char *name = dwarf_diename(&die);
        if (dwarf_tag(&die) != DW_TAG_member || !name ||
            !type_of(&die, &type) || !read_extent(walk, &die, &type, &extent) ||
            !extent.bits || extent.start >= offset + walk->size ||
            extent.start + extent.size <= offset)
            continue;
        str_addf(&names, "%s%s", count++ ? ", " : "", name);
        walk->spot->type = type;
    } while (!dwarf_siblingof(&die, &die));
    if (count)
        str_addf(walk->name, count > 1 ? "%s{%s}" : "%s%s", arrow ? "->" : ".",
                 names.data);
    walk->spot->size = walk->size;
    walk->spot->inside = 0;
    str_fini(&names);
    return count;
}

/* Of several members that cover the offset, as in a union, the one that the
 * access fits; else the first. */
static bool walk_record(struct walk *walk, Dwarf_Die *record, uint64_t offset,
                        bool arrow, int depth)
{
    size_t before = walk->name->len;
    Dwarf_Die die, type, last = {0}, best = {0};
    uint64_t last_start = 0, best_start = 0;
    int best_fit = -1;
    bool bits = false;
    if (dwarf_child(record, &die))
        return false;
    do {
        int tag = dwarf_tag(&die);
        struct extent extent;
        if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) ||
            !type_of(&die, &type) || !read_extent(walk, &die, &type, &extent))
            continue;
        if (!extent.bits && !extent.size && extent.start <= offset) {
            last = die; /* a flexible array at the end */
            last_start = extent.start;
        }
        if (offset < extent.start || offset - extent.start >= extent.size)
            continue;
        if (extent.bits) {
            bits = true;
            continue;
        }
        if (!enter(walk, &die, &type, offset - extent.start, arrow, depth))
            continue;
        if (fit(walk) == FITS)
            return true;
        if (fit(walk) > best_fit) {
            best = die;
            best_start = extent.start;
            best_fit = fit(walk);
        }
        put_back(walk->name, before);
    } while (!dwarf_siblingof(&die, &die));
    if (best_fit >= 0)
        return type_of(&best, &type) &&
               enter(walk, &best, &type, offset - best_start, arrow, depth);
    if (bits)
        return name_bits(walk, record, offset, arrow);
    return last.addr && type_of(&last, &type) &&
           enter(walk, &last, &type, offset - last_start, arrow, depth);
}

static bool walk_array(struct walk *walk, Dwarf_Die *array, uint64_t offset,
                       int depth)
{
    Dwarf_Die element;
    uint64_t counts[TYPE_DIMENSIONS];
    size_t dimensions = type_dimensions(array, counts);
    if (!type_of(array, &element) || !dimensions)
        return false;
    uint64_t stride = type_size(walk->units, &element);
    for (size_t i = 1; i < dimensions; i++)
        stride *= counts[i];
    if (!stride)
        return false;
    size_t before = walk->name->len;
    for (size_t i = 0; i < dimensions; i++) {
        uint64_t index = offset / stride;
        if (counts[i] && index >= counts[i]) {
            put_back(walk->name, before);
            return false;
        }
        str_addf(walk->name, "[%llu]", (unsigned long long)index);
        offset %= stride;
        if (i + 1 < dimensions)
            stride /= counts[i + 1];
    }
    walk->named = true;
    if (step(walk, &element, offset, false, depth + 1))
        return true;
    put_back(walk->name, before);
    return false;
}

static bool step(struct walk *walk, Dwarf_Die *type, uint64_t offset,
                 bool arrow, int depth)
{
    Dwarf_Die bare;
    if (depth > TYPE_DEPTH || !type_strip(walk->units, type, &bare))
        return false;
    uint64_t size = type_size(walk->units, &bare);
    *walk->spot = (struct type_spot){*type, size, offset};
    int tag = dwarf_tag(&bare);
    /* All of a union is more likely one of its members. */
    bool whole = walk->named && !offset && size && walk->size >= size &&
                 tag != DW_TAG_union_type;
    if (type_is_record(tag) && !whole)
        return walk_record(walk, &bare, offset, arrow, depth);
    /* A struct around just one thing is that thing. */
    if (type_is_record(tag) && walk->size == size) {
        const struct type_spot all = *walk->spot;
        size_t before = walk->name->len;
        if (walk_record(walk, &bare, offset, arrow, depth) && fit(walk) == FITS)
            return true;
        put_back(walk->name, before);
        *walk->spot = all;
    }
    if (tag == DW_TAG_array_type && !whole &&
        !dwarf_hasattr(&bare, DW_AT_GNU_vector))
        return walk_array(walk, &bare, offset, depth);
    return offset < size;
}

bool type_walk(struct units *units, Dwarf_Die *type, uint64_t offset,
               uint64_t size, bool arrow, struct str *name,
               struct type_spot *spot)
{
    struct walk walk = {units, size, name, spot, false};
    return step(&walk, type, offset, arrow, 0);
}

/* -- By name ----------------------------------------------------------------*/

static bool find_member(struct walk *walk, Dwarf_Die *record, const char *name,
                        Dwarf_Die *type, uint64_t *offset, int depth)
{
    Dwarf_Die die, bare;
    if (depth > TYPE_DEPTH || dwarf_child(record, &die))
        return false;
    do {
        int tag = dwarf_tag(&die);
        struct extent extent;
        const char *its = tag == DW_TAG_member ? dwarf_diename(&die) : NULL;
        if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) ||
            (its && strcmp(its, name)) || !type_of(&die, type) ||
            !read_extent(walk, &die, type, &extent))
            continue;
        if (its) {
            *offset = extent.start;
            return true;
        }
        if (type_strip(walk->units, type, &bare) &&
            find_member(walk, &bare, name, type, offset, depth + 1)) {
            *offset += extent.start;
            return true;
        }
    } while (!dwarf_siblingof(&die, &die));
    return false;
}

bool type_member(struct units *units, Dwarf_Die *record, const char *name,
                 Dwarf_Die *type, uint64_t *offset)
{
    struct walk walk = {.units = units};
    return type_is_record(dwarf_tag(record)) &&
           find_member(&walk, record, name, type, offset, 0);
}
