/* A table of byte strings: which have been seen, how often, and where first.
 * Its size is fixed when it is made, so that adding neither allocates nor
 * fails. Private to check/. */
#ifndef MPS_CHECK_ITEMS_H
#define MPS_CHECK_ITEMS_H

#include <stddef.h>
#include <stdint.h>

struct item {
    const void *bytes; /* borrowed */
    size_t size;
    uint64_t hash;
    /* For two kinds of sighting (put and got, for instance): how many, and
     * what the caller said of the first. */
    uint32_t count[2];
    uint32_t first[2];
};

struct items {
    struct item *list; /* in the order of their first sighting */
    size_t count, capacity;
    uint32_t *slots;
    size_t slot_count;
};

/* Room for CAPACITY different items. -ENOMEM leaves ITEMS empty; release with
 * items_fini(). */
int items_init(struct items *items, size_t capacity);
void items_fini(struct items *items);

/* Note a sighting of kind WHICH (0 or 1) of SIZE bytes at BYTES and return the
 * item; item->count[WHICH] is then at least 1. NUMBER is kept if it is the
 * first of its kind. Must not be called for more different items than there
 * is room for. */
struct item *items_add(struct items *items, unsigned which, const void *bytes,
                       size_t size, uint32_t number);

/* The item of SIZE bytes at BYTES, or NULL. */
struct item *items_find(const struct items *items, const void *bytes,
                        size_t size);

#endif
