#include <string.h>

#include "sample_test.h"
#include "summary/summary.h"

static void expect_notes(const struct report_run *run, const char *text)
{
    struct str s;
    str_init(&s);
    notes_add(&s, run);
    cr_expect_str_eq(s.data, text, "found:\n%s\nnot:\n%s", s.data, text);
    str_fini(&s);
}

Test(notes, say_what_was_not_under_control)
{
    struct report_strategy random = {
        .name = "random", .controlled = true, .iterations = 40, .partly = 1};
    struct report_scenario scenario = {.name = "s",
                                       .strategies = &random,
                                       .strategy_count = 1,
                                       .external_call = "futex"};
    struct report_run run = {.scenarios = &scenario, .scenario_count = 1};
    expect_notes(&run, "note: s: 1 of 40 controlled iterations was only "
                       "partly controlled: futex is not\n"
                       "  modelled, tasks ran freely meanwhile and a "
                       "replay may differ\n");
    random.partly = 2;
    scenario.external_call = "computation";
    expect_notes(&run, "note: s: 2 of 40 controlled iterations were only "
                       "partly controlled: a task\n"
                       "  computed for long without any operation, tasks ran "
                       "freely meanwhile and a\n"
                       "  replay may differ\n");
    random.partly = 0;
    expect_notes(&run, "");
    random.bounded = 1;
    expect_notes(&run, "note: s: 1 of 40 controlled iterations was cut off at "
                       "the step bound: no verdict\n"
                       "  about it, counted as not failed\n");
    random.controlled = false;
    expect_notes(&run, "");
}

Test(notes, name_only_a_few_scenarios)
{
    enum { MANY = 7 };
    static const struct report_strategy random = {
        .name = "random", .controlled = true, .iterations = 40, .partly = 1};
    struct report_scenario scenarios[MANY];
    for (int i = 0; i < MANY; i++)
        scenarios[i] = (struct report_scenario){.name = "s",
                                                .strategies = &random,
                                                .strategy_count = 1,
                                                .external_call = "futex"};
    struct report_run run = {.scenarios = scenarios, .scenario_count = MANY};
    struct str s;
    str_init(&s);
    notes_add(&s, &run);
    size_t named = 0;
    for (const char *at = s.data; (at = strstr(at, "note: s: ")); at++)
        named++;
    cr_expect_eq(named, 5, "%s", s.data);
    const char end[] = "\nnote: the same in 2 more scenarios\n";
    cr_assert(s.len > strlen(end));
    cr_expect_str_eq(s.data + s.len - strlen(end), end);
    str_fini(&s);
}
