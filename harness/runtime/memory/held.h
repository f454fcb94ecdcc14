/* The locks that each task of this process holds, in the order it took them,
 * for reports of accesses. Kept under control alone, by the holder of the turn.
 *
 * What order.h keeps is another list: of semaphores and record locks, too,
 * without locks that others have given back, and of recursion with the outermost
 * taking alone. Here each taking counts, and annotated locks do. */
#ifndef MPS_RUNTIME_MEMORY_HELD_H
#define MPS_RUNTIME_MEMORY_HELD_H

#include <stdint.h>

enum { HELD_MAX = 32 }; /* remembered at one time; more are only counted */

struct held {
    uint32_t object;  /* the lock */
    uint32_t context; /* node of memory.h: where it was taken */
    uint32_t node;    /* of the set up to here; 0: not looked up yet */
};

/* Those of one task. */
struct held_list {
    uint32_t count;
    struct held locks[HELD_MAX];
};

/* The calling task has taken OBJECT in CONTEXT; has given back OBJECT, the
 * newest time it took it. */
void held_push(uint32_t object, uint32_t context);
void held_pop(uint32_t object);

/* How many the calling task holds. */
uint32_t held_count(void);

/* The set as a node of runtime.memory, 0: none are held. */
uint32_t held_node(void);

#endif
