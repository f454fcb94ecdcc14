#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>
#include <stdlib.h>
#include <string.h>

#include "html/parse_test.h"
#include "sample_test.h"

Test(html, has_a_row_for_each_scenario_and_a_section_for_each_finding)
{
    char *text = sample_format("html", &sample_run);
    struct parsed page;
    parsed_open(&page, text);
    expect_number(&page, "count(//table[@class='summary']/tbody/tr)", SAMPLES);
    expect_number(&page, "count(//section[@class='failure'])", 3);
    expect_number(&page, "count(//span[@class='v caught'])", 2);
    expect_text(&page,
                "//section[@id='primes-sentinels-76543210']/p[@class='what']",
                "tasks: of 400 items 2 lost");
    expect_number(&page, "count(//a[@href='#primes-sentinels-76543210'])", 1);
    expect_number(&page,
                  "count(//section//table[@class='places'][1]"
                  "/tbody/tr[td='put it'])",
                  2);
    expect_text(&page, "//section[@id='locks-mixed-00000001']//code",
                "mpstress replay locks-mixed-00000001");
    parsed_close(&page);
    free(text);
}

Test(html, says_when_a_trace_cannot_be_read)
{
    char *text = sample_format("html", &sample_run);
    cr_expect(strstr(text, "Its trace could not be read"));
    free(text);
}

Test(html, shows_rates_by_strategy_and_by_what_was_varied)
{
    static const struct report_share shares[] = {{"2", 100, 0}, {"4", 50, 25}};
    static const struct report_breakdown workers = {"workers", shares, 2};
    static const struct report_past past[] = {
        {1714566600000000000, "0badc0de", "pass", 10, 0, NULL}};
    struct report_scenario scenario = sample_run.scenarios[SAMPLE_FAIL];
    scenario.breakdowns = &workers;
    scenario.breakdown_count = 1;
    scenario.past = past;
    scenario.past_count = 1;
    struct report_run run = sample_run;
    run.scenarios = &scenario;
    run.scenario_count = 1;
    char *text = sample_format("html", &run);
    struct parsed page;
    parsed_open(&page, text);
    expect_number(&page, "count(//figure)", 2);
    expect_text(&page, "//figure[1]/figcaption", "by workers");
    expect_number(&page, "count(//figure[1]//tr[1]//i)", 0);
    expect_number(&page, "count(//figure[1]//tr[2]//i)", 1);
    expect_text(&page, "//figure[1]//tr[2]/td[2]",
                "25 of 50 (50.0%, 95% interval 36.6-63.4%)");
    expect_text(&page, "//figure[2]//tr[2]/th", "pct");
    expect_text(&page, "//table[@class='past']/tbody/tr/td[1]",
                "2024-05-01 12:30");
    parsed_close(&page);
    free(text);
}

/* Two runs failed, one did not; of another scenario, only what was. */
Test(html, shows_the_history_of_failures)
{
    static const struct report_past past[] = {
        {1714739400000000000, "c", "pass", 50, 0, NULL},
        {1714653000000000000, "b-dirty", "fail", 100, 50, NULL},
        {1714566600000000000, "a", "fail", 100, 10, NULL}};
    static const struct report_point points[] = {{10, 100}, {50, 100}, {0, 50}};
    static const struct report_trail trail = {.id = "jobs-00000001",
                                              .scenario = "jobs",
                                              .kind = "deadlock",
                                              .what = "a waits for b",
                                              .first_ns = 1714566600000000000,
                                              .last_ns = 1714653000000000000,
                                              .first_commit = "a",
                                              .last_commit = "b-dirty",
                                              .runs = 2,
                                              .times = 60,
                                              .iterations = 200,
                                              .state = TRAIL_GONE,
                                              .clean = 50,
                                              .needed = 18,
                                              .gone_ns = 1714739400000000000,
                                              .gone_commit = "c",
                                              .points = points,
                                              .point_count = 3};
    const struct report_scenario scenario = {.name = "jobs",
                                             .about = "",
                                             .reason = "",
                                             .verdict = VERDICT_PASS,
                                             .iterations = 50,
                                             .past = past,
                                             .past_count = 3,
                                             .trails = &trail,
                                             .trail_count = 1};
    struct report_run run = sample_run;
    run.scenarios = &scenario;
    run.scenario_count = 1;
    char *text = sample_format("html", &run);
    struct parsed page;
    parsed_open(&page, text);
    expect_text(&page, "//section[@class='about']/h3", "jobs");
    expect_number(&page, "count(//figure[@class='rates']//g)", 3);
    expect_number(&page, "count(//figure[@class='rates']//g[1]/rect)", 2);
    expect_number(&page, "count(//figure[@class='rates']//g[3]/rect)", 1);
    expect_text(&page, "//figure[@class='rates']//g[2]/title",
                "2024-05-02 12:30 b-dirty: 50 of 100 (50.0%, 95% interval "
                "40.4-59.6%)");
    expect_text(&page, "//table[@class='trails']/tbody/tr/td[3]", "30.0%");
    expect_text(&page, "//table[@class='trails']/tbody/tr/td[5]/span",
                "gone 2024-05-03 12:30");
    expect_number(&page, "count(//table[@class='past']/tbody/tr)", 3);
    parsed_close(&page);
    free(text);
}

Test(html, loads_nothing_from_anywhere)
{
    char *text = sample_format("html", &sample_run);
    cr_expect_null(strstr(text, "http:"));
    cr_expect_null(strstr(text, "https:"));
    cr_expect_null(strstr(text, "@import"));
    cr_expect(strstr(text, "default-src 'none'"));
    struct parsed page;
    parsed_open(&page, text);
    expect_number(&page, "count(//@src)", 0);
    expect_number(&page, "count(//link[@href != 'data:,'])", 0);
    expect_number(&page, "count(//a[not(starts-with(@href, '#'))])", 0);
    parsed_close(&page);
    free(text);
}

/* Everything that a target can name: as markup it would add elements. */
Test(html, hostile_texts_stay_texts)
{
    char *text = sample_format("html", &sample_hostile);
    struct parsed page;
    parsed_open(&page, text);
    expect_number(&page, "count(//comment())", 0);
    expect_number(&page, "count(//script)", 1);
    expect_number(&page, "count(//@*[starts-with(name(), 'on')])", 0);
    expect_number(&page, "count(//table[@class='summary']/tbody/tr)", 2);
    expect_number(&page, "count(//section[@class='failure'])", 1);
    expect_number(&page, "count(//table[@class='places']/tbody/tr)", 3);
    cr_expect_null(strstr(text, "<!-- &"));
    for (const char *at = text; *at; at++)
        cr_expect(*at == '\n' || (unsigned char)*at >= 0x20);
    parsed_close(&page);
    free(text);
}

/* The same page with markup in place of each text has the same elements. */
static double elements_with(const char *word)
{
    const struct report_share shares[] = {{word, 9, 3}, {"x", 9, 4}};
    const struct report_breakdown table = {word, shares, 2};
    const struct report_past past[] = {{1, word, word, 5, 1, word},
                                       {2, word, word, 5, 1, word}};
    const struct report_point point = {1, 2};
    const struct report_trail trail = {.id = word,
                                       .scenario = word,
                                       .kind = word,
                                       .what = word,
                                       .first_commit = word,
                                       .last_commit = word,
                                       .gone_commit = word,
                                       .state = TRAIL_GONE,
                                       .times = 1,
                                       .iterations = 2,
                                       .points = &point,
                                       .point_count = 1};
    struct finding finding =
        *sample_run.scenarios[SAMPLE_FAIL].findings[1].finding;
    char *copy = strdup(word);
    finding.what = finding.detail = finding.expected = finding.actual =
        finding.invariant = copy;
    struct report_finding entry = {.finding = &finding,
                                   .id = word,
                                   .trace = word,
                                   .times = 2,
                                   .strategy = word,
                                   .parameters = word};
    const struct report_strategy strategy = {.name = word, .iterations = 1};
    const struct report_scenario scenario = {.name = word,
                                             .about = word,
                                             .path = word,
                                             .verdict = VERDICT_FAIL,
                                             .reason = word,
                                             .iterations = 18,
                                             .failures = 7,
                                             .findings = &entry,
                                             .finding_count = 1,
                                             .strategies = &strategy,
                                             .strategy_count = 1,
                                             .breakdowns = &table,
                                             .breakdown_count = 1,
                                             .past = past,
                                             .past_count = 2,
                                             .trails = &trail,
                                             .trail_count = 1};
    const struct report_run run = {.version = word,
                                   .command = word,
                                   .scenarios = &scenario,
                                   .scenario_count = 1,
                                   .notes = &word,
                                   .note_count = 1};
    char *text = sample_format("html", &run);
    struct parsed page;
    parsed_open(&page, text);
    double count = parsed_number(&page, "count(//*) + 1000 * count(//@*)");
    parsed_close(&page);
    free(text);
    free(copy);
    return count;
}

Test(html, markup_in_any_text_adds_no_element_and_no_attribute)
{
    static const char *const words[] = {
        "</script><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onclick='alert(1)",
        "</style></title></textarea><svg/onload=alert(1)>",
        "<!--",
        "&lt;b&gt;<b>",
    };
    double plain = elements_with("word");
    cr_expect_gt(plain, 100);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        cr_expect_eq(elements_with(words[i]), plain, "%s", words[i]);
}

Test(html, of_very_many_failures_says_how_many_are_left_out)
{
    enum { COUNT = 57 };
    struct report_finding entries[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        entries[i] = sample_run.scenarios[SAMPLE_FAIL].findings[1];
    struct report_scenario scenario = sample_run.scenarios[SAMPLE_FAIL];
    scenario.findings = entries;
    scenario.finding_count = COUNT;
    struct report_run run = sample_run;
    run.scenarios = &scenario;
    run.scenario_count = 1;
    char *text = sample_format("html", &run);
    struct parsed page;
    parsed_open(&page, text);
    expect_number(&page, "count(//section[@class='failure'])", 40);
    cr_expect(strstr(text, "17 more failures"));
    parsed_close(&page);
    free(text);
}

Test(html, shows_what_is_known)
{
    char *text = sample_format("html", &sample_known);
    struct parsed page;
    parsed_open(&page, text);
    expect_number(&page, "count(//span[@class='v known'])", 2);
    expect_number(&page, "count(//span[@class='kind known'])", 2);
    expect_number(&page, "count(//dd[.='ticket #7: the ring stays, <b>'])", 2);
    expect_text(&page, "//ul[@class='notes']/li",
                "known finding not seen: counter-atomic-0badf00d (ticket #8: "
                "rough on purpose)");
    parsed_close(&page);
    free(text);
}
