/* An array of plain items in shared memory with a name: one copy, however many
 * processes work on it.
 *
 * The creator makes it, others attach to it by name (they need not be its
 * children), and nobody copies. The name exists until the creator unlinks or
 * closes the array; the memory, until the last one that has it closes it or
 * ends. So a creator that closes on every path leaks nothing, and one that
 * unlinks as soon as the last worker has attached cannot leak even if killed.
 *
 * The array orders nothing: whoever shares items needs a lock, or disjoint
 * slices. A handle belongs to one task. Not for signal handlers. */
#ifndef MP_ARRAY_H
#define MP_ARRAY_H

#include <stddef.h>

struct mp_array;

/* Create COUNT items of ITEM_SIZE bytes (both at least 1), all zero, under a
 * new name that starts with PREFIX (letters, digits, '-'; at most 32).
 *
 * On success returns 0 and stores the handle in *OUT; release it with
 * mp_array_close(). On failure (-EINVAL, -EOVERFLOW, -ENOSPC and others)
 * nothing is left behind. */
int mp_array_create(struct mp_array **out, const char *prefix, size_t count,
                    size_t item_size);

/* Attach to the array called NAME. -ENOENT when there is none, -EPROTO when
 * it is not an array of this library; else as mp_array_create(). */
int mp_array_attach(struct mp_array **out, const char *name);

/* The name to attach by; borrowed from the handle. */
const char *mp_array_name(const struct mp_array *array);
/* The first item; valid until the handle is closed. Aligned to 64 bytes. */
void *mp_array_items(const struct mp_array *array);
size_t mp_array_count(const struct mp_array *array);
size_t mp_array_item_size(const struct mp_array *array);

/* Take the name away: nobody can attach any more, everything else stays as it
 * is. Doing it twice, or to a name another one took away, is fine. */
int mp_array_unlink(struct mp_array *array);

/* Let go of the memory and release ARRAY (NULL is fine). In the process that
 * created it, also take the name away. */
void mp_array_close(struct mp_array *array);

#endif
