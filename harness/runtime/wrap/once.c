/* Initialising once: what it did is there for everybody who finds it done. Not
 * an op: who comes second waits by a futex, which is one. */
#include <string.h>

#include "control/turn.h"
#include "edges/edges.h"
#include "memory/access.h"
#include "wrap.h"

/* CONTROL was found done, or has been done. libc wakes those who wait right
 * after it noted that, by a call that is an op; where calls are not dispatched,
 * nobody else can have come in between. */
static void note_done(const void *control, uint64_t site)
{
    uint32_t object = object_at(control, OBJECT_WORD, site);
    turn_ensure();
    if (!runtime.dispatch)
        edges_release(object, EDGES_FIRST);
    edges_acquire(object, EDGES_FIRST);
}

/* What these two run is the program's, and traced. */

EXPORT int pthread_once(pthread_once_t *control, void (*run)(void))
{
    int result = REAL(pthread_once)(control, run);
    struct entry entry = ENTER();
    if (entry.traced && edges_kept())
        note_done(control, CALLER_SITE());
    leave(entry);
    return result;
}

EXPORT void call_once(once_flag *control, void (*run)(void))
{
    REAL(call_once)(control, run);
    struct entry entry = ENTER();
    if (entry.traced && edges_kept())
        note_done(control, CALLER_SITE());
    leave(entry);
}

/* -- Static variables of C++ ------------------------------------------------*/

/* Of libstdc++ or libc++abi, which a program in C has not: looked for when they
 * are called. GUARD's first byte is what compiled code looks at before it
 * calls. */
static struct {
    int (*acquire)(uint64_t *guard);
    void (*release)(uint64_t *guard);
} guards;

static void guards_resolve(void)
{
    void *acquire = dlsym(RTLD_NEXT, "__cxa_guard_acquire");
    void *release = dlsym(RTLD_NEXT, "__cxa_guard_release");
    if (!acquire || !release)
        MPS_BUG("no __cxa_guard_acquire");
    memcpy(&guards.release, &release, sizeof(release));
    memcpy(&guards.acquire, &acquire, sizeof(acquire));
}

EXPORT int __cxa_guard_acquire(uint64_t *guard);
EXPORT int __cxa_guard_acquire(uint64_t *guard)
{
    if (!guards.acquire)
        guards_resolve();
    int begins = guards.acquire(guard);
    struct entry entry = ENTER();
    if (entry.traced && edges_kept())
        note_done(guard, CALLER_SITE());
    leave(entry);
    return begins;
}

EXPORT void __cxa_guard_release(uint64_t *guard);
EXPORT void __cxa_guard_release(uint64_t *guard)
{
    if (!guards.release)
        guards_resolve();
    access_release(guard);
    struct entry entry = ENTER();
    if (entry.traced && edges_kept()) {
        turn_ensure();
        edges_release(object_at(guard, OBJECT_WORD, CALLER_SITE()),
                      EDGES_FIRST);
    }
    leave(entry);
    guards.release(guard);
}
