#include "windows.h"

#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>

#include "guard.h"
#include "ranges.h"
#include "state.h"
#include "sys.h"

/* What is open now: what one instruction may touch, or all. */
static struct guard_pause now;

/* -- Open and closed --------------------------------------------------------*/

static void cannot(void)
{
    guard_stop(MEMORY_OFF_PROTECTION);
}

bool guard_open(void)
{
    if (now.open)
        return false;
    now.open = true;
    now.pages = 0;
    if (!ranges_set(true))
        cannot();
    return true;
}

void guard_close(void)
{
    if (!runtime.guard || !now.open)
        return;
    now.open = false;
    if (!ranges_set(false))
        cannot();
}

bool windows_have(uintptr_t page)
{
    if (now.open)
        return true;
    for (uint32_t i = 0; i < now.pages; i++)
        if (now.page[i] == page)
            return true;
    return false;
}

void windows_open(uintptr_t address, size_t size)
{
    uintptr_t page = address & ~(uintptr_t)(GUARD_PAGE - 1);
    for (; page < address + size && !now.open; page += GUARD_PAGE) {
        if (!ranges_find(page) || windows_have(page))
            continue;
        if (now.pages == GUARD_PAGES) {
            guard_open();
            return;
        }
        now.page[now.pages++] = page;
        if (!ranges_set_page(page, true))
            cannot();
    }
}

void windows_close(void)
{
    bool all = now.open;
    for (uint32_t i = 0; i < now.pages && !all; i++)
        ranges_set_page(now.page[i], false);
    now.pages = 0;
    if (all)
        guard_close();
}

void guard_pause(struct guard_pause *pause)
{
    *pause = now;
    windows_close();
}

void guard_resume(const struct guard_pause *pause)
{
    if (!runtime.guard)
        return;
    if (pause->open)
        guard_open();
    for (uint32_t i = 0; i < pause->pages; i++)
        windows_open(pause->page[i], 1);
}

/* Of the one thread; glibc registers one for each, at the same place in the
 * child of a fork. */
static const struct robust_list_head *robust;

static void find_robust_list(void)
{
    size_t size;
    if (SYS3(SYS_get_robust_list, 0, &robust, &size))
        robust = NULL;
}

void windows_begin(void)
{
    find_robust_list();
    now = (struct guard_pause){0};
}

void windows_end(void)
{
    now = (struct guard_pause){.open = true};
    ranges_set(true);
}

void guard_widen(struct guard_pause *before)
{
    *before = now;
    before->widened = robust && (robust->list.next != &robust->list ||
                                 robust->list_op_pending);
    if (before->widened)
        guard_open();
}

void guard_narrow(const struct guard_pause *before)
{
    if (!before->widened || before->open)
        return;
    guard_close();
    guard_resume(before);
}
