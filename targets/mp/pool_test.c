#include "pool.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

enum { COUNT = 1000 };

/* How a worker ends when it meets a poisonous item. A test's parameters are
 * copied into another process, so they hold no pointers. */
enum end { END_NONE, END_RETURN, END_EXIT, END_KILLED };

static int end_worker(enum end end)
{
    if (end == END_EXIT)
        _exit(3);
    if (end == END_KILLED)
        raise(SIGKILL);
    return 1;
}

struct pool_case {
    struct mp_pool pool;
    enum end end;
    size_t poison[3]; /* items a worker ends over; COUNT for none */
    unsigned deaths;
    size_t missing;
};

static bool poisonous(const struct pool_case *want, size_t index)
{
    return index == want->poison[0] || index == want->poison[1] ||
           index == want->poison[2];
}

static int square(void *context, size_t index, void *result)
{
    const struct pool_case *want = context;
    if (poisonous(want, index))
        return end_worker(want->end);
    *(uint64_t *)result = index * index + 1;
    return 0;
}

static struct pool_case cases[] = {
    {{MP_PROCESS, 1, 1, 0, NULL}, END_NONE, {COUNT, COUNT, COUNT}, 0, 0},
    {{MP_PROCESS, 4, 7, 0, NULL}, END_NONE, {COUNT, COUNT, COUNT}, 0, 0},
    {{MP_THREAD, 4, 7, 0, NULL}, END_NONE, {COUNT, COUNT, COUNT}, 0, 0},
    {{MP_PROCESS, 3, 0, 0, NULL}, END_NONE, {COUNT, COUNT, COUNT}, 0, 0},
    /* Asked to: only the items that kill, after so many deaths, are missing;
     * at both ends of a chunk and in the middle of one. */
    {{MP_PROCESS, 4, 10, 1, NULL}, END_EXIT, {0, 19, 999}, 3, 3},
    {{MP_PROCESS, 4, 10, 2, NULL}, END_KILLED, {0, 555, 999}, 6, 3},
    {{MP_THREAD, 4, 10, 2, NULL}, END_RETURN, {0, 555, 999}, 6, 3},
    {{MP_PROCESS, 1, COUNT, 3, NULL}, END_RETURN, {5, 6, 7}, 9, 3},
    /* Not asked to: the whole chunk is. */
    {{MP_PROCESS, 4, 10, 0, NULL}, END_EXIT, {0, 555, 999}, 3, 30},
    {{MP_PROCESS, 1, 10, 0, NULL}, END_KILLED, {3, COUNT, COUNT}, 1, 10},
    {{MP_THREAD, 2, 100, 0, NULL}, END_RETURN, {350, COUNT, COUNT}, 1, 100},
};

ParameterizedTestParameters(pool, keeps_the_order_and_misses_what_it_says)
{
    return cr_make_param_array(struct pool_case, cases,
                               sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(struct pool_case *want, pool,
                  keeps_the_order_and_misses_what_it_says, .timeout = 60)
{
    static uint64_t results[COUNT];
    struct mp_pool_report report = {99, 99};
    cr_assert_eq(mp_pool_map(&want->pool, square, want, COUNT,
                             sizeof(results[0]), results, &report),
                 0);
    cr_expect_eq(report.deaths, want->deaths);
    cr_expect_eq(report.missing, want->missing);
    size_t missing = 0;
    size_t wrong = 0;
    for (size_t i = 0; i < COUNT; i++) {
        missing += results[i] == 0;
        wrong += results[i] != 0 && results[i] != i * i + 1;
        wrong += results[i] != 0 && poisonous(want, i);
    }
    cr_expect_eq(missing, want->missing);
    cr_expect_eq(wrong, 0);
}

static int refuse(void *context, size_t index, void *result)
{
    (void)context;
    (void)index;
    (void)result;
    return 1;
}

Test(pool, maps_nothing_to_nothing, .timeout = 20)
{
    const struct mp_pool pool = {MP_PROCESS, 3, 1, 0, NULL};
    struct mp_pool_report report;
    cr_expect_eq(mp_pool_map(&pool, refuse, NULL, 0, 8, NULL, &report), 0);
    cr_expect_eq(report.deaths, 0);
    cr_expect_eq(report.missing, 0);
}

Test(pool, refuses_sizes_that_cannot_be)
{
    struct mp_pool pool = {MP_PROCESS, 0, 1, 0, NULL};
    cr_expect_eq(mp_pool_map(&pool, refuse, NULL, 1, 1, NULL, NULL), -EINVAL);
    pool.workers = 1;
    cr_expect_eq(mp_pool_map(&pool, refuse, NULL, SIZE_MAX / 2, 8, NULL, NULL),
                 -EOVERFLOW);
}
