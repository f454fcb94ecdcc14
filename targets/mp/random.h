/* Random numbers in independent, reproducible streams: one for each worker.
 *
 * The generator is xoshiro256** of D. Blackman and S. Vigna ("Scrambled linear
 * pseudorandom number generators", ACM Transactions on Mathematical Software
 * 47(4), 2021): period 2^256 - 1. A jump moves it 2^128 numbers ahead, so
 * streams that start a jump apart do not meet. The state is filled from the
 * seed by splitmix64, as the authors advise. Not for cryptography. A generator
 * belongs to one task at a time; safe everywhere. */
#ifndef MP_RANDOM_H
#define MP_RANDOM_H

#include <stdint.h>

struct mp_random {
    uint64_t state[4];
};

/* Stream INDEX of SEED: the same two give the same numbers, in every run, on
 * every machine. Takes about a microsecond for each step of INDEX. */
void mp_random_stream(struct mp_random *random, uint64_t seed, unsigned index);

/* Move 2^128 numbers ahead: to the start of the next stream. */
void mp_random_jump(struct mp_random *random);

/* The next number: uniform over all 64 bits. */
uint64_t mp_random_next(struct mp_random *random);

/* The number made of NUMBER's upper 53 bits: uniform in [0, 1). */
double mp_random_unit(uint64_t number);

#endif
