/* Programs for the tests: by hand and at random. */
#include "model_test.h"

#include <stdlib.h>

void model_add(struct model_program *program, uint32_t script,
               struct model_step step)
{
    if (script >= MODEL_SCRIPTS)
        abort();
    struct model_step *to = program->scripts[script];
    uint32_t count = 0;
    while (to[count].op != MODEL_END)
        count++;
    /* One MODEL_END stays. */
    if (count + 1 >= MODEL_STEPS)
        abort();
    to[count] = step;
}

static void add(struct model_program *program, uint32_t script,
                enum model_op op, uint32_t a, uint32_t b, uint64_t time_ns)
{
    model_add(program, script, (struct model_step){op, a, b, time_ns});
}

/* What never waits for another task. */
static void add_plain(struct model_program *program, uint32_t script,
                      struct rng *rng)
{
    uint32_t a = (uint32_t)rng_below(rng, 3);
    switch (rng_below(rng, 5)) {
    case 0:
        add(program, script, MODEL_READ, a, 0, 0);
        return;
    case 1:
        add(program, script, MODEL_WRITE, a, (uint32_t)rng_below(rng, 3), 0);
        return;
    case 2:
        add(program, script, MODEL_WRITE_NEXT, a, 0, 0);
        return;
    case 3:
        add(program, script, MODEL_YIELD, 0, 0, 0);
        return;
    default:
        add(program, script, MODEL_SLEEP, 0, 0, 1 + rng_below(rng, 5000));
        return;
    }
}

static void add_locked(struct model_program *program, uint32_t script,
                       struct rng *rng, bool ordered)
{
    uint32_t first = (uint32_t)rng_below(rng, 3);
    uint32_t second = (uint32_t)rng_below(rng, 3);
    if (ordered && first > second) {
        uint32_t swap = first;
        first = second;
        second = swap;
    }
    add(program, script, MODEL_LOCK, first, 0, 0);
    add_plain(program, script, rng);
    if (first != second && rng_below(rng, 2)) {
        add(program, script, MODEL_LOCK, second, 0, 0);
        add_plain(program, script, rng);
        add(program, script, MODEL_UNLOCK, second, 0, 0);
    }
    add(program, script, MODEL_UNLOCK, first, 0, 0);
}

/* What may wait for ever. */
static void add_waiting(struct model_program *program, uint32_t script,
                        struct rng *rng)
{
    uint32_t a = (uint32_t)rng_below(rng, 2);
    uint64_t time_ns = rng_below(rng, 2) ? 1 + rng_below(rng, 20000) : 0;
    switch (rng_below(rng, 7)) {
    case 0:
        add(program, script, MODEL_WAIT, a, 0, time_ns);
        return;
    case 1:
        add(program, script, rng_below(rng, 4) ? MODEL_POST : MODEL_POST_QUIET,
            a, 0, 0);
        return;
    case 2:
        add(program, script, MODEL_LOCK, a, 0, 0);
        add(program, script, MODEL_COND_WAIT, a, a, time_ns);
        add(program, script, MODEL_UNLOCK, a, 0, 0);
        return;
    case 3:
        add(program, script, MODEL_SIGNAL, a, 0, 0);
        return;
    case 4:
        add(program, script, MODEL_BROADCAST, a, 0, 0);
        return;
    case 5:
        add(program, script, MODEL_PUT, a, 0, 0);
        return;
    default:
        add(program, script, MODEL_TAKE, a, 0, 0);
        return;
    }
}

static void add_body(struct model_program *program, uint32_t script,
                     struct rng *rng, enum model_flavour flavour)
{
    uint32_t parts = 1 + (uint32_t)rng_below(rng, 4);
    for (uint32_t i = 0; i < parts; i++) {
        uint64_t what = rng_below(rng, 8);
        if (what < 3)
            add_locked(program, script, rng, flavour == MODEL_ORDERED);
        else if (what < 6 || flavour == MODEL_ORDERED)
            add_plain(program, script, rng);
        else
            add_waiting(program, script, rng);
    }
}

struct model_program model_random(uint64_t seed, enum model_flavour flavour)
{
    struct model_program program = {.semaphores = {1, 1}, .rooms = {1, 2}};
    struct rng rng;
    rng_seed(&rng, rng_mix(seed, RNG_PARAMS, (uint64_t)flavour));
    uint32_t children = 1 + (uint32_t)rng_below(&rng, 4);
    bool grandchild = children > 1 && rng_below(&rng, 2);
    if (flavour == MODEL_ANYTHING && !rng_below(&rng, 4))
        add(&program, 0, MODEL_ALARM, 0, 0, 1 + rng_below(&rng, 20000));
    for (uint32_t i = 1; i <= children; i++) {
        if (grandchild && i == children)
            add(&program, 1, MODEL_SPAWN, i, 0, 0);
        else
            add(&program, 0, MODEL_SPAWN, i, 0, 0);
        add_body(&program, i, &rng, flavour);
        if (!rng_below(&rng, 4))
            add_plain(&program, 0, &rng);
    }
    add_body(&program, 0, &rng, flavour);
    if (rng_below(&rng, 4)) {
        add(&program, 0, MODEL_JOIN, 0, 0, 0);
        if (grandchild)
            add(&program, 1, MODEL_JOIN, 0, 0, 0);
    }
    return program;
}
