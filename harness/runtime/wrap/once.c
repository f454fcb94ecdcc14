/* Initialising once: what it did is there for everybody who finds it done. Not
 * an op: who comes second waits by a futex, which is one. */
#include "control/turn.h"
#include "memory/edges.h"
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
