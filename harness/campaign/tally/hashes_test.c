#include <criterion/criterion.h>

#include "tally/hashes.h"

Test(hashes, counts_each_once)
{
    struct hash_set *set = hash_set_new();
    bool full;
    for (uint64_t round = 0; round < 3; round++)
        for (uint64_t i = 0; i < 5000; i++)
            hash_set_add(set, i * UINT64_C(0x9e3779b97f4a7c15));
    cr_assert_eq(hash_set_count(set, &full), 5000);
    cr_assert_not(full);
    hash_set_free(set);
}

Test(hashes, says_when_there_are_more_than_it_holds)
{
    struct hash_set *set = hash_set_new();
    bool full;
    for (uint64_t i = 1; i < 200000; i++)
        hash_set_add(set, i << 7);
    cr_assert_eq(hash_set_count(set, &full), 1 << 17);
    cr_assert(full);
    hash_set_free(set);
}
