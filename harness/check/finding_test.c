#include <stdlib.h>
#include <string.h>

#include "fixture_test.h"

static struct finding make(enum finding_kind kind, const char *what)
{
    return (struct finding){.kind = kind, .what = strdup(what)};
}

/* Seal FINDING, take it apart, and return the fingerprint. */
static uint64_t seal(struct finding finding)
{
    finding_seal(&finding);
    struct finding_list list = {malloc(sizeof(finding)), 1};
    cr_assert(list.items);
    list.items[0] = finding;
    finding_list_clear(&list);
    cr_assert_null(list.items);
    return finding.fingerprint;
}

static uint64_t seal_with_places(const char *first, const char *second)
{
    struct finding finding = make(FINDING_HANG, "1 of 2 tasks");
    struct location location = {.function = first, .line = 1, .offset = 5};
    cr_assert(!finding_add_place(&finding, &location, "waits", "0.1"));
    location = (struct location){.function = second, .line = 7, .offset = 9};
    cr_assert(!finding_add_place(&finding, &location, NULL, NULL));
    return seal(finding);
}

Test(finding, has_the_fingerprint_of_its_functions)
{
    uint64_t fingerprint = seal_with_places("get", "join");
    cr_expect_eq(seal_with_places("join", "get"), fingerprint);
    cr_expect_neq(seal_with_places("join", "join"), fingerprint);
    cr_expect_neq(seal_with_places("join", "put"), fingerprint);
    cr_expect_eq(seal_with_places("join", "join"),
                 seal_with_places("join", NULL));
}

Test(finding, has_the_fingerprint_of_its_words_when_there_is_nothing_else)
{
    uint64_t fingerprint =
        seal(make(FINDING_CRASH, "task 0.1 was killed by SIGSEGV: at 0x12"));
    cr_expect_eq(
        seal(make(FINDING_CRASH, "task 0.1.22 was killed by SIGSEGV: \"x\"")),
        fingerprint);
    cr_expect_neq(seal(make(FINDING_CRASH, "task 0.1 was killed by SIGBUS")),
                  fingerprint);
    cr_expect_neq(
        seal(make(FINDING_HANG, "task 0.1 was killed by SIGSEGV: at 0x12")),
        fingerprint);
}

Test(finding, has_the_fingerprint_of_its_invariant_whatever_it_says)
{
    struct finding one = make(FINDING_INVARIANT, "total is 3");
    struct finding two = make(FINDING_INVARIANT, "total was never observed");
    one.invariant = strdup("equals total");
    two.invariant = strdup("equals total");
    cr_expect_eq(seal(one), seal(two));
}

Test(finding, of_a_function_without_a_name_goes_by_its_file)
{
    struct finding one = make(FINDING_HANG, "x");
    struct finding two = make(FINDING_HANG, "x");
    struct location location = {.module = "/a/target", .offset = 1};
    cr_assert(!finding_add_place(&one, &location, NULL, NULL));
    location = (struct location){.module = "/b/target", .offset = 2};
    cr_assert(!finding_add_place(&two, &location, NULL, NULL));
    cr_expect_eq(seal(one), seal(two));
}
