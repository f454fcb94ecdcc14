#include "sanitizers.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"

Test(sanitizers, takes_thread_for_what_it_is)
{
    bool traps = false;
    cr_expect_eq(sanitizers_read("thread", &traps, NULL), 0);
    cr_expect_not(traps);
}

Test(sanitizers, has_undefined_behaviour_trap)
{
    static const char *const lists[] = {"undefined", "thread,undefined",
                                        "signed-integer-overflow",
                                        "bounds,thread"};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        bool traps = false;
        cr_expect_eq(sanitizers_read(lists[i], &traps, NULL), 0);
        cr_expect(traps, "%s", lists[i]);
    }
}

Test(sanitizers, refuses_a_second_runtime_by_name)
{
    static const char *const names[] = {"address", "hwaddress", "leak",
                                        "memory",  "fuzzer",    "all"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char list[64], named[64];
        snprintf(list, sizeof(list), "thread,%s", names[i]);
        snprintf(named, sizeof(named), "-fsanitize=%s: ", names[i]);
        bool traps = false;
        struct mps_diag diag = {""};
        cr_expect_eq(sanitizers_read(list, &traps, &diag), -MPS_EUSAGE);
        cr_expect_not_null(strstr(diag.text, named), "%s", diag.text);
    }
}

Test(sanitizers, does_not_take_a_prefix_for_a_name)
{
    bool traps = false;
    cr_expect_eq(sanitizers_read("all-of-them", &traps, NULL), 0);
    cr_expect_eq(sanitizers_read("al", &traps, NULL), 0);
    cr_expect_eq(sanitizers_read("", &traps, NULL), 0);
}
