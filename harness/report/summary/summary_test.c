#include <stdlib.h>
#include <string.h>

#include "sample_test.h"
#include "words.h"

static void expect_summary(const struct report_run *run, bool color,
                           const char *text)
{
    char *summary = sample_summary(run, color);
    cr_expect_str_eq(summary, text, "found:\n%s\nnot:\n%s", summary, text);
    free(summary);
}

static const char everything[] =
    "SCENARIO          ITERATIONS  RATE/S  VERDICT       FIRST  FINDING\n"
    "counter-atomic        10,000   1,053  pass\n"
    "locks-mixed               18     8.6  caught           17  hang\n"
    "primes-sentinels      10,000     890  FAIL           1377  exactly_once "
    "tasks +1\n"
    "counter-plain         10,000   1,250  FAIL                 no invariant\n"
    "image-rows               421     7.0  inconclusive\n"
    "matrix-slices-of-a-very-long-name-nobody-reads\n"
    "                           0       -  ERROR\n"
    "\n"
    "STRATEGY  SCHEDULES  DISTINCT  FAILED  IN SCENARIOS  FINDINGS  AVG "
    "DECISIONS\n"
    "stress        4,110         -       1        1 of 2         1  -\n"
    "pct           3,200   >=3,101       2        1 of 1         1  1,310 "
    "(97-2,120)\n"
    "pos           2,708     2,697       1        1 of 2         0  110 "
    "(4-110)\n"
    "\n"
    "pass counter-atomic\n"
    "  fixed, passes now: counter-atomic-0badf00d\n"
    "\n"
    "FAIL primes-sentinels\n"
    "  failed: 3 of 10,000 (0.030%, 95% interval 0.010-0.088%)\n"
    "  iteration 1377    invariant   2 times   primes-sentinels-76543210\n"
    "                    replays 19/20 fail\n"
    "  iteration 4012    leak        once      primes-sentinels-00000007\n"
    "\n"
    "FAIL counter-plain\n"
    "  the expected invariant did not turn up in 10000 iterations\n"
    "  failed: 0 of 10,000 (rate < 3/10,000 = 0.030%, 95%)\n"
    "  known finding not seen: counter-atomic-0badf00d (ticket #8: rough on "
    "purpose)\n"
    "\n"
    "inconclusive image-rows\n"
    "  ended after 421 of 10000 iterations\n"
    "  never reached: queue full, worker starved\n"
    "\n"
    "ERROR matrix-slices-of-a-very-long-name-nobody-reads\n"
    "  matrix: no such program in targets or PATH\n"
    "\n"
    "note: no namespaces here: process ids vary (see `mpstress doctor`)\n"
    "note: primes-sentinels: 12 of 5,900 controlled iterations were only "
    "partly\n"
    "  controlled: io_uring_enter is not modelled, tasks ran freely meanwhile "
    "and a\n"
    "  replay may differ\n"
    "note: primes-sentinels: 3 of 5,900 controlled iterations were cut off at "
    "the\n"
    "  step bound: no verdict about them, counted as not failed\n"
    "no failure in 1 scenario: rate < 3/10,000 = 0.030% (95%)\n"
    "6 scenarios: 2 failed, 1 could not run, 1 inconclusive, 1 passed, 1 "
    "caught\n"
    "took 1:32 with 2 jobs, seed 0x5eed2a915eed2a91\n"
    "reproduce: mpstress replay primes-sentinels-76543210\n";

Test(summary, shows_every_kind_of_verdict)
{
    expect_summary(&sample_run, false, everything);
}

Test(summary, fits_80_columns)
{
    char *summary = sample_summary(&sample_run, false);
    for (char *line = strtok(summary, "\n"); line; line = strtok(NULL, "\n"))
        cr_expect_leq(words_columns(line), 80, "%s", line);
    free(summary);
}

/* SUMMARY without its escape sequences. */
static char *uncoloured(const char *summary)
{
    struct str s;
    str_init(&s);
    for (const char *at = summary; *at; at++) {
        if (*at == '\033')
            at += strcspn(at, "m");
        else
            str_add_char(&s, *at);
    }
    return str_take(&s);
}

Test(summary, colours_without_changing_the_text)
{
    char *summary = sample_summary(&sample_run, true);
    char *plain = uncoloured(summary);
    cr_expect_str_eq(plain, everything, "%s", plain);
    cr_expect(strstr(summary, "\033[32mcaught\033[0m"));
    cr_expect(strstr(summary, "\033[1;31mFAIL\033[0m"));
    cr_expect(strstr(summary, "\033[33minconclusive\033[0m"));
    free(plain);
    free(summary);
}

/* The run of sample_run's scenarios FROM to TO. */
static struct report_run part(enum sample from, enum sample to)
{
    struct report_run run = sample_run;
    run.scenarios += from;
    run.scenario_count = (size_t)(to - from) + 1;
    run.note_count = 0;
    return run;
}

Test(summary, is_calm_when_everything_went_as_expected)
{
    struct report_scenario scenarios[] = {
        sample_run.scenarios[SAMPLE_PASS],
        sample_run.scenarios[SAMPLE_PASS],
        sample_run.scenarios[SAMPLE_CAUGHT],
    };
    scenarios[0].fixed_count = scenarios[1].fixed_count = 0;
    scenarios[2].strategy_count = 0;
    scenarios[1].iterations = 5000;
    struct report_run run = part(SAMPLE_PASS, SAMPLE_FAIL);
    run.scenarios = scenarios;
    expect_summary(
        &run, true,
        "\033[1mSCENARIO\033[0m        \033[1mITERATIONS\033[0m  "
        "\033[1mRATE/S\033[0m  \033[1mVERDICT\033[0m  \033[1mFIRST\033[0m  "
        "\033[1mFINDING\033[0m\n"
        "counter-atomic      10,000   1,053  \033[32mpass\033[0m\n"
        "counter-atomic       5,000     526  \033[32mpass\033[0m\n"
        "locks-mixed             18     8.6  \033[32mcaught\033[0m      17  "
        "hang\n"
        "\n"
        "no failure in 2 scenarios: rate < 3/5,000 = 0.060% (95%) each\n"
        "3 scenarios: \033[32m2 passed\033[0m, \033[32m1 caught\033[0m\n"
        "took 1:32 with 2 jobs, seed 0x5eed2a915eed2a91\n");
}

Test(summary, bounds_the_rate_by_the_iterations_that_came_to_an_end)
{
    struct report_strategy random = {
        .name = "random", .controlled = true, .iterations = 10000};
    struct report_scenario scenario = sample_run.scenarios[SAMPLE_PASS];
    scenario.strategies = &random;
    scenario.strategy_count = 1;
    struct report_run run = part(SAMPLE_PASS, SAMPLE_PASS);
    run.scenarios = &scenario;
    random.bounded = 9000;
    char *summary = sample_summary(&run, false);
    cr_expect(strstr(summary, "no failure in 1 scenario: rate < 3/1,000 "),
              "%s", summary);
    free(summary);
    random.bounded = 9997;
    summary = sample_summary(&run, false);
    cr_expect(!strstr(summary, "no failure"), "%s", summary);
    free(summary);
}

Test(summary, asks_to_reproduce_only_what_was_not_expected)
{
    struct report_run run = part(SAMPLE_PASS, SAMPLE_CAUGHT);
    char *summary = sample_summary(&run, false);
    cr_expect(!strstr(summary, "reproduce"), "%s", summary);
    free(summary);
    run = part(SAMPLE_MISSED, SAMPLE_ERROR);
    summary = sample_summary(&run, false);
    cr_expect(!strstr(summary, "reproduce"), "%s", summary);
    free(summary);
}

Test(summary, says_that_it_was_interrupted)
{
    struct report_run run = part(SAMPLE_INCONCLUSIVE, SAMPLE_INCONCLUSIVE);
    run.interrupted = true;
    run.jobs = 1;
    char *summary = sample_summary(&run, false);
    cr_expect(strstr(summary, "\ninterrupted after 1 scenario: 1 inconclusive\n"
                              "took 1:32 with 1 job, seed "),
              "%s", summary);
    free(summary);
    run.scenario_count = 0;
    expect_summary(&run, false,
                   "\ninterrupted after 0 scenarios\n"
                   "took 1:32 with 1 job, seed 0x5eed2a915eed2a91\n");
}

Test(summary, shows_ten_of_many_findings)
{
    enum { MANY = 12 };
    struct report_finding findings[MANY];
    char ids[MANY][24];
    for (int i = 0; i < MANY; i++) {
        findings[i] = sample_run.scenarios[SAMPLE_FAIL].findings[0];
        findings[i].first_iteration = (uint64_t)(MANY - i);
        snprintf(ids[i], sizeof(ids[i]), "id-%d", MANY - i);
        findings[i].id = ids[i];
    }
    struct report_scenario scenario = sample_run.scenarios[SAMPLE_FAIL];
    scenario.findings = findings;
    scenario.finding_count = MANY;
    struct report_run run = part(SAMPLE_FAIL, SAMPLE_FAIL);
    run.scenarios = &scenario;
    char *summary = sample_summary(&run, false);
    cr_expect(strstr(summary, "once      id-10\n  and 2 more\n"), "%s",
              summary);
    cr_expect(strstr(summary, "reproduce: mpstress replay id-1\n"));
    free(summary);
}

Test(summary, lets_nothing_act_on_the_terminal)
{
    char *summary = sample_summary(&sample_hostile, false);
    for (const char *at = summary; *at; at++) {
        unsigned char c = (unsigned char)*at;
        cr_assert(*at == '\n' || (c >= 0x20 && c != 0x7f), "byte %02x", c);
    }
    cr_expect(strstr(summary, "RATE/S  VERDICT  FIRST  FINDING\n\\x1b"));
    cr_expect(strstr(summary, "  AVG DECISIONS\n\\x1b"), "%s", summary);
    cr_expect(strstr(summary, "\nnote: \\x1b"), "%s", summary);
    free(summary);
}

Test(summary, names_every_verdict)
{
    cr_expect_str_eq(verdict_name(VERDICT_PASS), "pass");
    cr_expect_str_eq(verdict_name(VERDICT_FAIL), "fail");
    cr_expect_str_eq(verdict_name(VERDICT_INCONCLUSIVE), "inconclusive");
    cr_expect_str_eq(verdict_name(VERDICT_ERROR), "error");
}

Test(summary, shows_what_is_known_with_the_reason)
{
    expect_summary(
        &sample_known, false,
        "SCENARIO          ITERATIONS  RATE/S  VERDICT  FIRST  FINDING\n"
        "primes-alone           1,000   1,000  known        4  leak\n"
        "primes-sentinels       2,000   2,000  FLAKY     1377  exactly_once "
        "tasks\n"
        "counter-atomic         1,000   1,000  pass\n"
        "\n"
        "known primes-alone\n"
        "  failed: 12 of 1,000 (1.20%, 95% interval 0.69-2.09%)\n"
        "  iteration 4       leak        12 times  primes-sentinels-00000007\n"
        "                    known: ticket #7: the ring stays, <b>\n"
        "\n"
        "FLAKY primes-sentinels\n"
        "  failed: 13 of 2,000 (0.650%, 95% interval 0.380-1.109%)\n"
        "  iteration 4       leak        12 times  primes-sentinels-00000007\n"
        "                    known: ticket #7: the ring stays, <b>\n"
        "  iteration 1377    invariant   once      primes-sentinels-76543210\n"
        "\n"
        "pass counter-atomic\n"
        "  known finding not seen: counter-atomic-0badf00d (ticket #8: rough "
        "on purpose)\n"
        "\n"
        "no new failure in 2 scenarios, 919 iterations each: rate < 0.5% with "
        "99% confidence\n"
        "3 scenarios: 1 flaky, 1 passed, 1 known\n"
        "took 3.0 s with 2 jobs, seed 0x5eed\n"
        "reproduce: mpstress replay primes-sentinels-76543210\n");
}
