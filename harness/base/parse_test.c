#include "parse.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "error.h"

static struct mps_diag diag;

Test(parse, durations_need_a_unit)
{
    static const struct {
        const char *text;
        uint64_t ns;
    } good[] = {
        {"0", 0},
        {"0s", 0},
        {"250us", 250000},
        {"1.5s", 1500000000},
        {"2m", 120000000000},
        {"7ns", 7},
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        uint64_t ns = 99;
        cr_expect_eq(parse_duration(good[i].text, &ns, &diag), 0, "%s",
                     good[i].text);
        cr_expect_eq(ns, good[i].ns, "%s", good[i].text);
    }
    static const char *const bad[] = {"",      "5",       "ms",    "-1s",
                                      "1 s",   "1ss",     "nan s", "infs",
                                      "1e99s", "0x1p3s x"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint64_t ns;
        cr_expect_eq(parse_duration(bad[i], &ns, &diag), -MPS_EUSAGE, "%s",
                     bad[i]);
        cr_expect(*diag.text);
    }
}

Test(parse, ranges_go_upwards)
{
    uint64_t low, high;
    cr_assert_eq(parse_duration_range("10us..2ms", &low, &high, &diag), 0);
    cr_assert_eq(low, 10000);
    cr_assert_eq(high, 2000000);
    cr_assert_eq(parse_duration_range("0..50us", &low, &high, &diag), 0);
    cr_assert_eq(parse_duration_range("3ms", &low, &high, &diag), 0);
    cr_assert_eq(low, high);
    cr_assert_eq(parse_duration_range("2ms..1ms", &low, &high, &diag),
                 -MPS_EUSAGE);
    cr_assert_str_eq(diag.text, "'2ms..1ms': the range ends before it begins");
}

Test(parse, lists_hold_values_and_ranges)
{
    int64_t *values;
    size_t count;
    cr_assert_eq(parse_list("1,4..6,-2", &values, &count, &diag), 0);
    cr_assert_eq(count, 5);
    static const int64_t expected[] = {1, 4, 5, 6, -2};
    cr_assert_arr_eq(values, expected, sizeof(expected));
    free(values);
    cr_assert_eq(parse_list("1..1000000", &values, &count, &diag), -MPS_EUSAGE);
    cr_assert_str_eq(diag.text, "more than 1000 values");
    cr_assert_eq(parse_list("1,,2", &values, &count, &diag), -MPS_EUSAGE);
    cr_assert_eq(parse_list("", &values, &count, &diag), -MPS_EUSAGE);
}

Test(parse, numbers_do_not_wrap)
{
    uint64_t value;
    int64_t signed_value;
    cr_assert_eq(parse_u64("18446744073709551615", &value, &diag), 0);
    cr_assert_eq(value, UINT64_MAX);
    cr_assert_eq(parse_u64("18446744073709551616", &value, &diag), -MPS_EUSAGE);
    cr_assert_eq(parse_u64("0xff", &value, &diag), 0);
    cr_assert_eq(value, 255);
    cr_assert_eq(parse_u64("-1", &value, &diag), -MPS_EUSAGE);
    cr_assert_eq(parse_u64("1x", &value, &diag), -MPS_EUSAGE);
    cr_assert_eq(parse_i64("-7", &signed_value, &diag), 0);
    cr_assert_eq(signed_value, -7);
    cr_assert_eq(parse_i64("9223372036854775808", &signed_value, &diag),
                 -MPS_EUSAGE);
}

Test(parse, durations_are_shown_in_their_unit)
{
    char buf[32];
    cr_assert_str_eq(parse_show_duration(0, buf, sizeof(buf)), "0");
    cr_assert_str_eq(parse_show_duration(1500, buf, sizeof(buf)), "1.5us");
    cr_assert_str_eq(parse_show_duration(2000000000, buf, sizeof(buf)), "2s");
    cr_assert_str_eq(parse_show_duration(90000000000, buf, sizeof(buf)), "90s");
}

Test(parse, shares_are_percentages_or_parts_of_one)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {{"99%", .99}, {"0.1 %", .001}, {".5", .5}, {"1e-3", .001}};
    static const char *const bad[] = {"",     "99",   "1",    "0",    "0%",
                                      "100%", "-1%",  "1%%",  "x%",   "%",
                                      "nan",  "inf%", "1  %", "1% x", "0x1%"};
    double value;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        cr_assert_eq(parse_share(good[i].text, &value, &diag), 0, "%s",
                     good[i].text);
        cr_expect_float_eq(value, good[i].value, 1e-12, "%s", good[i].text);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect_eq(parse_share(bad[i], &value, &diag), -MPS_EUSAGE, "%s",
                     bad[i]);
}
