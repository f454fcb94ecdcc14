#include <criterion/criterion.h>
#include <math.h>

#include "rate.h"
#include "report.h"

static void expect_text(uint64_t failures, uint64_t iterations,
                        const char *text)
{
    char buf[160];
    cr_expect_str_eq(report_rate(failures, iterations, buf, sizeof(buf)), text,
                     "found: %s\nnot: %s", buf, text);
}

static void expect_interval(uint64_t failures, uint64_t iterations, double low,
                            double high)
{
    struct rate rate = rate_of(failures, iterations);
    cr_expect(fabs(rate.low - low) < 5e-5, "low is %g", rate.low);
    cr_expect(fabs(rate.high - high) < 5e-5, "high is %g", rate.high);
}

/* The first is Newcombe's example (Statistics in Medicine 17, 1998, table I),
 * method 3. */
Test(rate, gives_the_published_intervals)
{
    expect_interval(81, 263, 0.2553, 0.3662);
    expect_interval(15, 148, 0.0624, 0.1605);
    expect_interval(1, 29, 0.0061, 0.1718);
}

Test(rate, stays_between_0_and_1)
{
    for (uint64_t n = 1; n < 200; n++) {
        for (uint64_t k = 0; k <= n; k++) {
            struct rate rate = rate_of(k, n);
            cr_assert(0 <= rate.low && rate.low <= rate.value &&
                          rate.value <= rate.high && rate.high <= 1,
                      "%d of %d: %g %g %g", (int)k, (int)n, rate.low,
                      rate.value, rate.high);
        }
    }
}

Test(rate, names_the_interval_of_a_failure)
{
    expect_text(2, 10000, "2 of 10,000 (0.020%, 95% interval 0.005-0.073%)");
    expect_text(432, 1000, "432 of 1,000 (43.2%, 95% interval 40.2-46.3%)");
    expect_text(1, 18, "1 of 18 (5.56%, 95% interval 0.99-25.76%)");
}

Test(rate, keeps_two_digits_of_a_rare_failure)
{
    expect_text(1, 30000000,
                "1 of 30,000,000 (0.0000033%, 95% interval "
                "0.0000006-0.0000189%)");
}

Test(rate, says_100_percent_without_decimals)
{
    expect_text(17, 17, "17 of 17 (100%, 95% interval 81.6-100%)");
    expect_text(1, 1, "1 of 1 (100%, 95% interval 20.7-100%)");
}

Test(rate, bounds_what_never_failed_by_three_over_n)
{
    expect_text(0, 10000, "0 of 10,000 (rate < 3/10,000 = 0.030%, 95%)");
    expect_text(0, 4, "0 of 4 (rate < 3/4 = 75.0%, 95%)");
}

Test(rate, claims_nothing_from_too_few_iterations)
{
    expect_text(0, 3, "0 of 3 (too few to say anything)");
    expect_text(0, 0, "0 of 0 (too few to say anything)");
}

Test(rate, survives_impossible_counts_and_small_buffers)
{
    char buf[8];
    struct rate rate = rate_of(5, 2);
    cr_expect_float_eq(rate.value, 1, 1e-12);
    cr_expect_float_eq(rate.high, 1, 1e-12);
    cr_expect_str_eq(report_rate(2, 10000, buf, sizeof(buf)), "2 of 10");
    expect_text(3, 0, "3 of 0 (100%, 95% interval 20.7-100%)");
}

Test(rate, tells_how_many_iterations_would_show_it_again)
{
    /* Half of them: the interval begins at 40.4 %. */
    cr_expect_eq(rate_needed(50, 100), 9);
    /* Once in one: it might be one in five. */
    cr_expect_eq(rate_needed(1, 1), 20);
    cr_expect_eq(rate_needed(1, 1000), 26083);
    cr_expect_eq(rate_needed(100000, 100000), 1);
    cr_expect_eq(rate_needed(1, UINT64_MAX), UINT64_MAX);
    /* The lower the rate, the more it takes. */
    uint64_t before = 0;
    for (uint64_t n = 1; n < 100000; n *= 3) {
        uint64_t needed = rate_needed(1, n);
        cr_expect_gt(needed, before);
        before = needed;
    }
}
