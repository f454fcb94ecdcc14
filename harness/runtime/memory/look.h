/* What the files of this folder that note accesses share. */
#ifndef MPS_RUNTIME_MEMORY_LOOK_H
#define MPS_RUNTIME_MEMORY_LOOK_H

#include "access.h"
#include "control/turn.h"
#include "place.h"
#include "sys.h"

enum look {
    LOOK_AWAY,
    LOOK_QUIETLY, /* in the middle of an interposed call: no point there */
    LOOK
};

/* Take the turn, if it was passed on meanwhile; never for what is no task, or
 * one no more. FRAME is that of somebody down the stack. */
static inline enum look look(const void *frame)
{
    if (!local.attached)
        return LOOK_AWAY;
    if (__builtin_expect(local.forking, 0) && SYS0(SYS_getpid) != local.forking)
        return LOOK_AWAY; /* the child, before it is a task of its own */
    uint32_t holder =
        __atomic_load_n(&runtime.segment->schedule.holder, __ATOMIC_RELAXED);
    if (__builtin_expect(holder != local.task + 1, 0)) {
        if (turn_own()->state == TURN_DEAD)
            return LOOK_AWAY;
        turn_ensure();
    }
    /* As in runtime_enter(): an older frame has left the call by longjmp(). */
    return local.inside && frame < local.frame ? LOOK_QUIETLY : LOOK;
}

/* What the calling task has written to runtime.memory it has written alone: if
 * the turn was passed on meanwhile, as it got no processor for long, another
 * one may have done so at the same time, and nothing there is to be believed.
 */
static inline void look_done(void)
{
    if (__builtin_expect(__atomic_load_n(&runtime.segment->schedule.holder,
                                         __ATOMIC_RELAXED) != local.task + 1,
                         0))
        __atomic_store_n(&runtime.segment->control.blind, MEMORY_OFF_TURN,
                         __ATOMIC_RELEASE);
}

/* Whether this iteration is to note accesses, and whether it does. */
extern bool look_wanted;
static inline bool is_looked_at(void)
{
    return runtime.memory && !runtime.memory->off && look_wanted;
}

/* Clocks have moved, a race was found, memory is new: what has been seen of
 * accesses before says nothing about those to come. */
extern uint64_t look_changes;
static inline void look_anew(void)
{
    look_changes++;
}

/* Come to the point before an access of KIND. */
struct point look_begin(const volatile void *address, size_t size,
                        enum clocks_access kind, const void *pc);

/* Whether somebody else shall have a chance to go before an access to SIZE
 * bytes at PLACE: where it may matter. What lies in the middle of an access
 * that is ordered, nobody can see; but what races has to be tried in both
 * orders, and before a race is known, a word that is shared is a candidate.
 * Depends on nothing but what this iteration has seen, so that a replay comes
 * to the same points. */
bool look_wants_point(const struct place *place, uint32_t offset, uint32_t size,
                      uint32_t flags, bool known);

/* The same when nobody keeps what the iteration has seen. */
bool look_wants_point_blindly(const volatile void *address);

/* The point before a plain access. */
void look_pause(const volatile void *address, size_t size, uint32_t flags,
                const void *pc);

/* The calling task accesses [ADDRESS, ADDRESS + SIZE), within PLACE. */
void look_record(const struct place *place, const volatile void *address,
                 size_t size, uint32_t flags, uint32_t context);

/* Whether races on any of these bytes are meant. */
bool look_is_benign(const volatile void *address, size_t size);

#endif
