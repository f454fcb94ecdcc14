#include <string.h>

#include "base/rng.h"
#include "strategy.h"

const struct sched_strategy *const sched_strategies[STRATEGY_COUNT] = {
    [STRATEGY_SEQUENTIAL] = &sched_sequential,
    [STRATEGY_RANDOM] = &sched_random,
    [STRATEGY_PCT] = &sched_pct,
    [STRATEGY_POS] = &sched_pos,
    [STRATEGY_REPLAY] = &sched_replay,
};

int sched_strategy_find(const char *name)
{
    for (int i = 0; i < STRATEGY_COUNT; i++)
        if (!strcmp(sched_strategies[i]->name, name))
            return i;
    return -1;
}

uint64_t sched_draw(struct segment *segment)
{
    struct rng rng = {segment->schedule.rng};
    uint64_t draw = rng_next(&rng);
    segment->schedule.rng = rng.state;
    return draw;
}

uint64_t sched_draw_below(struct segment *segment, uint64_t bound)
{
    struct rng rng = {segment->schedule.rng};
    uint64_t draw = rng_below(&rng, bound);
    segment->schedule.rng = rng.state;
    return draw;
}

uint32_t sched_highest(const struct segment *segment, const uint32_t *enabled,
                       uint32_t count)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < count; i++)
        if (segment->tasks[sched_slot(enabled[i])].turn.priority >
            segment->tasks[sched_slot(enabled[best])].turn.priority)
            best = i;
    return best;
}
