/* Arrays that grow. Private to symbols/. */
#ifndef MPS_SYMBOLS_ROOM_H
#define MPS_SYMBOLS_ROOM_H

#include <stdlib.h>

/* ARRAY with room for one more than COUNT elements of SIZE bytes: it doubles
 * whenever COUNT is a power of two. NULL when out of memory, ARRAY is still
 * the caller's then. */
static inline void *with_room(void *array, size_t count, size_t size)
{
    if (count & (count - 1))
        return array;
    return realloc(array, (count ? count * 2 : 1) * size);
}

#endif
