#include "random.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <string.h>

/* The first numbers from state 1, 2, 3, 4, as the authors' definition gives
 * them by hand: the first is rotl(2 * 5, 7) * 9. */
Test(random, produces_the_numbers_of_its_definition)
{
    struct mp_random random = {{1, 2, 3, 4}};
    static const uint64_t want[] = {11520, 0, 1509978240, 1215971899390074240u,
                                    1216172134540287360u};
    for (int i = 0; i < 5; i++)
        cr_expect_eq(mp_random_next(&random), want[i]);
}

/* A 256 x 256 matrix over GF(2): column i is the image of the state that has
 * only bit i set. */
struct matrix {
    struct mp_random column[256];
};

static struct mp_random apply(const struct matrix *matrix,
                              const struct mp_random *state)
{
    struct mp_random sum = {{0}};
    for (int i = 0; i < 256; i++) {
        if (state->state[i / 64] >> (i % 64) & 1) {
            for (int word = 0; word < 4; word++)
                sum.state[word] ^= matrix->column[i].state[word];
        }
    }
    return sum;
}

/* The generator is linear: 2^128 steps are its matrix squared 128 times. */
Test(random, jumps_as_far_as_2_to_the_128_single_steps)
{
    static struct matrix now;
    static struct matrix next;
    for (int i = 0; i < 256; i++) {
        now.column[i] = (struct mp_random){{0}};
        now.column[i].state[i / 64] = UINT64_C(1) << (i % 64);
        mp_random_next(&now.column[i]);
    }
    for (int squared = 0; squared < 128; squared++) {
        for (int i = 0; i < 256; i++)
            next.column[i] = apply(&now, &now.column[i]);
        now = next;
    }
    struct mp_random jumped;
    mp_random_stream(&jumped, 42, 0);
    struct mp_random stepped = apply(&now, &jumped);
    mp_random_jump(&jumped);
    cr_expect_arr_eq(jumped.state, stepped.state, sizeof(jumped.state));
}

Test(random, streams_are_reproducible_and_a_jump_apart)
{
    struct mp_random zero;
    struct mp_random two;
    mp_random_stream(&zero, 7, 0);
    mp_random_stream(&two, 7, 2);
    mp_random_jump(&zero);
    mp_random_jump(&zero);
    cr_expect_arr_eq(zero.state, two.state, sizeof(two.state));
    struct mp_random other_seed;
    mp_random_stream(&other_seed, 8, 2);
    cr_expect_neq(memcmp(&other_seed, &two, sizeof(two)), 0);
}

Test(random, unit_numbers_fill_the_half_open_interval)
{
    cr_expect_eq(mp_random_unit(0), 0.0);
    cr_expect_lt(mp_random_unit(UINT64_MAX), 1.0);
    cr_expect_gt(mp_random_unit(UINT64_MAX), 0.9999999999999998);
    struct mp_random random;
    mp_random_stream(&random, 1, 0);
    double sum = 0;
    for (int i = 0; i < 100000; i++)
        sum += mp_random_unit(mp_random_next(&random));
    /* Ten standard deviations of the mean of 100,000. */
    cr_expect_float_eq(sum / 100000, 0.5, 0.0092);
}
