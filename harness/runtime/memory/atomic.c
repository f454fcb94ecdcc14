/* Atomic accesses and what else moves the clocks of words. */
#include "context.h"
#include "detect/race.h"
#include "look.h"
#include "spin.h"

void access_atomic_begin(struct access_atomic *atomic,
                         const volatile void *address, uint32_t size,
                         enum clocks_access kind, const void *pc)
{
    enum look how = look(__builtin_frame_address(0));
    atomic->noted = how != LOOK_AWAY;
    if (!atomic->noted)
        return;
    atomic->address = address;
    atomic->size = size;
    atomic->pc = pc;
    atomic->point.position = 0;
    if (how == LOOK)
        atomic->point = look_begin(address, size, kind, pc);
}

static void move_clocks(const struct access_atomic *atomic,
                        enum clocks_access kind, int order)
{
    struct memory *memory = runtime.memory;
    const struct place *place = place_of(atomic->address);
    if (!place || (uintptr_t)atomic->address + atomic->size > place->end)
        return;
    uint32_t offset = place_offset(place, atomic->address);
    uint32_t flags = MEMORY_ATOMIC | (kind == CLOCKS_LOAD ? 0 : MEMORY_WRITE);
    if (!race_is_known(memory, place->chunk, offset, atomic->size, local.task,
                       flags) &&
        !look_is_benign(atomic->address, atomic->size))
        look_record(place, atomic->address, atomic->size, flags,
                    context_of(atomic->pc));
    clocks_atomic(memory, local.task, place->chunk, offset, atomic->size, kind,
                  order);
    look_done();
    look_anew();
}

void access_atomic_end(struct access_atomic *atomic, enum clocks_access kind,
                       int order, uint64_t found, bool changed)
{
    if (!atomic->noted)
        return;
    if (is_looked_at())
        move_clocks(atomic, kind, order);
    if (!atomic->point.position)
        return;
    if (spin_looked(atomic->address, found, changed))
        point_end_idle(atomic->point, (int64_t)found);
    else
        point_end(atomic->point, (int64_t)found);
}

void access_fence(int order)
{
    if (look(__builtin_frame_address(0)) == LOOK_AWAY || !is_looked_at())
        return;
    clocks_fence(runtime.memory, local.task, order);
    look_done();
    look_anew();
}

/* -- Said by the program
 * ------------------------------------------------------*/

/* Whether what is said of ADDRESS matters. The turn is the caller's then. */
static bool is_heard(const volatile void *address)
{
    return access_is_watched(address) &&
           look(__builtin_frame_address(0)) != LOOK_AWAY && is_looked_at();
}

/* An edge that the program says is there: through the word's own clock. */
static void say(const volatile void *address, enum clocks_access kind,
                int order)
{
    const struct place *place = is_heard(address) ? place_of(address) : NULL;
    if (!place)
        return;
    clocks_atomic(runtime.memory, local.task, place->chunk,
                  place_offset(place, address), 1, kind, order);
    look_done();
    look_anew();
}

void access_release(const volatile void *address)
{
    say(address, CLOCKS_UPDATE, __ATOMIC_RELEASE);
}

void access_acquire(const volatile void *address)
{
    say(address, CLOCKS_LOAD, __ATOMIC_ACQUIRE);
}

void access_forget_sync(const volatile void *address)
{
    const struct place *place = is_heard(address) ? place_of(address) : NULL;
    if (place)
        clocks_forget_words(runtime.memory, place->chunk,
                            place_offset(place, address), 1);
}

void access_new(const volatile void *address, size_t size)
{
    if (access_mode && look(__builtin_frame_address(0)) != LOOK_AWAY)
        access_forget_at(address, size);
}
