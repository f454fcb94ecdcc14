#include <stdlib.h>
#include <string.h>

#include "finding/block.h"
#include "finding/single_test.h"
#include "sample_test.h"

static void expect_block(const struct report_run *run, size_t scenario,
                         size_t finding, const char *text)
{
    char *block = sample_block(run, scenario, finding);
    cr_expect_str_eq(block, text, "found:\n%s\nnot:\n%s", block, text);
    free(block);
}

Test(block, shows_a_finding_with_values_places_and_counts)
{
    expect_block(&sample_run, SAMPLE_FAIL, 1,
                 "FAIL primes-sentinels  invariant  iteration 1377  seed "
                 "0xffffffffffffffff  strategy pct\n"
                 "  tasks: of 400 items 2 lost\n"
                 "  expected   every item once\n"
                 "  actual     2 lost\n"
                 "  invariant  exactly_once tasks\n"
                 "  with       workers=3 items=400\n"
                 "  0             put it  produce()  targets/primes.c:88\n"
                 "  0.2 (worker)  put it             libmp.so+0x4f0\n"
                 "    lost: 17, put 1 times, got 0 times, by 0\n"
                 "    lost: 31, put 1 times, got 0 times, by 0.2 (worker)\n"
                 "  seen in    2 of 10,000 iterations\n"
                 "  replays    19/20 fail\n"
                 "  trace      "
                 ".mpstress/failures/primes-sentinels-76543210.mpt\n");
}

Test(block, shows_an_expected_finding_as_caught)
{
    expect_block(
        &sample_run, SAMPLE_CAUGHT, 0,
        "CAUGHT locks-mixed  hang  iteration 17  seed 0x9e3779b97f4a7c15\n"
        "  3 of 3 tasks still waiting after 2s: 0 wait(any child), 0.0 "
        "(payer) mutex lock\n"
        "    mutex /accounts+0x40, 0.1 (payee) mutex lock mutex /accounts\n"
        "  with       workers=2 transfers=1000\n"
        "  0            wait(any child)                  main()      "
        "targets/locks.c:141\n"
        "  0.0 (payer)  mutex lock mutex /accounts+0x40  transfer()  "
        "targets/locks.c:62\n"
        "  0.1 (payee)  mutex lock mutex /accounts       transfer()  "
        "targets/locks.c:62\n"
        "    deadlock: 0.0 (payer) waits for 0.1 (payee) and 0.1 (payee) for "
        "0.0 (payer)\n"
        "  trace      .mpstress/failures/locks-mixed-00000001.mpt\n");
}

Test(block, does_not_repeat_values_that_the_sentence_says)
{
    struct single single;
    struct finding finding = {
        .what = (char[]){"total is 39, expected 40 (workers * items)"},
        .expected = (char[]){"40 (workers * items)"},
        .actual = (char[]){"39"},
    };
    single_init(&single, &finding);
    expect_block(&single.run, 0, 0,
                 "FAIL s  invariant  iteration 3  seed 0xab\n"
                 "  total is 39, expected 40 (workers * items)\n"
                 "  trace      t/s-1.mpt\n");
    finding.actual = (char[]){"3"}; /* only within other words */
    expect_block(&single.run, 0, 0,
                 "FAIL s  invariant  iteration 3  seed 0xab\n"
                 "  total is 39, expected 40 (workers * items)\n"
                 "  expected   40 (workers * items)\n"
                 "  actual     3\n"
                 "  trace      t/s-1.mpt\n");
}

Test(block, breaks_places_that_are_too_wide_for_a_line)
{
    struct single single;
    struct finding_place places[] = {
        {.location = {"lock", "targets/mp/lock.c", 70, "/bin/x", 1},
         .role = (char[]){"mutex lock mutex /a-segment-with-a-long-name+0x40"},
         .task = (char[]){"0.0 (one)"}},
        {.location = {NULL, NULL, 0, "/lib/libc.so.6", 0x10},
         .role = (char[]){"waits"},
         .task = (char[]){"0"}},
        {.location = {NULL, NULL, 0, NULL, 0}},
    };
    struct finding finding = {.kind = FINDING_DEADLOCK,
                              .what = (char[]){"stuck"},
                              .places = places,
                              .place_count = 3};
    single_init(&single, &finding);
    single.entry.trace = "";
    expect_block(&single.run, 0, 0,
                 "FAIL s  deadlock  iteration 3  seed 0xab\n"
                 "  stuck\n"
                 "  0.0 (one)  mutex lock mutex "
                 "/a-segment-with-a-long-name+0x40\n"
                 "      lock()  targets/mp/lock.c:70\n"
                 "  0          waits\n"
                 "      libc.so.6+0x10\n");
}

Test(block, cuts_a_very_long_detail)
{
    struct single single;
    char detail[3 * 100 + 1];
    for (int i = 0; i < 100; i++)
        snprintf(detail + (size_t)i * 3, 4, "%02d\n", i);
    struct finding finding = {.what = (char[]){"w"}, .detail = detail};
    single_init(&single, &finding);
    char *block = sample_block(&single.run, 0, 0);
    cr_expect(strstr(block, "    39\n    and 60 more lines\n"), "%s", block);
    cr_expect(!strstr(block, "    40\n"));
    free(block);
}

Test(block, shows_the_inner_frames_of_every_stack)
{
    struct single single;
    struct str detail;
    str_init(&detail);
    for (int task = 0; task < 2; task++) {
        str_addf(&detail, "0.%d: read pipe\n", task);
        for (int frame = 0; frame < 9 + task; frame++)
            str_addf(&detail, "    #%d f%d() a.c:7\n", frame, frame);
    }
    struct finding finding = {
        .kind = FINDING_HANG, .what = (char[]){"w"}, .detail = detail.data};
    single_init(&single, &finding);
    char *block = sample_block(&single.run, 0, 0);
    cr_expect(strstr(block, "    0.0: read pipe\n        #0 f0() a.c:7\n"),
              "%s", block);
    cr_expect(strstr(block, "        #7 f7() a.c:7\n"
                            "        and 1 outer frame\n"
                            "    0.1: read pipe\n"),
              "%s", block);
    cr_expect(strstr(block, "        #7 f7() a.c:7\n"
                            "        and 2 outer frames\n"
                            "  trace"),
              "%s", block);
    free(block);
    str_fini(&detail);
}

Test(block, wraps_long_sentences_of_the_detail)
{
    struct single single;
    struct finding finding = {
        .kind = FINDING_HANG,
        .what = (char[]){"w"},
        .detail = (char[]){
            "deadlock: 0.0 (worker 0) waits for mutex 1, held by 0.1 (worker "
            "1), and backwards\n    stderr: a line of the target, which stays "
            "as it is however long it may be\n"}};
    single_init(&single, &finding);
    char *block = sample_block(&single.run, 0, 0);
    cr_expect(strstr(block, "    deadlock: 0.0 (worker 0) waits for mutex 1, "
                            "held by 0.1 (worker 1), and\n      backwards\n"
                            "        stderr: a line of the target, which "
                            "stays as it is however long it may be\n"),
              "%s", block);
    free(block);
}

Test(block, keeps_the_line_that_logs_are_searched_for_whole)
{
    struct finding finding = {
        .kind = FINDING_RACE,
        .what = (char[]){"w"},
        .detail = (char[]){
            "SUMMARY: mpstress: data race "
            "/home/somebody/somewhere/quite/far/away/source_file.c:117 in "
            "ring_pop\n"}};
    struct single single;
    single_init(&single, &finding);
    char *block = sample_block(&single.run, 0, 0);
    cr_expect(strstr(block, "    SUMMARY: mpstress: data race "
                            "/home/somebody/somewhere/quite/far/away/"
                            "source_file.c:117 in ring_pop\n"),
              "%s", block);
    free(block);
}

Test(block, says_what_the_kind_means_when_there_is_no_sentence)
{
    struct single single;
    struct finding finding = {.kind = FINDING_RACE};
    single_init(&single, &finding);
    single.entry.trace = NULL;
    single.entry.id = NULL;
    single.entry.parameters = NULL;
    expect_block(&single.run, 0, 0,
                 "FAIL s  race  iteration 3  seed 0xab\n"
                 "  two accesses that nothing orders\n");
}

Test(block, lets_nothing_act_on_the_terminal)
{
    char *block = sample_block(&sample_hostile, 0, 0);
    for (const char *at = block; *at; at++) {
        unsigned char c = (unsigned char)*at;
        cr_assert(*at == '\n' || (c >= 0x20 && c != 0x7f), "byte %02x", c);
    }
    cr_expect(strstr(block, "\\x1b[31mred\\x0d\\x0a]]>"));
    cr_expect(strstr(block, "\xc3\xa9 \xf0\x9f\x90\x9b"));
    free(block);
}

Test(block, tells_what_is_known_from_a_failure)
{
    char *block = sample_block(&sample_known, KNOWN_ALONE, 0);
    cr_expect(!strncmp(block, "KNOWN primes-alone  leak  iteration 4  ", 39),
              "%s", block);
    cr_expect(strstr(block, "\n  known      ticket #7: the ring stays, <b>\n"),
              "%s", block);
    free(block);
}

/* The reason may come from another's store. */
Test(block, shows_whatever_reason_on_one_line)
{
    struct report_finding found =
        sample_known.scenarios[KNOWN_ALONE].findings[0];
    struct report_scenario scenario = sample_known.scenarios[KNOWN_ALONE];
    struct report_run run = sample_known;
    struct report_known unseen = {"a-00000001", "x\n::error::y\033[31m"};
    found.known = unseen.reason;
    scenario.findings = &found;
    scenario.unseen = &unseen;
    scenario.unseen_count = 1;
    run.scenarios = &scenario;
    run.scenario_count = 1;
    static const char *const formats[] = {"tap", "junit", "json", "sarif",
                                          "html"};
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        char *text = sample_format(formats[i], &run);
        cr_expect_null(strstr(text, "\n::error"), "%s", text);
        cr_expect_null(strchr(text, '\033'), "%s", text);
        free(text);
    }
    char *summary = sample_summary(&run, false);
    cr_expect_null(strstr(summary, "\n::error"), "%s", summary);
    cr_expect_null(strchr(summary, '\033'), "%s", summary);
    free(summary);
}
