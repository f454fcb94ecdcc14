/* The shared mappings of a guarded process, with the protections that the
 * program gave them. */
#ifndef MPS_RUNTIME_GUARD_RANGES_H
#define MPS_RUNTIME_GUARD_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUARD_PAGE = 4096 };

struct range {
    uintptr_t start, end;
    uintptr_t attached; /* where shmat() put the whole; 0: not by that */
    int protection;
};

/* Put [START, START + LENGTH) in, in place of what was known of it. False when
 * the table is full. Lengths are rounded up to pages everywhere. */
bool ranges_add(uintptr_t start, size_t length, int protection, bool attached);
bool ranges_remove(uintptr_t start, size_t length);
bool ranges_detach(uintptr_t start);
/* What is known of [START, START + LENGTH) has this PROTECTION now. */
bool ranges_protect(uintptr_t start, size_t length, int protection);
bool ranges_move(uintptr_t from, size_t from_length, uintptr_t to,
                 size_t length);

/* The range ADDRESS is in, or NULL. */
const struct range *ranges_find(uintptr_t address);

/* Give all ranges, or the page at ADDRESS, the program's protection (OPEN) or
 * none. False when the kernel would not. */
bool ranges_set(bool open);
bool ranges_set_page(uintptr_t address, bool open);

#endif
