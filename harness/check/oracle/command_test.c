#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "check/fixture_test.h"

/* A shell script as the checker. */
static struct fixture *demand(const char *script)
{
    struct fixture *f = fixture_new();
    static const char *argv[5];
    argv[0] = "sh";
    argv[1] = "-c";
    argv[2] = script;
    argv[3] = "{workers}";
    argv[4] = NULL;
    fixture_invariant(f, ORACLE_COMMAND, "command sh")->command = argv;
    return f;
}

Test(command, accepts_what_its_checker_accepts, .timeout = 20)
{
    struct fixture *f = demand("test \"$0\" = 4");
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(command, shows_what_its_checker_says, .timeout = 20)
{
    struct fixture *f = demand("echo the sum is odd; echo \"\tit is 3\" >&2; "
                               "exit 3");
    const struct finding *finding = fixture_expect(
        f, FINDING_INVARIANT, "sh failed with status 3: the sum is odd");
    cr_expect_str_eq(finding->expected, "exit status 0");
    cr_expect_str_eq(finding->actual, "exit status 3");
    cr_expect_str_eq(finding->detail, "the sum is odd\n\\tit is 3\n");
    fixture_free(f);
}

Test(command, hands_over_the_observations_as_json_lines, .timeout = 20)
{
    struct fixture *f = demand("cat; exit 1");
    uint32_t worker = fixture_task(f, 0, "worker");
    fixture_int(f, 0, "total", -3);
    fixture_real(f, 0, "mean", 0.5);
    fixture_real(f, 0, "bad", 0.0 / 0.0);
    fixture_text(f, worker, MPS_RECORD_TEXT, "word", "\"a\"\xff");
    fixture_text(f, worker, MPS_RECORD_EMIT, "draws", "\x01\xfe");
    fixture_bare(f, worker, MPS_RECORD_ENTER, "critical");
    fixture_text(f, worker, MPS_RECORD_SOMETIMES, "full", "\x01");
    fixture_check(f);
    cr_assert_eq(f->findings.count, 1);
    uint64_t first;
    memcpy(&first, f->segment->records + 16, sizeof(first));
    char expected[1024];
    snprintf(
        expected, sizeof(expected),
        "{\"kind\":\"int\",\"name\":\"total\",\"task\":\"0\",\"ticket\":%d,"
        "\"value\":-3}\n"
        "{\"kind\":\"real\",\"name\":\"mean\",\"task\":\"0\",\"ticket\":%d,"
        "\"value\":0.5}\n"
        "{\"kind\":\"real\",\"name\":\"bad\",\"task\":\"0\",\"ticket\":%d,"
        "\"value\":\"nan\"}\n"
        "{\"kind\":\"text\",\"name\":\"word\",\"task\":\"0.0\",\"ticket\":%d,"
        "\"value\":\"\\\"a\\\"\\\\xff\"}\n"
        "{\"kind\":\"emit\",\"name\":\"draws\",\"task\":\"0.0\",\"ticket\":%d,"
        "\"value\":\"01fe\"}\n"
        "{\"kind\":\"enter\",\"name\":\"critical\",\"task\":\"0.0\","
        "\"ticket\":%d}\n"
        "{\"kind\":\"sometimes\",\"name\":\"full\",\"task\":\"0.0\","
        "\"ticket\":%d,\"value\":true}\n",
        (int)first, (int)first + 1, (int)first + 2, (int)first + 3,
        (int)first + 4, (int)first + 5, (int)first + 6);
    cr_expect_str_eq(f->findings.items[0].detail, expected, "%s",
                     f->findings.items[0].detail);
    fixture_free(f);
}

Test(command, runs_in_the_working_directory, .timeout = 20)
{
    struct fixture *f = demand("cat out.log; exit 1");
    fixture_file(f, "out.log", "here\n");
    fixture_expect(f, FINDING_INVARIANT, "sh failed with status 1: here");
    fixture_free(f);
}

Test(command, keeps_only_the_start_of_a_flood, .timeout = 20)
{
    struct fixture *f = demand("yes | head -c 10000000; exit 1");
    fixture_check(f);
    cr_assert_eq(f->findings.count, 1);
    cr_expect_eq(strlen(f->findings.items[0].detail), 4096);
    fixture_free(f);
}

Test(command, does_not_wait_for_what_its_checker_leaves_running, .timeout = 20)
{
    struct fixture *f = demand("sleep 1000 & exit 0");
    uint64_t start = clock_now_ns();
    fixture_expect_clean(f);
    cr_expect_lt(clock_now_ns() - start, 5000000000u);
    fixture_free(f);
}

Test(command, says_that_its_checker_does_not_exist, .timeout = 20)
{
    struct fixture *f = demand("");
    static const char *const missing[] = {"./no-such-checker", NULL};
    f->invariants[0].command = missing;
    cr_expect_eq(fixture_check(f), -ENOENT);
    cr_expect_str_eq(f->diag.text, "invariant 'command sh': ./no-such-checker "
                                   "No such file or directory");
    cr_expect_eq(f->findings.count, 0);
    fixture_free(f);
}

Test(command, says_that_its_checker_could_not_work, .timeout = 20)
{
    struct fixture *f = demand("no-such-tool");
    cr_expect_eq(fixture_check(f), -MPS_EINPUT);
    cr_expect(strstr(f->diag.text, "sh could not do its work: "), "%s",
              f->diag.text);
    f->invariants[0].command =
        (const char *const[]){"sh", "-c", "kill -SEGV $$", NULL};
    cr_expect_eq(fixture_check(f), -MPS_EINPUT);
    cr_expect_str_eq(f->diag.text,
                     "invariant 'command sh': sh was killed by SIGSEGV");
    fixture_free(f);
}
