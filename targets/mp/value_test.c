#include "value.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "memory.h"
#include "team.h"

enum { WORKERS = 4, ADDITIONS = 20000 };

struct shared {
    struct mp_value value;
    struct mp_atomic atomic;
};

static int add(void *context, unsigned index)
{
    struct shared *shared = context;
    for (int i = 0; i < ADDITIONS; i++) {
        mp_value_add(&shared->value, index + 1);
        mp_atomic_add(&shared->atomic, index + 1);
    }
    return 0;
}

ParameterizedTestParameters(value, loses_no_addition)
{
    static enum mp_backend backends[] = {MP_PROCESS, MP_THREAD};
    return cr_make_param_array(enum mp_backend, backends, 2);
}

ParameterizedTest(enum mp_backend *backend, value, loses_no_addition,
                  .timeout = 60)
{
    struct shared *shared = mp_memory_new(sizeof(*shared));
    cr_assert(shared);
    cr_assert_eq(mp_value_init(&shared->value, 5), 0);
    mp_atomic_init(&shared->atomic, 7);
    struct mp_team *team;
    cr_assert_eq(mp_team_start(&team, *backend, WORKERS, add, shared, "w"), 0);
    cr_assert_eq(mp_team_wait(team), 0);
    int64_t sum = (int64_t)ADDITIONS * (1 + 2 + 3 + 4);
    cr_expect_eq(mp_value_get(&shared->value), 5 + sum);
    cr_expect_eq(mp_atomic_get(&shared->atomic), 7 + sum);
    mp_value_fini(&shared->value);
    mp_memory_free(shared, sizeof(*shared));
}

Test(value, add_returns_the_new_number)
{
    struct mp_value value;
    cr_assert_eq(mp_value_init(&value, 40), 0);
    cr_expect_eq(mp_value_add(&value, 2), 42);
    cr_expect_eq(mp_value_add(&value, -43), -1);
    mp_value_fini(&value);
    struct mp_atomic atomic;
    mp_atomic_init(&atomic, 40);
    cr_expect_eq(mp_atomic_add(&atomic, 2), 42);
}
