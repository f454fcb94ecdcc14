/* A set of texts, each kept once: equal texts have equal pointers. One thread
 * at a time. */
#ifndef MPS_SYMBOLS_INTERN_H
#define MPS_SYMBOLS_INTERN_H

#include <stddef.h>
#include <stdint.h>

struct intern {
    char **slots; /* open addressing, a power of two of them */
    size_t capacity, count;
};

void intern_init(struct intern *set);
void intern_fini(struct intern *set);

/* The set's copy of TEXT, which lives until intern_fini(); NULL when TEXT is
 * NULL or memory ran out. */
const char *intern(struct intern *set, const char *text);

/* A well-mixed hash of the LEN bytes. */
uint64_t intern_hash(const void *bytes, size_t len);

#endif
