#include "lockorder.h"

#include <criterion/criterion.h>

#include "base/rng.h"

enum { MOST = 12 };

struct fixture {
    struct lockorder_taking takings[MOST];
    uint32_t count;
    bool ordered[MOST][MOST];
};

static bool is_ordered(const void *context, uint32_t a, uint32_t b)
{
    const struct fixture *f = context;
    return f->ordered[a][b] || f->ordered[b][a];
}

/* TASK takes LOCK while it holds HELD, and GATE unless that is 0. */
static struct lockorder_taking *take(struct fixture *f, uint32_t task,
                                     uint64_t held, uint64_t lock,
                                     uint64_t gate)
{
    struct lockorder_taking *taking = &f->takings[f->count++];
    *taking = (struct lockorder_taking){
        .task = task,
        .process = task,
        .lock = {.lock = lock},
        .held = {{.lock = held}, {.lock = gate}},
        .held_count = gate ? 2 : 1,
    };
    return taking;
}

static uint32_t circle(const struct fixture *f, uint32_t through,
                       struct lockorder_step steps[LOCKORDER_CIRCLE])
{
    const struct lockorder graph = {f->takings, f->count, is_ordered, f};
    return lockorder_circle(&graph, through, 0, steps);
}

static uint32_t length_of(const struct fixture *f, uint32_t through)
{
    struct lockorder_step steps[LOCKORDER_CIRCLE];
    return circle(f, through, steps);
}

Test(lockorder, finds_two_locks_in_both_orders)
{
    struct fixture f = {.count = 0};
    struct lockorder_step steps[LOCKORDER_CIRCLE];
    take(&f, 1, 10, 11, 0);
    take(&f, 2, 11, 10, 0);
    cr_assert_eq(circle(&f, 1, steps), 2);
    cr_expect_eq(steps[0].taking, 1);
    cr_expect_eq(steps[1].taking, 0);
    cr_expect_eq(length_of(&f, 0), 2);
}

Test(lockorder, finds_three_locks_in_a_circle)
{
    struct fixture f = {.count = 0};
    struct lockorder_step steps[LOCKORDER_CIRCLE];
    take(&f, 1, 10, 11, 0);
    take(&f, 3, 12, 10, 0);
    take(&f, 2, 11, 12, 0);
    cr_assert_eq(circle(&f, 0, steps), 3);
    cr_expect_eq(steps[1].taking, 2);
    cr_expect_eq(steps[2].taking, 1);
}

Test(lockorder, needs_a_task_for_each_step)
{
    struct fixture f = {.count = 0};
    take(&f, 1, 10, 11, 0);
    take(&f, 1, 11, 10, 0);
    cr_expect_eq(length_of(&f, 0), 0);
    /* The third step would be the first task's again. */
    take(&f, 2, 11, 12, 0);
    take(&f, 1, 12, 10, 0);
    cr_expect_eq(length_of(&f, 0), 0);
}

Test(lockorder, knows_a_gate)
{
    struct fixture f = {.count = 0};
    take(&f, 1, 10, 11, 20);
    take(&f, 2, 11, 10, 20);
    cr_expect_eq(length_of(&f, 0), 0);
    /* Readers pass a gate together. */
    f.takings[0].held[1].shared = f.takings[1].held[1].shared = true;
    cr_expect_eq(length_of(&f, 0), 2);
    f.takings[1].held[1].shared = false;
    cr_expect_eq(length_of(&f, 0), 0);
    /* One that is perhaps no lock still keeps others out. */
    f.takings[0].held[1].gate = f.takings[1].held[1].gate = true;
    cr_expect_eq(length_of(&f, 0), 0);
}

Test(lockorder, lets_only_locks_be_waited_for)
{
    struct fixture f = {.count = 0};
    take(&f, 1, 10, 11, 0);
    take(&f, 2, 11, 10, 0)->held[0].gate = true;
    cr_expect_eq(length_of(&f, 0), 0);
    cr_expect_eq(length_of(&f, 1), 0);
}

Test(lockorder, lets_readers_pass_each_other)
{
    struct fixture f = {.count = 0};
    struct lockorder_taking *one = take(&f, 1, 10, 11, 0);
    struct lockorder_taking *two = take(&f, 2, 11, 10, 0);
    one->held[0].shared = one->lock.shared = true;
    two->held[0].shared = two->lock.shared = true;
    cr_expect_eq(length_of(&f, 0), 0);
    two->lock.shared = false; /* waits for the reader of 10 */
    cr_expect_eq(length_of(&f, 0), 0, "nobody waits for the reader of 11");
    one->lock.shared = false;
    cr_expect_eq(length_of(&f, 0), 2);
}

Test(lockorder, gives_a_process_its_record_locks_once)
{
    struct fixture f = {.count = 0};
    take(&f, 1, 10, 11, 0)->held[0].process = true;
    take(&f, 2, 11, 10, 0)->lock.process = true;
    cr_expect_eq(length_of(&f, 0), 2);
    f.takings[1].process = f.takings[0].process;
    cr_expect_eq(length_of(&f, 0), 0);
}

Test(lockorder, leaves_out_what_is_over)
{
    struct fixture f = {.count = 0};
    take(&f, 1, 10, 11, 0);
    take(&f, 2, 11, 10, 0);
    f.ordered[0][1] = true;
    cr_expect_eq(length_of(&f, 0), 0);
    /* Another one of the same task, later, is not. */
    take(&f, 1, 10, 11, 0);
    cr_expect_eq(length_of(&f, 0), 0);
    cr_expect_eq(length_of(&f, 1), 2);
    cr_expect_eq(length_of(&f, 2), 2);
}

Test(lockorder, finds_the_shortest)
{
    struct fixture f = {.count = 0};
    take(&f, 1, 10, 11, 0);
    take(&f, 2, 11, 12, 0);
    take(&f, 3, 12, 10, 0);
    take(&f, 4, 11, 10, 0);
    cr_expect_eq(length_of(&f, 0), 2);
}

Test(lockorder, trims_what_is_in_one_order)
{
    struct fixture f = {.count = 0};
    bool live[MOST];
    for (uint32_t i = 0; i < 6; i++)
        take(&f, i, i, i + 1, 0);
    cr_expect_eq(lockorder_trim(f.takings, f.count, live), 0);
    take(&f, 7, 4, 2, 0);
    cr_expect_eq(lockorder_trim(f.takings, f.count, live), 3);
    cr_expect(!live[0] && !live[1] && live[2] && live[3]);
    cr_expect(!live[4] && !live[5] && live[6]);
}

/* -- Against a search that tries everything
 * ----------------------------------*/

static bool waits(const struct lockorder_taking *a,
                  const struct lockorder_lock *wanted,
                  const struct lockorder_taking *b,
                  const struct lockorder_lock *held)
{
    return wanted->lock == held->lock && !(wanted->shared && held->shared) &&
           !(wanted->process && held->process && a->process == b->process);
}

static bool compatible(const struct fixture *f, uint32_t a, uint32_t b)
{
    const struct lockorder_taking *one = &f->takings[a], *two = &f->takings[b];
    for (uint32_t i = 0; i < one->held_count; i++)
        for (uint32_t k = 0; k < two->held_count; k++)
            if (waits(one, &one->held[i], two, &two->held[k]))
                return false;
    return one->task != two->task && !is_ordered(f, a, b);
}

/* Whether LIST[0 .. LENGTH) is a circle in which the last waits for held[HELD]
 * of the first. */
static bool is_circle(const struct fixture *f, const uint32_t *list,
                      uint32_t length, uint32_t held)
{
    for (uint32_t i = 0; i < length; i++) {
        const struct lockorder_taking *a = &f->takings[list[i]];
        const struct lockorder_taking *b = &f->takings[list[(i + 1) % length]];
        bool waits_for_it = false;
        for (uint32_t h = 0; h < b->held_count; h++)
            if ((i + 1 < length || h == held) && !b->held[h].gate &&
                waits(a, &a->lock, b, &b->held[h]))
                waits_for_it = true;
        if (!waits_for_it)
            return false;
        for (uint32_t k = 0; k < i; k++)
            if (!compatible(f, list[i], list[k]))
                return false;
    }
    return true;
}

/* All lists of LENGTH, in base f->count. */
static bool any_circle(const struct fixture *f, uint32_t through, uint32_t held,
                       uint32_t length)
{
    uint64_t lists = 1;
    for (uint32_t i = 1; i < length; i++)
        lists *= f->count;
    for (uint64_t n = 0; n < lists; n++) {
        uint32_t list[LOCKORDER_CIRCLE] = {through};
        uint64_t rest = n;
        for (uint32_t i = 1; i < length; i++, rest /= f->count)
            list[i] = (uint32_t)(rest % f->count);
        if (is_circle(f, list, length, held))
            return true;
    }
    return false;
}

static void fill(struct fixture *f, struct rng *rng)
{
    f->count = 0;
    uint32_t count = 3 + (uint32_t)rng_below(rng, 5);
    while (f->count < count) {
        uint64_t locks[3];
        for (int i = 0; i < 3; i++)
            locks[i] = 10 + rng_below(rng, 5);
        if (locks[0] == locks[1] || locks[0] == locks[2] ||
            locks[1] == locks[2])
            continue;
        struct lockorder_taking *taking =
            take(f, (uint32_t)rng_below(rng, 4), locks[0], locks[1],
                 rng_below(rng, 3) ? 0 : locks[2]);
        taking->process = taking->task / 2;
        for (uint32_t h = 0; h < taking->held_count; h++) {
            taking->held[h].shared = !rng_below(rng, 5);
            taking->held[h].process = !rng_below(rng, 5);
            taking->held[h].gate = !rng_below(rng, 8);
        }
        taking->lock.shared = !rng_below(rng, 5);
        taking->lock.process = !rng_below(rng, 5);
    }
    for (uint32_t a = 0; a < MOST; a++)
        for (uint32_t b = 0; b < MOST; b++)
            f->ordered[a][b] = a < b && !rng_below(rng, 5);
}

Test(lockorder, agrees_with_trying_everything, .timeout = 60)
{
    struct rng rng;
    uint32_t found = 0, longer = 0;
    rng_seed(&rng, 4);
    for (int round = 0; round < 4000; round++) {
        struct fixture f;
        bool live[MOST];
        fill(&f, &rng);
        cr_assert_geq(lockorder_trim(f.takings, f.count, live), 0);
        const struct lockorder graph = {f.takings, f.count, is_ordered, &f};
        uint32_t through = (uint32_t)rng_below(&rng, f.count);
        uint32_t held =
            (uint32_t)rng_below(&rng, f.takings[through].held_count);
        struct lockorder_step steps[LOCKORDER_CIRCLE];
        uint32_t length = lockorder_circle(&graph, through, held, steps);
        /* Four tasks make no longer circles. */
        uint32_t wanted = 0;
        for (uint32_t n = 2; n <= 4 && !wanted; n++)
            wanted = any_circle(&f, through, held, n) ? n : 0;
        cr_assert_eq(length, wanted, "round %d: %u, wanted %u", round, length,
                     wanted);
        for (uint32_t i = 0; i < length; i++)
            cr_assert(live[steps[i].taking], "round %d: trimmed", round);
        found += length != 0;
        longer += length > 2;
    }
    cr_expect_gt(found, 200);
    cr_expect_gt(longer, 20);
}
