#include <stdlib.h>
#include <string.h>

#include "sample_test.h"
#include "summary/summary.h"

static void expect_table(const struct report_run *run, const char *text)
{
    struct str s;
    str_init(&s);
    strategies_add(&s, false, run);
    cr_expect_str_eq(s.data, text, "found:\n%s\nnot:\n%s", s.data, text);
    str_fini(&s);
}

/* The run of sample_run's scenario NUMBER alone. */
static struct report_run single(enum sample number)
{
    struct report_run run = sample_run;
    run.scenarios += number;
    run.scenario_count = 1;
    return run;
}

static const char one[] =
    "\n"
    "STRATEGY  SCHEDULES  DISTINCT  FAILED  FIRST  FINDINGS  AVG DECISIONS\n"
    "stress        4,100         -       1   4012         1  -\n"
    "pct           3,200   >=3,101       2   1377         1  1,310 (97-2,120)\n"
    "pos           2,700     2,690       0                0  110\n";

static const char sum[] =
    "\n"
    "STRATEGY  SCHEDULES  DISTINCT  FAILED  IN SCENARIOS  FINDINGS  AVG "
    "DECISIONS\n"
    "stress        4,110         -       1        1 of 2         1  -\n"
    "pct           3,200   >=3,101       2        1 of 1         1  1,310 "
    "(97-2,120)\n"
    "pos           2,708     2,697       1        1 of 2         0  110 "
    "(4-110)\n";

Test(strategies, shows_the_first_failure_of_a_single_scenario)
{
    struct report_run run = single(SAMPLE_FAIL);
    expect_table(&run, one);
    run.verbose = true; /* would say the same twice */
    expect_table(&run, one);
}

Test(strategies, sums_over_the_scenarios)
{
    expect_table(&sample_run, sum);
}

Test(strategies, lists_every_scenario_of_a_verbose_run)
{
    struct report_run run = sample_run;
    run.verbose = true;
    char text[2000];
    snprintf(
        text, sizeof(text), "%s%s",
        "\n"
        "STRATEGY  SCHEDULES  DISTINCT  FAILED  FIRST  FINDINGS  AVG "
        "DECISIONS\n"
        "locks-mixed\n"
        "  stress         10         -       0                0  -\n"
        "  pos             8         7       1     17         0  6.5 (4-9)\n"
        "primes-sentinels\n"
        "  stress      4,100         -       1   4012         1  -\n"
        "  pct         3,200   >=3,101       2   1377         1  "
        "1,310 (97-2,120)\n"
        "  pos         2,700     2,690       0                0  110\n",
        sum);
    expect_table(&run, text);
}

Test(strategies, are_not_shown_when_quiet_or_all_was_stress)
{
    struct report_run run = sample_run;
    run.quiet = true;
    expect_table(&run, "");
    static const struct report_strategy stress = {.name = "stress",
                                                  .iterations = 9};
    struct report_scenario scenario = sample_run.scenarios[SAMPLE_FAIL];
    scenario.strategies = &stress;
    scenario.strategy_count = 1;
    run = single(SAMPLE_FAIL);
    run.scenarios = &scenario;
    expect_table(&run, "");
}

Test(strategies, stand_in_the_order_of_the_scenarios_that_used_all)
{
    static const struct report_strategy few[] = {
        {.name = "pos", .controlled = true, .iterations = 1},
    };
    static const struct report_strategy all[] = {
        {.name = "stress", .iterations = 1},
        {.name = "random", .controlled = true, .iterations = 1},
        {.name = "pct", .controlled = true, .iterations = 1},
        {.name = "pos", .controlled = true, .iterations = 1},
    };
    const struct report_scenario scenarios[] = {
        {.name = "a", .strategies = few, .strategy_count = 1},
        {.name = "b", .strategies = all + 1, .strategy_count = 2},
        {.name = "c", .strategies = all, .strategy_count = 4},
    };
    struct report_run run = {.scenarios = scenarios, .scenario_count = 3};
    struct str s;
    str_init(&s);
    strategies_add(&s, false, &run);
    const char *stress = strstr(s.data, "stress"),
               *pct = strstr(s.data, "\npct"),
               *random = strstr(s.data, "\nrandom");
    cr_assert(stress && pct && random, "%s", s.data);
    cr_expect(stress < random && random < pct, "%s", s.data);
    str_fini(&s);
}
