#include "access.h"

#include "control/turn.h"
#include "modules.h"
#include "objects.h"
#include "stack.h"
#include "state.h"

uint8_t access_mode;
uint8_t access_map[ACCESS_MAP];

void access_become(void)
{
    uint8_t mode = ACCESS_OFF;
    if (control_on())
        mode = runtime.threads ? ACCESS_ALL : ACCESS_SHARED;
    /* Written only when it changes: each write copies a page after fork. */
    if (access_mode != mode)
        access_mode = mode;
    if (mode)
        stack_become();
}

void access_threads(void)
{
    if (access_mode)
        access_mode = ACCESS_ALL;
}

void access_mapped(const void *start, size_t length)
{
    uintptr_t first = (uintptr_t)start >> ACCESS_UNIT_SHIFT;
    uintptr_t last = ((uintptr_t)start + length - 1) >> ACCESS_UNIT_SHIFT;
    for (uintptr_t i = 0; length && i <= last - first && i < ACCESS_MAP; i++)
        access_map[(first + i) % ACCESS_MAP] = 1;
}

/* -- Points -----------------------------------------------------------------*/

static const enum op_kind op_kinds[] = {
    [CLOCKS_LOAD] = OP_KIND_LOAD,
    [CLOCKS_STORE] = OP_KIND_STORE,
    [CLOCKS_UPDATE] = OP_KIND_UPDATE,
};

/* Words come in numbers, and the table of objects is for locks and the like,
 * too: when it fills up, words have no names. */
static uint32_t object_of(const volatile void *address, uint64_t site)
{
    if (runtime.segment->object_count > SEGMENT_OBJECTS / 4 * 3)
        return 0;
    return object_at(address, OBJECT_WORD, site);
}

/* Whether the calling thread is a task, not in the middle of an interposed
 * call, and has the turn, now if not before. */
static bool may_look(void)
{
    if (!local.attached || local.inside || local.forking)
        return false;
    turn_ensure();
    return true;
}

static struct point begin(const volatile void *address, uint32_t size,
                          enum clocks_access kind, const void *pc)
{
    uint64_t site = modules_site(pc);
    return point_begin(op_kinds[kind], object_of(address, site), size, site, 0);
}

void access_note(const volatile void *address, size_t size, uint32_t flags,
                 const void *pc)
{
    (void)address, (void)size, (void)flags, (void)pc;
}

void access_note_range(const volatile void *address, size_t size,
                       uint32_t flags, const void *pc)
{
    (void)address, (void)size, (void)flags, (void)pc;
}

void access_atomic_begin(struct access_atomic *atomic,
                         const volatile void *address, uint32_t size,
                         enum clocks_access kind, const void *pc)
{
    atomic->noted = may_look();
    if (!atomic->noted)
        return;
    atomic->address = address;
    atomic->size = size;
    atomic->pc = pc;
    local.inside = true;
    atomic->point = begin(address, size, kind, pc);
    local.inside = false;
}

void access_atomic_end(struct access_atomic *atomic, enum clocks_access kind,
                       int order, uint64_t found, bool changed)
{
    (void)kind, (void)order, (void)changed;
    if (atomic->noted)
        point_end(atomic->point, (int64_t)found);
}

void access_fence(int order)
{
    (void)order;
}
