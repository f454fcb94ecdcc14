/* Pseudo-random numbers: the only source of randomness in mpstress.
 *
 * The generator is splitmix64 (Steele, Lea, Flood: "Fast splittable
 * pseudorandom number generators", OOPSLA 2014): 8 bytes of state, any seed is
 * good, and streams are made by mixing. Not for cryptography. Safe anywhere,
 * also inside signal handlers; a struct belongs to one task at a time. */
#ifndef MPS_BASE_RNG_H
#define MPS_BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state;
};

/* Streams drawn from one seed are independent: a program that draws one more
 * number in one stream shifts nothing in another. */
enum rng_stream {
    RNG_PARAMS = 1,  /* parameters of an iteration */
    RNG_SCHEDULE,    /* delays and scheduling choices */
    RNG_PROGRAM,     /* what the target asks of the system's randomness */
    RNG_ENVIRONMENT, /* spurious wake-ups, timeouts, affinity */
    RNG_ITERATION    /* seed of iteration i of a run */
};

/* A well-mixed function of the three: the seed of stream STREAM, element
 * INDEX, of SEED. */
uint64_t rng_mix(uint64_t seed, uint64_t stream, uint64_t index);

void rng_seed(struct rng *rng, uint64_t seed);
uint64_t rng_next(struct rng *rng);
/* Uniform in 0 .. BOUND-1; BOUND of 0 gives 0. */
uint64_t rng_below(struct rng *rng, uint64_t bound);
/* Uniform in LOW .. HIGH, both included; needs LOW <= HIGH. */
uint64_t rng_between(struct rng *rng, uint64_t low, uint64_t high);

#endif
