#include "portfolio.h"

#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/rng.h"

static const struct mode {
    const char *name;
    unsigned stress, random, pct, pos;
} modes[] = {
    {"auto", 4, 3, 3, 2},
    {"stress", 1, 0, 0, 0},
    {"control", 0, 3, 3, 2},
};

const char *portfolio_mode_name(size_t i)
{
    return i < sizeof(modes) / sizeof(modes[0]) ? modes[i].name : NULL;
}

int portfolio_by_mode(struct portfolio *portfolio, const char *name)
{
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strcmp(modes[i].name, name))
            continue;
        *portfolio = (struct portfolio){{0}};
        portfolio->weights[WAY_STRESS] = modes[i].stress;
        portfolio->weights[STRATEGY_RANDOM + 1] = modes[i].random;
        portfolio->weights[STRATEGY_PCT + 1] = modes[i].pct;
        portfolio->weights[STRATEGY_POS + 1] = modes[i].pos;
        return 0;
    }
    return -1;
}

const char *portfolio_way_name(int way)
{
    if (way >= WAY_TOOL)
        return valgrind_tool_name((enum valgrind_tool)(way - WAY_TOOL));
    return way == WAY_STRESS ? "stress" : sched_strategies[way - 1]->name;
}

bool portfolio_way_is_controlled(int way)
{
    return way != WAY_STRESS && way < WAY_TOOL;
}

/* Not what a recorded schedule is for. */
static bool can_be_named(int way)
{
    return way != STRATEGY_REPLAY + 1;
}

const char *portfolio_strategy_name(size_t i)
{
    for (int way = 0; way < PORTFOLIO_WAYS; way++)
        if (can_be_named(way) && !i--)
            return portfolio_way_name(way);
    return NULL;
}

static int find_way(const char *name, size_t length)
{
    for (int way = 0; way < PORTFOLIO_WAYS; way++)
        if (strlen(portfolio_way_name(way)) == length &&
            !strncmp(portfolio_way_name(way), name, length) &&
            can_be_named(way))
            return way;
    return -1;
}

int portfolio_parse(struct portfolio *portfolio, const char *list,
                    struct mps_diag *diag)
{
    if (!portfolio_by_mode(portfolio, list))
        return 0;
    *portfolio = (struct portfolio){{0}};
    for (const char *at = list;;) {
        size_t length = strcspn(at, ",");
        int way = find_way(at, length);
        if (way < 0)
            return diag_set(diag, -MPS_EINPUT,
                            "no strategy '%.*s' (stress, sequential, random, "
                            "pct, pos, or auto)",
                            (int)length, at);
        portfolio->weights[way] = 1;
        if (!at[length])
            return 0;
        at += length + 1;
    }
}

bool portfolio_has_control(const struct portfolio *portfolio)
{
    for (int way = 1; way < PORTFOLIO_WAYS; way++)
        if (portfolio->weights[way])
            return true;
    return false;
}

bool portfolio_has_stress(const struct portfolio *portfolio)
{
    return portfolio->weights[WAY_STRESS];
}

int portfolio_choose(const struct portfolio *portfolio, uint64_t seed)
{
    struct rng rng;
    rng_seed(&rng, rng_mix(seed, RNG_SCHEDULE, 2));
    unsigned total = 0;
    for (int way = 0; way < PORTFOLIO_WAYS; way++)
        total += portfolio->weights[way];
    uint64_t die = rng_below(&rng, total);
    int way = 0;
    while (way < PORTFOLIO_WAYS - 1 && die >= portfolio->weights[way])
        die -= portfolio->weights[way++];
    return way;
}

/* Most bugs need few ordering constraints. */
static unsigned draw_depth(struct rng *rng)
{
    static const unsigned weights[] = {2, 4, 4, 2, 1}; /* of depth 1 .. 5 */
    uint64_t die = rng_below(rng, 13);
    unsigned depth = 0;
    while (die >= weights[depth])
        die -= weights[depth++];
    return depth + 1;
}

void portfolio_control(int way, uint64_t seed, const struct measure *measure,
                       struct control *out)
{
    struct rng rng;
    rng_seed(&rng, rng_mix(seed, RNG_SCHEDULE, 3));
    *out = (struct control){
        .strategy = way - 1,
        .depth = draw_depth(&rng),
        .expected_decisions = measure->decisions,
        .expected_tasks = measure->tasks,
    };
    /* In some iterations, waits on conditions end for no reason, as POSIX
     * lets them. */
    if (!rng_below(&rng, 4))
        out->spurious_chance = 3277; /* one in twenty */
}
