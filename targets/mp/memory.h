/* Memory that a program shares with the workers it starts later.
 *
 * The memory has no name and no owner: it is inherited over fork(), seen by
 * every thread, and gone when the last process that has it ends, also when
 * that process is killed. Memory that an unrelated process must find is
 * array.h. Not for signal handlers. */
#ifndef MP_MEMORY_H
#define MP_MEMORY_H

#include <stddef.h>

/* SIZE bytes (at least 1), all zero and aligned to a page, or NULL when there
 * is no memory left. Release with mp_memory_free(). */
void *mp_memory_new(size_t size);

/* Give back what mp_memory_new(SIZE) returned; NULL is fine. Other processes
 * that inherited the memory keep it. */
void mp_memory_free(void *memory, size_t size);

#endif
