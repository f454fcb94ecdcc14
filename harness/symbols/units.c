#include "units.h"

#include <dwarf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

struct unit_range {
    Dwarf_Addr start, end;
    size_t unit;
};

/* ARRAY with room for one more than COUNT elements of SIZE bytes: it doubles
 * whenever COUNT is a power of two. NULL when out of memory. */
static void *with_room(void *array, size_t count, size_t size)
{
    if (count & (count - 1))
        return array;
    return realloc(array, (count ? count * 2 : 1) * size);
}

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

int units_read(struct units *units, Dwarf *dwarf)
{
    *units = (struct units){0};
    Dwarf_CU *unit = NULL;
    uint8_t type;
    Dwarf_Die die, split;
    while (!dwarf_get_units(dwarf, unit, &unit, NULL, &type, &die, &split)) {
        if (type != DW_UT_compile && type != DW_UT_skeleton)
            continue;
        bool is_split = type == DW_UT_skeleton && dwarf_tag(&split) > 0;
        if (add_unit(units, &die, is_split ? &split : &die)) {
            units_fini(units);
            return -ENOMEM;
        }
    }
    if (units->range_count)
        qsort(units->ranges, units->range_count, sizeof(*units->ranges),
              by_start);
    return 0;
}

void units_fini(struct units *units)
{
    free(units->items);
    free(units->ranges);
    *units = (struct units){0};
}

struct unit *units_find(const struct units *units, Dwarf_Addr address)
{
    size_t low = 0, high = units->range_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (units->ranges[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low || address >= units->ranges[low - 1].end)
        return NULL;
    return &units->items[units->ranges[low - 1].unit];
}
