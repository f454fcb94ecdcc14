#include "origins.h"

#include <unwind.h>

#include "base/rng.h"
#include "modules.h"
#include "state.h"

struct walk {
    uint64_t *frames;
    uint32_t count;
};

static _Unwind_Reason_Code visit(struct _Unwind_Context *context,
                                 void *argument)
{
    struct walk *walk = argument;
    const void *pc = (const void *)_Unwind_GetIP(context);
    if (!pc)
        return _URC_END_OF_STACK;
    /* The runtime's own frames come first. */
    if (!walk->count && modules_is_system(pc))
        return _URC_NO_REASON;
    uint64_t site = modules_site(pc);
    if (!site)
        return _URC_END_OF_STACK;
    walk->frames[walk->count++] = site;
    return walk->count < LOCK_FRAMES ? _URC_NO_REASON : _URC_END_OF_STACK;
}

/* By unwind tables, which do without frame pointers: libgcc finds them through
 * _dl_find_object(), which takes no lock. */
static void walk_stack(uint64_t frames[LOCK_FRAMES], uint64_t site)
{
    struct walk walk = {.frames = frames};
    _Unwind_Backtrace(visit, &walk);
    /* Where the program asked for the lock is known in any case. */
    if (!walk.count || frames[0] != site) {
        frames[0] = site;
        walk.count = 1;
    }
    for (uint32_t i = walk.count; i < LOCK_FRAMES; i++)
        frames[i] = 0;
}

uint32_t origins_find(uint64_t key, uint64_t site)
{
    struct lock_places *places = &runtime.segment->lock_places;
    key = rng_mix(key, site, 0x706c616365);
    if (!key)
        key = 1;
    for (uint32_t i = 0; i < LOCK_PLACES; i++) {
        uint32_t at = (uint32_t)((key + i) % LOCK_PLACES);
        if (places->keys[at] == key)
            return at + 1;
        if (places->keys[at])
            continue;
        if (places->count >= LOCK_PLACES * 3 / 4)
            return 0;
        places->count++;
        walk_stack(places->stacks[at].frames, site);
        places->keys[at] = key;
        return at + 1;
    }
    return 0;
}
