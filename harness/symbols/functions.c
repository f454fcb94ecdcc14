#include "functions.h"

#include <dwarf.h>
#include <stdlib.h>

#include "room.h"

struct function_range {
    Dwarf_Addr start, end;
    Dwarf_Die die;
};

struct function_index {
    struct function_index *next;
    void *unit; /* libdw's address of the unit's data: unique */
    struct function_range *ranges; /* sorted by start */
    size_t count;
};

static void free_index(struct function_index *index)
{
    free(index->ranges);
    free(index);
}

void functions_fini(struct functions *functions)
{
    while (functions->indexes) {
        struct function_index *index = functions->indexes;
        functions->indexes = index->next;
        free_index(index);
    }
}

/* A function may be in pieces: the unlikely ones lie elsewhere. */
static bool add_function(struct function_index *index, Dwarf_Die *die)
{
    Dwarf_Addr base, start, end;
    ptrdiff_t offset = 0;
    while ((offset = dwarf_ranges(die, offset, &base, &start, &end)) > 0) {
        /* What the linker dropped begins at 0. */
        if (!start || start >= end)
            continue;
        struct function_range *ranges =
            with_room(index->ranges, index->count, sizeof(*ranges));
        if (!ranges)
            return false;
        index->ranges = ranges;
        ranges[index->count++] = (struct function_range){start, end, *die};
    }
    return true;
}

static bool add_functions(struct function_index *index, Dwarf_Die *parent)
{
    Dwarf_Die die;
    if (dwarf_child(parent, &die) != 0)
        return true;
    do {
        int tag = dwarf_tag(&die);
        bool good = true;
        if (tag == DW_TAG_subprogram)
            good = add_function(index, &die);
        else if (tag == DW_TAG_namespace || tag == DW_TAG_module)
            good = add_functions(index, &die);
        if (!good)
            return false;
    } while (dwarf_siblingof(&die, &die) == 0);
    return true;
}

static int by_start(const void *one, const void *other)
{
    const struct function_range *a = one, *b = other;
    return a->start < b->start ? -1 : a->start > b->start;
}

/* The index of UNIT, made at the first call; NULL when out of memory. */
static struct function_index *get_index(struct functions *functions,
                                        Dwarf_Die *unit)
{
    struct function_index *index = functions->indexes;
    while (index && index->unit != unit->addr)
        index = index->next;
    if (index)
        return index;
    index = calloc(1, sizeof(*index));
    if (!index)
        return NULL;
    index->unit = unit->addr;
    if (!add_functions(index, unit)) {
        free_index(index);
        return NULL;
    }
    if (index->count)
        qsort(index->ranges, index->count, sizeof(*index->ranges), by_start);
    index->next = functions->indexes;
    functions->indexes = index;
    return index;
}

bool functions_find(struct functions *functions, Dwarf_Die *unit,
                    Dwarf_Addr address, Dwarf_Die *out)
{
    const struct function_index *index = get_index(functions, unit);
    if (!index)
        return false;
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->ranges[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low || address >= index->ranges[low - 1].end)
        return false;
    *out = index->ranges[low - 1].die;
    return true;
}
