/* What is ordered beside ops: by the locks that some contain, by barriers, and
 * by what calls do more than their op says. */
#include "detect/death.h"
#include "edges.h"
#include "memory/order.h"
#include "through.h"

/* -- Locks and barriers ----------------------------------------------------*/

void edges_unlock(uint32_t object)
{
    if (edges_kept())
        edges_before(OP_KIND_MUTEX_UNLOCK, object, 0);
}

void edges_lock(uint32_t object, int64_t result)
{
    if (edges_kept())
        edges_after(OP_KIND_MUTEX_LOCK, object, result);
}

/* Who is quick comes to the next round before the slow ones have left this one:
 * what it lets out then is not for them. */
uint32_t edges_arrive(uint32_t object)
{
    if (!edges_kept())
        return 0;
    uint32_t sync = memory_sync_of(
        object, (through_object(object)->edge & EDGE_ROUND) != 0);
    clocks_release(runtime.memory, local.task, sync, CLOCKS_JOIN, CLOCKS_HARD);
    return sync;
}

void edges_turn_over(uint32_t object)
{
    if (edges_kept() && object)
        runtime.segment->objects[object].edge ^= EDGE_ROUND;
}

void edges_leave(uint32_t sync)
{
    if (edges_kept())
        clocks_acquire(runtime.memory, local.task, sync, CLOCKS_HARD);
}

/* -- Beside ops ------------------------------------------------------------*/

void edges_output(uint32_t object)
{
    if (edges_kept())
        through_release(INTO, object, CLOCKS_HARD);
}

void edges_input(uint32_t object, bool ended)
{
    if (edges_kept())
        through_acquire(OUT_OF | (ended ? ROOM | DEAD : 0), object,
                        CLOCKS_HARD);
}

void edges_ready(uint32_t object, bool ended)
{
    if (edges_kept())
        through_acquire(OUT_OF | ROOM | (ended ? DEAD : 0), object,
                        CLOCKS_HARD);
}

void edges_closing(uint32_t object)
{
    if (edges_kept())
        through_release(CLOSING, object, CLOCKS_HARD);
}

/* Locks of files are changed in place: to take one may be to give another one
 * back. Which task holds which part of a file, and in which way, is not kept,
 * so that readers are ordered among themselves, too. */
void edges_lock_file(uint32_t object, enum edges_lock_kind kind)
{
    if (!edges_kept())
        return;
    uint32_t edge = through_object(object)->edge;
    bool gives = kind == EDGES_UNLOCK ||
                 (kind == EDGES_LOCK_SHARED && edge & EDGE_EXCLUSIVE) ||
                 (kind == EDGES_LOCK_EXCLUSIVE && edge & EDGE_SHARED);
    if (gives)
        through_release(FIRST, object,
                        order_is_nested(object) ? CLOCKS_LOCK : CLOCKS_HARD);
    if (kind == EDGES_UNLOCK || !object || object > SEGMENT_OBJECTS)
        return;
    death_watch(runtime.segment, runtime.memory, object);
    runtime.segment->objects[object].edge |=
        kind == EDGES_LOCK_SHARED ? EDGE_SHARED : EDGE_EXCLUSIVE;
}

void edges_locked_file(uint32_t object)
{
    if (edges_kept())
        through_acquire(FIRST, object, CLOCKS_HARD);
}

void edges_release(uint32_t object, enum edges_which which)
{
    if (edges_kept())
        through_release(which, object, CLOCKS_HARD);
}

void edges_acquire(uint32_t object, enum edges_which which)
{
    if (edges_kept())
        through_acquire(which, object, CLOCKS_HARD);
}

void edges_name_seen(void)
{
    if (edges_kept())
        through_acquire(NAMES, 0, CLOCKS_HARD);
}

void edges_name_changed(void)
{
    if (edges_kept())
        through_release(NAMES, 0, CLOCKS_HARD);
}
