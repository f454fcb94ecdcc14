/* A set of 64-bit hashes, to count different ones; bounded, so that a run of
 * any length fits into memory. */
#ifndef MPS_CAMPAIGN_TALLY_HASHES_H
#define MPS_CAMPAIGN_TALLY_HASHES_H

#include <stdbool.h>
#include <stdint.h>

struct hash_set;

/* NULL when out of memory; the other functions accept that. */
struct hash_set *hash_set_new(void);
void hash_set_free(struct hash_set *set);
/* Remember HASH, unless the set is full. */
void hash_set_add(struct hash_set *set, uint64_t hash);
/* How many different ones; FULL: at least so many. */
uint64_t hash_set_count(const struct hash_set *set, bool *full);

#endif
