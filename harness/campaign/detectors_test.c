#include "detectors.h"

#include <criterion/criterion.h>

#include "base/diag.h"
#include "base/error.h"

Test(detectors, a_list_is_the_sum_of_its_names)
{
    struct mps_diag diag;
    unsigned set;
    cr_assert_eq(detectors_parse(&set, "race,drd", &diag), 0);
    cr_expect_eq(set, DETECTOR_RACE | DETECTOR_DRD);
    cr_assert_eq(detectors_parse(&set, "lock-order", &diag), 0);
    cr_expect_eq(set, (unsigned)DETECTOR_LOCK_ORDER);
}

Test(detectors, none_stands_alone)
{
    struct mps_diag diag;
    unsigned set = 7;
    cr_assert_eq(detectors_parse(&set, "none", &diag), 0);
    cr_expect_eq(set, 0);
    cr_expect_eq(detectors_parse(&set, "none,race", &diag), -MPS_EINPUT);
}

Test(detectors, an_unknown_name_is_quoted)
{
    struct mps_diag diag;
    unsigned set;
    static const char *const wrong[] = {"", "races", "rac", "race,", "race,x"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        cr_expect_eq(detectors_parse(&set, wrong[i], &diag), -MPS_EINPUT);
    cr_expect_str_eq(diag.text, "'x' is not a detector: race, lock-order, "
                                "helgrind, drd, or none alone");
}
