#include "confidence.h"

#include <criterion/criterion.h>
#include <math.h>

Test(confidence, takes_the_textbook_numbers)
{
    cr_expect_eq(confidence_iterations(.95, .05), 59);
    cr_expect_eq(confidence_iterations(.99, .001), 4603);
    cr_expect_eq(confidence_iterations(.95, .001), 2995);
    cr_expect_eq(confidence_iterations(.75, .5), 2);
    cr_expect_eq(confidence_iterations(.875, .5), 3);
    cr_expect_eq(confidence_iterations(.01, .99), 1);
}

Test(confidence, is_the_least_number_that_does)
{
    static const double confidences[] = {.5, .9, .95, .99, .999, .999999};
    static const double rates[] = {.5, .1, .03, .001, 1e-5};
    for (size_t i = 0; i < sizeof(confidences) / sizeof(confidences[0]); i++)
        for (size_t k = 0; k < sizeof(rates) / sizeof(rates[0]); k++) {
            double c = confidences[i], r = rates[k];
            double n = (double)confidence_iterations(c, r);
            /* The chance that a target of that rate passes n times. */
            cr_expect(pow(1 - r, n) <= (1 - c) * (1 + 1e-6), "%g %g", c, r);
            cr_expect(n == 1 || pow(1 - r, n - 1) > (1 - c) * (1 - 1e-6),
                      "%g %g", c, r);
        }
}

Test(confidence, gives_up_where_nobody_could_wait)
{
    cr_expect_eq(confidence_iterations(.99, 1e-300), 0);
    cr_expect_neq(confidence_iterations(.99, 1e-9), 0);
}
