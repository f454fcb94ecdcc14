#include "units.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>

#include "room.h"

struct unit_range {
    Dwarf_Addr start, end;
    size_t unit;
};

void units_init(struct units *units, Dwarf *dwarf)
{
    *units = (struct units){.dwarf = dwarf};
}

static void forget(struct units *units)
{
    free(units->items);
    free(units->ranges);
    units->items = NULL;
    units->ranges = NULL;
    units->count = units->range_count = 0;
}

void units_fini(struct units *units)
{
    forget(units);
}

/* -- The index that a compiler may have written --------------------------- */

static bool find_in_aranges(const struct units *units, Dwarf_Addr address,
                            struct unit *out)
{
    Dwarf_Aranges *aranges;
    Dwarf_Off offset;
    if (dwarf_getaranges(units->dwarf, &aranges, NULL))
        return false;
    Dwarf_Arange *range = dwarf_getarange_addr(aranges, address);
    if (!range || dwarf_getarangeinfo(range, NULL, NULL, &offset) ||
        !dwarf_offdie(units->dwarf, offset, &out->lines))
        return false;
    uint8_t type;
    Dwarf_Die split;
    out->code = out->lines;
    if (!dwarf_cu_info(out->lines.cu, NULL, &type, NULL, &split, NULL, NULL,
                       NULL) &&
        type == DW_UT_skeleton && dwarf_tag(&split) > 0)
        out->code = split;
    return true;
}

/* -- The ranges of the units themselves ------------------------------------ */

static int add_range(struct units *units, Dwarf_Addr start, Dwarf_Addr end)
{
    struct unit_range *ranges =
        with_room(units->ranges, units->range_count, sizeof(*ranges));
    if (!ranges)
        return -ENOMEM;
    units->ranges = ranges;
    ranges[units->range_count++] =
        (struct unit_range){start, end, units->count - 1};
    return 0;
}

static int add_unit(struct units *units, Dwarf_Die *lines, Dwarf_Die *code)
{
    struct unit *items = with_room(units->items, units->count, sizeof(*items));
    if (!items)
        return -ENOMEM;
    units->items = items;
    items[units->count++] = (struct unit){*lines, *code};
    Dwarf_Addr base, start, end;
    ptrdiff_t offset = 0;
    while ((offset = dwarf_ranges(lines, offset, &base, &start, &end)) > 0) {
        /* Sections that the linker dropped leave ranges at 0. */
        if (start && start < end && add_range(units, start, end))
            return -ENOMEM;
    }
    return 0;
}

static int by_start(const void *one, const void *other)
{
    const struct unit_range *a = one, *b = other;
    return a->start < b->start ? -1 : a->start > b->start;
}

static void read_all(struct units *units)
{
    Dwarf_CU *unit = NULL;
    uint8_t type;
    Dwarf_Die die, split;
    while (!dwarf_get_units(units->dwarf, unit, &unit, NULL, &type, &die,
                            &split)) {
        if (type != DW_UT_compile && type != DW_UT_skeleton)
            continue;
        bool is_split = type == DW_UT_skeleton && dwarf_tag(&split) > 0;
        if (add_unit(units, &die, is_split ? &split : &die)) {
            forget(units);
            return;
        }
    }
    units->read = true;
    if (units->range_count)
        qsort(units->ranges, units->range_count, sizeof(*units->ranges),
              by_start);
}

bool units_find(struct units *units, Dwarf_Addr address, struct unit *out)
{
    if (!units->dwarf)
        return false;
    /* Where the index is there, this is a thousand times faster than reading
     * all units of a large library. clang does not write it. */
    if (find_in_aranges(units, address, out))
        return true;
    if (!units->read)
        read_all(units);
    size_t low = 0, high = units->range_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (units->ranges[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low || address >= units->ranges[low - 1].end)
        return false;
    *out = units->items[units->ranges[low - 1].unit];
    return true;
}

const struct unit *units_list(struct units *units, size_t *count)
{
    if (units->dwarf && !units->read)
        read_all(units);
    *count = units->count;
    return units->items;
}
