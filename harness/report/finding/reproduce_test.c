#include "finding/reproduce.h"
#include "finding/single_test.h"
#include "sample_test.h"

static void expect_command(const struct single *single, const char *text)
{
    struct str s;
    str_init(&s);
    reproduce_add(&s, &single->run, &single->scenario, &single->entry);
    cr_expect_str_eq(s.data, text, "found: %s\nnot: %s", s.data, text);
    str_fini(&s);
}

Test(reproduce, replays_the_trace)
{
    struct single single;
    struct finding finding = {.kind = FINDING_RACE};
    single_init(&single, &finding);
    expect_command(&single, "mpstress replay s-1");
    single.run.store = NULL;
    expect_command(&single, "mpstress replay s-1");
    single.run.store = "/tmp/my store's";
    expect_command(&single,
                   "mpstress replay --store '/tmp/my store'\\''s' s-1");
}

Test(reproduce, runs_the_iteration_when_there_is_no_trace)
{
    struct single single;
    struct finding finding = {.kind = FINDING_RACE};
    single_init(&single, &finding);
    single.entry.trace = "";
    expect_command(&single, "mpstress run --seed 0x5 --only 3 dir/s.yml");
    single.scenario.path = "";
    single.run.command = "mpstress run -j 2 -- ./prog 'a b'";
    expect_command(&single, "mpstress run --seed 0x5 --only 3 -- ./prog 'a b'");
    static const char *const settings[] = {"--workers=1 2", "--timeout=1s"};
    single.run.settings = settings;
    single.run.setting_count = 2;
    single.run.command = NULL;
    expect_command(&single, "mpstress run --seed 0x5 --only 3 "
                            "'--workers=1 2' --timeout=1s s");
}

Test(reproduce, picks_the_first_unexpected_finding_of_a_failed_scenario)
{
    const struct report_scenario *scenario;
    const struct report_finding *finding =
        reproduce_pick(&sample_run, &scenario);
    cr_assert(finding);
    cr_expect_eq(scenario, &sample_run.scenarios[SAMPLE_FAIL]);
    cr_expect_str_eq(finding->id, "primes-sentinels-76543210");
}
