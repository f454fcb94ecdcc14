/* Memory that is released all at once: a scenario and everything it points to.
 *
 * One owner; not for use by two threads at a time. */
#ifndef MPS_SCENARIO_ARENA_H
#define MPS_SCENARIO_ARENA_H

#include <stddef.h>

struct arena;

/* NULL when out of memory. Release with arena_free(). */
struct arena *arena_new(void);

/* Release everything allocated from ARENA, the newest first. NULL is fine. */
void arena_free(struct arena *arena);

/* SIZE zeroed bytes, aligned for anything, or NULL when out of memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* The same for COUNT elements of SIZE bytes; NULL also when that overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* Copies of TEXT and of its first LEN bytes; NULL when out of memory. */
char *arena_text(struct arena *arena, const char *text);
char *arena_text_bytes(struct arena *arena, const char *text, size_t len);

/* Call RELEASE(WHAT) when ARENA is freed. 0, or -ENOMEM: then WHAT has been
 * released at once. */
int arena_defer(struct arena *arena, void (*release)(void *what), void *what);

#endif
