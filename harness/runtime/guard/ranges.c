#include "ranges.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "sys.h"

enum { RANGES = 256 };
static struct range ranges[RANGES];
static uint32_t range_count;

static size_t whole_pages(size_t length)
{
    return (length + GUARD_PAGE - 1) & ~(size_t)(GUARD_PAGE - 1);
}

static bool put(struct range range)
{
    if (range.start >= range.end)
        return true;
    if (range_count == RANGES)
        return false;
    ranges[range_count++] = range;
    return true;
}

/* Take [START, END) out of range I, which reaches into it; its rest stays. */
static bool cut(uint32_t i, uintptr_t start, uintptr_t end)
{
    struct range before = ranges[i], after = ranges[i];
    ranges[i] = ranges[--range_count];
    if (before.end > start)
        before.end = start;
    if (after.start < end)
        after.start = end;
    return put(before) && put(after);
}

static bool reaches_into(const struct range *range, uintptr_t start,
                         uintptr_t end)
{
    return range->start < end && range->end > start;
}

bool ranges_remove(uintptr_t start, size_t length)
{
    uintptr_t end = start + whole_pages(length);
    for (uint32_t i = 0; i < range_count;) {
        if (!reaches_into(&ranges[i], start, end))
            i++;
        else if (!cut(i, start, end))
            return false;
        else
            i = 0; /* what is left of it may stand anywhere now */
    }
    return true;
}

bool ranges_add(uintptr_t start, size_t length, int protection, bool attached)
{
    return ranges_remove(start, length) &&
           put((struct range){start, start + whole_pages(length),
                              attached ? start : 0, protection});
}

bool ranges_detach(uintptr_t start)
{
    for (uint32_t i = 0; i < range_count;) {
        if (ranges[i].attached == start)
            ranges[i] = ranges[--range_count];
        else
            i++;
    }
    return true;
}

bool ranges_protect(uintptr_t start, size_t length, int protection)
{
    uintptr_t end = start + whole_pages(length);
    for (uint32_t i = 0; i < range_count;) {
        struct range range = ranges[i];
        if (!reaches_into(&range, start, end) ||
            range.protection == protection) {
            i++;
            continue;
        }
        if (!cut(i, start, end))
            return false;
        range.protection = protection;
        if (range.start < start)
            range.start = start;
        if (range.end > end)
            range.end = end;
        if (!put(range))
            return false;
        i = 0;
    }
    return true;
}

bool ranges_move(uintptr_t from, size_t from_length, uintptr_t to,
                 size_t length)
{
    const struct range *range = ranges_find(from);
    if (!range)
        return ranges_remove(to, length); /* may lie over something */
    int protection = range->protection;
    /* Of length 0, a shared mapping stays where it is, and is seen at a second
     * place, too. */
    return (!from_length || ranges_remove(from, from_length)) &&
           ranges_add(to, length, protection, false);
}

const struct range *ranges_find(uintptr_t address)
{
    for (uint32_t i = 0; i < range_count; i++)
        if (address >= ranges[i].start && address < ranges[i].end)
            return &ranges[i];
    return NULL;
}

bool ranges_set(bool open)
{
    bool done = true;
    for (uint32_t i = 0; i < range_count; i++) {
        const struct range *range = &ranges[i];
        if (range->protection != PROT_NONE)
            done &= !SYS3(SYS_mprotect, range->start, range->end - range->start,
                          open ? range->protection : PROT_NONE);
    }
    return done;
}

bool ranges_set_page(uintptr_t address, bool open)
{
    const struct range *range = ranges_find(address);
    uintptr_t page = address & ~(uintptr_t)(GUARD_PAGE - 1);
    return range && !SYS3(SYS_mprotect, page, GUARD_PAGE,
                          open ? range->protection : PROT_NONE);
}
