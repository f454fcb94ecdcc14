/* What the memory in a race is called. Private to check/. */
#ifndef MPS_CHECK_MEMORY_NAMING_H
#define MPS_CHECK_MEMORY_NAMING_H

#include "check/judge.h"

struct naming {
    struct str where; /* `shm "/ring"+0x40`, "stack of 0.1 (worker)" */
    struct str name;  /* "ring->slots[1].seq"; empty: not known */
    struct str type;  /* "unsigned int"; may be empty */
    struct str more;  /* lines about where it is from, ended; may be empty */
};

/* Fill NAMING for race NUMBER of the outcome's memory. Never fails to say at
 * least where it is. Release with naming_fini(). */
void naming_find(struct naming *naming, const struct judge *judge,
                 uint32_t number);
void naming_fini(struct naming *naming);

/* What to call it in a sentence: the name, or else where it is. */
const char *naming_short(const struct naming *naming);

#endif
