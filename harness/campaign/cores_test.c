#include "cores.h"

#include <criterion/criterion.h>

static struct cores of(const int *numbers, unsigned count, unsigned first)
{
    struct cores cores = {.count = count, .first = first};
    CPU_ZERO(&cores.allowed);
    for (unsigned i = 0; i < count; i++)
        CPU_SET(numbers[i], &cores.allowed);
    return cores;
}

Test(cores, slots_take_those_that_are_allowed_in_turn)
{
    static const int numbers[] = {3, 64, 65, CPU_SETSIZE - 1};
    struct cores cores = of(numbers, 4, 1);
    static const int expected[] = {64, 65, CPU_SETSIZE - 1, 3, 64};
    for (unsigned i = 0; i < 5; i++)
        cr_expect_eq(cores_of_slot(&cores, i), expected[i], "slot %u", i);
}

Test(cores, one_is_no_choice)
{
    static const int numbers[] = {5};
    struct cores cores = of(numbers, 1, 0);
    cr_expect_eq(cores_of_slot(&cores, 0), -1);
    cr_expect_eq(cores_of_slot(&cores, 1), -1);
}

Test(cores, are_those_of_the_program_when_it_began)
{
    struct cores before, after;
    cores_look(&before);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cores_of_slot(&before, 0) < 0 ? sched_getcpu()
                                          : cores_of_slot(&before, 0),
            &one);
    cr_assert_eq(sched_setaffinity(0, sizeof(one), &one), 0);
    cores_look(&after);
    cr_expect_eq(after.count, before.count);
    cr_expect(CPU_EQUAL(&after.allowed, &before.allowed));
    cr_expect_lt(after.first, after.count);
}
