#include "plan.h"

#include "base/rng.h"
#include "campaign.h"

uint64_t plan_seed(uint64_t base_seed, const char *scenario, uint64_t iteration)
{
    uint64_t hash = base_seed;
    for (; *scenario; scenario++)
        hash = rng_mix(hash, RNG_ITERATION, (unsigned char)*scenario);
    return rng_mix(hash, RNG_ITERATION, iteration);
}

/* Bugs differ in what brings them out: a lost update wants full speed on two
 * cores, a check-then-act a long sleep at just one place. So iterations
 * differ; chances are per point, of 65536. */
static const struct profile {
    unsigned weight;
    uint32_t sleep_chance, yield_chance;
    const char *name;
} profiles[] = {
    {3, 0, 0, "none"}, /* as fast as it goes */
    {2, 0, 16384, "yields"},
    {2, 1024, 4096, "sleeps, rare"},
    {1, 6144, 4096, "sleeps, many"}, /* at about every tenth point */
};

const char *plan_profile_name(uint32_t sleep_chance, uint32_t yield_chance)
{
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
        if (profiles[i].sleep_chance == sleep_chance &&
            profiles[i].yield_chance == yield_chance)
            return profiles[i].name;
    /* One whose sleeps the scenario does not want. */
    return "yields";
}

void plan_disturbance(uint64_t seed, uint64_t low_ns, uint64_t high_ns,
                      const struct cores *cores, struct disturbance *out)
{
    enum { COUNT = sizeof(profiles) / sizeof(profiles[0]) };
    struct rng rng;
    rng_seed(&rng, rng_mix(seed, RNG_ENVIRONMENT, 0));
    unsigned total = 0;
    for (int i = 0; i < COUNT; i++)
        total += profiles[i].weight;
    uint64_t die = rng_below(&rng, total);
    const struct profile *profile = profiles;
    while (die >= profile->weight)
        die -= profile++->weight;
    *out = (struct disturbance){
        .delay_low_ns = low_ns,
        .delay_high_ns = high_ns,
        .sleep_chance = high_ns ? profile->sleep_chance : 0,
        .yield_chance = profile->yield_chance,
    };
    /* Three of four iterations spread their tasks over all cores; the rest
     * stay on the slot's, where the kernel switches between them. */
    if (cores->count > 1 && rng_below(&rng, 4))
        out->cpus = &cores->allowed;
}

uint64_t plan_iterations(const struct campaign_options *options,
                         const struct scenario *scenario)
{
    if (options->has_only)
        return 1;
    if (options->clean_iterations && scenario->expect == EXPECT_PASS)
        return options->clean_iterations;
    uint64_t all = options->has_iterations ? options->iterations
                   : options->duration_ns  ? 0
                                           : scenario->iterations;
    if (options->shards < 2 || !all)
        return all;
    return all / options->shards + (options->shard - 1 < all % options->shards);
}
