#include "random.h"

static uint64_t rotate(uint64_t word, int bits)
{
    return (word << bits) | (word >> (64 - bits));
}

/* One number of splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom
 * number generators", OOPSLA 2014). */
static uint64_t split(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t mp_random_next(struct mp_random *random)
{
    uint64_t *s = random->state;
    uint64_t number = rotate(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return number;
}

void mp_random_jump(struct mp_random *random)
{
    /* The polynomial x^(2^128) modulo the characteristic polynomial of the
     * generator, lowest power first; random_test.c computes the same jump from
     * the generator alone. */
    static const uint64_t polynomial[] = {
        0x180ec6d33cfd0abau, 0xd5a61266f0c9392cu, 0xa9582618e03fc9aau,
        0x39abdc4529b1661cu};
    struct mp_random sum = {{0}};
    for (int power = 0; power < 256; power++) {
        if (polynomial[power / 64] >> (power % 64) & 1) {
            for (int i = 0; i < 4; i++)
                sum.state[i] ^= random->state[i];
        }
        mp_random_next(random);
    }
    *random = sum;
}

void mp_random_stream(struct mp_random *random, uint64_t seed, unsigned index)
{
    for (int i = 0; i < 4; i++)
        random->state[i] = split(&seed);
    while (index--)
        mp_random_jump(random);
}

double mp_random_unit(uint64_t number)
{
    return (double)(number >> 11) * 0x1p-53;
}
