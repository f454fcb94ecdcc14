/* Schedules that were tried in vain. Private to explain/. */
#ifndef MPS_EXPLAIN_TRIED_H
#define MPS_EXPLAIN_TRIED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct schedule_segment;

/* A set of hashes; all zero is an empty one. */
struct tried {
    uint64_t *hashes; /* 0: free slot */
    size_t count, room;
};

void tried_fini(struct tried *tried);
/* Never 0. */
uint64_t tried_hash(const struct schedule_segment *segments, size_t count);
bool tried_has(const struct tried *tried, uint64_t hash);
/* Without memory it is forgotten, which costs a run later. */
void tried_add(struct tried *tried, uint64_t hash);

#endif
