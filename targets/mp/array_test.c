#include "array.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "team.h"

static bool exists(const char *name)
{
    int fd = shm_open(name, O_RDWR, 0);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static int fill_slice(void *context, unsigned index)
{
    struct mp_array *array;
    if (mp_array_attach(&array, context))
        return 1;
    double *items = mp_array_items(array);
    for (size_t i = index * 100; i < (index + 1) * 100; i++)
        items[i] = (double)i;
    mp_array_close(array);
    return 0;
}

Test(array, is_one_copy_for_all_who_attach, .timeout = 20)
{
    struct mp_array *array;
    cr_assert_eq(mp_array_create(&array, "mp-test", 400, sizeof(double)), 0);
    cr_expect_eq(mp_array_count(array), 400);
    cr_expect_eq(mp_array_item_size(array), sizeof(double));
    double *items = mp_array_items(array);
    cr_expect_eq((uintptr_t)items % 64, 0);
    cr_expect_eq(items[399], 0.0);
    char name[80];
    snprintf(name, sizeof(name), "%s", mp_array_name(array));
    struct mp_team *team;
    cr_assert_eq(mp_team_start(&team, MP_PROCESS, 4, fill_slice, name, "w"), 0);
    cr_expect_eq(mp_team_wait(team), 0);
    int wrong = 0;
    for (int i = 0; i < 400; i++)
        wrong += items[i] != (double)i;
    cr_expect_eq(wrong, 0);
    cr_expect(exists(name), "a worker that closes does not unlink");
    mp_array_close(array);
    cr_expect_not(exists(name));
}

static int close_it(void *context, unsigned index)
{
    (void)index;
    mp_array_close(context);
    return 0;
}

Test(array, stays_when_a_child_closes_the_handle_it_inherited, .timeout = 20)
{
    struct mp_array *array;
    cr_assert_eq(mp_array_create(&array, "mp-test", 1, 1), 0);
    struct mp_team *team;
    cr_assert_eq(mp_team_start(&team, MP_PROCESS, 1, close_it, array, "w"), 0);
    cr_expect_eq(mp_team_wait(team), 0);
    cr_expect(exists(mp_array_name(array)));
    mp_array_close(array);
}

Test(array, can_be_used_after_its_name_is_gone)
{
    struct mp_array *array;
    struct mp_array *other;
    cr_assert_eq(mp_array_create(&array, "mp-test", 8, 4), 0);
    cr_expect_eq(mp_array_unlink(array), 0);
    cr_expect_eq(mp_array_unlink(array), 0);
    cr_expect_eq(mp_array_attach(&other, mp_array_name(array)), -ENOENT);
    cr_expect_eq(other, NULL);
    memset(mp_array_items(array), 1, 32);
    mp_array_close(array);
}

Test(array, gives_every_array_a_name_of_its_own)
{
    struct mp_array *one;
    struct mp_array *two;
    cr_assert_eq(mp_array_create(&one, "mp-test", 1, 1), 0);
    cr_assert_eq(mp_array_create(&two, "mp-test", 1, 1), 0);
    cr_expect_str_neq(mp_array_name(one), mp_array_name(two));
    mp_array_close(one);
    mp_array_close(two);
    mp_array_close(NULL);
}

Test(array, refuses_memory_that_is_not_an_array)
{
    const char *name = "/mp-test-foreign";
    struct mp_array *array;
    int fd = shm_open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    cr_assert_geq(fd, 0);
    cr_expect_eq(mp_array_attach(&array, name), -EPROTO, "empty");
    cr_assert_eq(ftruncate(fd, 4096), 0);
    cr_expect_eq(mp_array_attach(&array, name), -EPROTO, "all zero");
    cr_expect_eq(array, NULL);
    close(fd);
    shm_unlink(name);
}

Test(array, refuses_sizes_and_prefixes_that_cannot_be)
{
    struct mp_array *array;
    cr_expect_eq(mp_array_create(&array, "a", 0, 1), -EINVAL);
    cr_expect_eq(mp_array_create(&array, "a", 1, 0), -EINVAL);
    cr_expect_eq(mp_array_create(&array, "a", SIZE_MAX, 2), -EOVERFLOW);
    cr_expect_eq(mp_array_create(&array, "", 1, 1), -EINVAL);
    cr_expect_eq(mp_array_create(&array, "a/b", 1, 1), -EINVAL);
    cr_expect_eq(
        mp_array_create(&array, "123456789012345678901234567890123", 1, 1),
        -EINVAL);
}

/* posix_fallocate() beyond RLIMIT_FSIZE fails (with SIGXFSZ ignored). */
Test(array, leaves_no_name_when_there_is_no_memory)
{
    struct mp_array *array;
    cr_assert_eq(mp_array_create(&array, "mp-test-full", 1, 1), 0);
    mp_array_close(array);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {.rlim_cur = 4096, .rlim_max = 4096};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_expect_lt(mp_array_create(&array, "mp-test-full", 1 << 20, 1), 0);
    cr_expect_eq(array, NULL);
    cr_expect_neq(system("ls /dev/shm | grep -q '^mp-test-full'"), 0);
}
