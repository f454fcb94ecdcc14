/* Through which clocks order comes and goes: sets of them as an op's row has
 * them, and what numbers they have for the object that the op is about.
 *
 * For the holder of the turn, in an iteration that keeps clocks. */
#ifndef MPS_RUNTIME_EDGES_THROUGH_H
#define MPS_RUNTIME_EDGES_THROUGH_H

#include <stdbool.h>
#include <stdint.h>

#include "detect/clocks.h"
#include "edges.h"

/* Bits of a set. */
enum through {
    FIRST = EDGES_FIRST,   /* the object's own */
    SECOND = EDGES_SECOND, /* its other one */
    INTO = 4,              /* where what is written to the object goes */
    OUT_OF = 8,            /* where what is read from it comes from */
    TAKEN = 16,            /* that it was read, for whom waits for room */
    ROOM = 32,             /* which is this on the other side */
    CLOSING = 64,          /* that an end of it is closed */
    HOLD = 128,            /* FIRST of who has it for writing, else SECOND */
    DEAD = 256,
    NAMES = 512,
    SOCKETS = 1024,
    SIGNAL = 2048,  /* where a signal to the object, a task, goes */
    SIGNALS = 4096, /* where those to the calling task come from */
    FRESH = 8192    /* nothing: the object is new */
};

/* The calling task lets out what it knows through the set THROUGH of OBJECT,
 * or takes in what is there. */
void through_release(unsigned through, uint32_t object, enum clocks_kind kind);
void through_acquire(unsigned through, uint32_t object, enum clocks_kind kind);

/* Number 0 stands for the objects that found no room: it has clocks, too. */
static inline const struct segment_object *through_object(uint32_t object)
{
    return &runtime.segment->objects[object <= SEGMENT_OBJECTS ? object : 0];
}

/* The number of OBJECT's own clock; most ops need no more. */
static inline uint32_t through_first(uint32_t object)
{
    return memory_sync_of(object <= SEGMENT_OBJECTS ? object : 0, 0);
}

/* Whether OBJECT has two ends. */
static inline bool through_is_stream(const struct segment_object *object)
{
    return object->kind == OBJECT_PIPE || object->kind == OBJECT_SOCKET;
}

#endif
