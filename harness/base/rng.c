#include "rng.h"

__extension__ typedef unsigned __int128 wide; /* ISO C has no name for it */

static const uint64_t golden = 0x9e3779b97f4a7c15u;

static uint64_t finish(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t rng_mix(uint64_t seed, uint64_t stream, uint64_t index)
{
    uint64_t z = finish(seed + golden);
    z = finish(z ^ (stream * golden + golden));
    return finish(z ^ (index * golden + golden));
}

void rng_seed(struct rng *rng, uint64_t seed)
{
    rng->state = seed;
}

uint64_t rng_next(struct rng *rng)
{
    rng->state += golden;
    return finish(rng->state);
}

uint64_t rng_below(struct rng *rng, uint64_t bound)
{
    /* Lemire's multiply-shift; its bias is below 2^-32 for the bounds used
     * here (all under 2^32), so no rejection loop. */
    return (uint64_t)(((wide)rng_next(rng) * bound) >> 64);
}

uint64_t rng_between(struct rng *rng, uint64_t low, uint64_t high)
{
    uint64_t span = high - low + 1;
    return span ? low + rng_below(rng, span) : rng_next(rng);
}
