/* What every line of a scenario file becomes; the invariants are in
 * invariants_test.c. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "scenario.h"

static struct scenario *load(const char *text)
{
    struct scenario *s;
    struct mps_diag diag = {""};
    int err =
        scenario_load_text(&s, "counter-plain.yml", text, strlen(text), &diag);
    cr_assert(!err, "%s", diag.text);
    return s;
}

static const char minimal[] = "target: ./x\n";

/* Every key of the schema at once, each oracle with every key it takes. */
static const char whole[] =
    "scenario: counter-whole\n"
    "about: Shared total, plain += 1    # a comment\n"
    "target: counter\n"
    "arguments: [--variant, plain, --workers, \"{workers}\",\n"
    "            --increments, \"{increments}\"]\n"
    "environment: [LANG=C, \"WORKERS={workers}\", EMPTY=]\n"
    "parameters:\n"
    "  workers: 2..4\n"
    "  increments: [200, 1000]\n"
    "  lines: 5\n"
    "  draws: 100\n"
    "  items: 10\n"
    "shrink: [workers, items]\n"
    "delay: 1us..50us\n"
    "iterations: 10000\n"
    "time_limit: 2s\n"
    "directory: current\n"
    "invariants:\n"
    "  - exit: {status: workers - workers}\n"
    "  - equals: {observation: total, value: workers * increments}\n"
    "  - lines: {file: out.log, pattern: \"worker [0-9]+ line [0-9]+\",\n"
    "            count: workers * lines, distinct: true}\n"
    "  - unique: {stream: draws, count: workers * draws}\n"
    "  - streams: {stream: draws, overlap: 5}\n"
    "  - exactly_once: {queue: tasks, count: items}\n"
    "  - fifo: {queue: tasks}\n"
    "  - same_as_single: {stream: pixels}\n"
    "  - same_as_single: {observation: sum}\n"
    "  - same_as_single: {file: out.pgm}\n"
    "  - never_together: {section: critical}\n"
    "  - no_leaks: {allow: [\"*.pgm\", out.log]}\n"
    "  - within: {time: 1s}\n"
    "  - within: {points: workers * 100}\n"
    "  - command: {run: [./check.sh, --strict, \"{workers}\"]}\n"
    "    name: the checker agrees\n"
    "expect: fail\n"
    "finding: lock-order\n";

Test(load, needs_only_a_target)
{
    struct scenario *s = load(minimal);
    cr_expect_str_eq(s->program, "./x");
    cr_expect_str_eq(s->name, "counter-plain");
    cr_expect_str_eq(s->about, "");
    cr_expect_str_eq(s->path, "counter-plain.yml");
    cr_assert_not_null(s->arguments);
    cr_expect_null(s->arguments[0]);
    cr_expect_null(s->environment);
    cr_expect_eq(s->parameter_count, 0);
    cr_expect_null(s->shrink);
    cr_expect_eq(s->delay_low_ns, 0);
    cr_expect_eq(s->delay_high_ns, 100000);
    cr_expect_eq(s->iterations, 1000);
    cr_expect_eq(s->time_limit_ns, 10000000000u);
    cr_expect(s->private_directory);
    cr_expect_eq(s->expect, EXPECT_PASS);
    cr_expect_eq(s->finding, -1);
    scenario_free(s);
}

Test(load, takes_every_key_at_the_top)
{
    struct scenario *s = load(whole);
    cr_expect_str_eq(s->name, "counter-whole");
    cr_expect_str_eq(s->about, "Shared total, plain += 1");
    cr_expect_str_eq(s->program, "counter");
    cr_expect_str_eq(s->arguments[0], "--variant");
    cr_expect_str_eq(s->arguments[3], "{workers}");
    cr_expect_str_eq(s->arguments[5], "{increments}");
    cr_expect_null(s->arguments[6]);
    cr_expect_str_eq(s->environment[0], "LANG=C");
    cr_expect_str_eq(s->environment[1], "WORKERS={workers}");
    cr_expect_str_eq(s->environment[2], "EMPTY=");
    cr_expect_null(s->environment[3]);
    cr_expect_eq(s->parameter_count, 5);
    cr_expect_str_eq(s->shrink[0], "workers");
    cr_expect_str_eq(s->shrink[1], "items");
    cr_expect_null(s->shrink[2]);
    cr_expect_eq(s->delay_low_ns, 1000);
    cr_expect_eq(s->delay_high_ns, 50000);
    cr_expect_eq(s->iterations, 10000);
    cr_expect_eq(s->time_limit_ns, 2000000000u);
    cr_expect_not(s->private_directory);
    cr_expect_eq(s->invariant_count, 15);
    cr_expect_eq(s->expect, EXPECT_FAIL);
    cr_expect_eq(s->finding, FINDING_LOCK_ORDER);
    scenario_free(s);
}

Test(load, knows_every_oracle)
{
    struct scenario *s = load(whole);
    bool seen[ORACLE_COUNT] = {false};
    for (size_t i = 0; i < s->invariant_count; i++)
        seen[s->invariants[i].oracle] = true;
    for (int i = 0; i < ORACLE_COUNT; i++)
        cr_expect(seen[i], "%s", oracle_name((enum oracle)i));
    scenario_free(s);
}

Test(load, takes_every_kind_of_finding)
{
    for (int i = 0; i < FINDING_KIND_COUNT; i++) {
        char text[200];
        snprintf(text, sizeof(text), "target: x\nexpect: fail\nfinding: %s\n",
                 finding_kind_name((enum finding_kind)i));
        struct scenario *s = load(text);
        cr_expect_eq(s->finding, i);
        scenario_free(s);
    }
}

Test(load, may_expect_any_finding)
{
    struct scenario *s = load("target: x\nexpect: fail\n");
    cr_expect_eq(s->expect, EXPECT_FAIL);
    cr_expect_eq(s->finding, -1);
    scenario_free(s);
}

Test(load, takes_the_words_that_are_defaults)
{
    struct scenario *s = load("target: x\ndirectory: private\nexpect: pass\n");
    cr_expect(s->private_directory);
    cr_expect_eq(s->expect, EXPECT_PASS);
    scenario_free(s);
}

static void expect_values(const char *yaml, const char *expected)
{
    char text[500], all[500] = "";
    snprintf(text, sizeof(text), "target: x\nparameters:\n  p: %s\n", yaml);
    struct scenario *s = load(text);
    cr_assert_eq(s->parameter_count, 1);
    cr_expect_str_eq(s->parameters[0].name, "p");
    for (size_t i = 0; i < s->parameters[0].value_count; i++) {
        strcat(all, s->parameters[0].values[i]);
        strcat(all, ";");
    }
    cr_expect_str_eq(all, expected);
    scenario_free(s);
}

Test(load, reads_parameters_of_one_value)
{
    expect_values("7", "7;");
    expect_values("-7", "-7;");
    expect_values("plain", "plain;");
    expect_values("1.5", "1.5;");
    expect_values("two words", "two words;");
    expect_values("../data", "../data;");
}

Test(load, reads_ranges_of_parameters)
{
    expect_values("2..4", "2;3;4;");
    expect_values("-1..1", "-1;0;1;");
    expect_values("5..5", "5;");
}

Test(load, reads_lists_of_parameters)
{
    expect_values("[200, 1000]", "200;1000;");
    expect_values("[1, 4..6, 16]", "1;4;5;6;16;");
    expect_values("[lock, atomic, plain]", "lock;atomic;plain;");
    expect_values("\n  - 1\n  - two", "1;two;");
}

Test(load, writes_numbers_in_decimal)
{
    expect_values("0x10", "16;");
    expect_values("007", "7;");
}

Test(load, keeps_quoted_parameters_as_they_are)
{
    expect_values("\"2..4\"", "2..4;");
    expect_values("'007'", "007;");
    expect_values("\"\"", ";");
}

Test(load, takes_a_thousand_workers)
{
    struct scenario *s = load("target: x\nparameters: {workers: 1..1000}\n");
    cr_expect_eq(s->parameters[0].value_count, 1000);
    cr_expect_str_eq(s->parameters[0].values[999], "1000");
    scenario_free(s);
}

Test(load, reads_one_delay_or_a_range)
{
    struct scenario *s = load("target: x\ndelay: 5ms\n");
    cr_expect_eq(s->delay_low_ns, 5000000);
    cr_expect_eq(s->delay_high_ns, 5000000);
    scenario_free(s);
    s = load("target: x\ndelay: 0\n");
    cr_expect_eq(s->delay_high_ns, 0);
    scenario_free(s);
}

Test(load, takes_a_folded_about)
{
    struct scenario *s = load("target: x\nabout: >\n  two\n  lines\n");
    cr_expect_str_eq(s->about, "two lines");
    scenario_free(s);
}

Test(load, takes_doubled_braces)
{
    struct scenario *s = load("target: x\narguments: ['{{\"a\": 1}', '}']\n");
    cr_expect_str_eq(s->arguments[0], "{{\"a\": 1}");
    scenario_free(s);
}

static void expect_name(const char *path, const char *expected)
{
    struct scenario *s;
    struct mps_diag diag = {""};
    int err = scenario_load_text(&s, path, minimal, strlen(minimal), &diag);
    cr_assert(!err, "%s", diag.text);
    cr_expect_str_eq(s->name, expected);
    scenario_free(s);
}

Test(load, tells_long_file_names_apart_that_begin_alike)
{
    char a[200], b[200];
    memset(a, 'n', sizeof(a));
    memset(b, 'n', sizeof(b));
    snprintf(a + 100, sizeof(a) - 100, "a.yml");
    snprintf(b + 100, sizeof(b) - 100, "b.yml");
    struct scenario *one, *other;
    struct mps_diag diag;
    cr_assert_eq(scenario_load_text(&one, a, minimal, strlen(minimal), &diag),
                 0);
    cr_assert_eq(scenario_load_text(&other, b, minimal, strlen(minimal), &diag),
                 0);
    cr_expect_eq(strlen(one->name), 64);
    cr_expect_eq(strlen(other->name), 64);
    cr_expect_str_neq(one->name, other->name);
    cr_expect(!strncmp(one->name, a, 55));
    scenario_free(one);
    scenario_free(other);
}

Test(load, names_a_scenario_after_its_file)
{
    expect_name("queue.yml", "queue");
    expect_name("/tmp/queue-2.yaml", "queue-2");
    expect_name("queue.txt", "queue.txt");
    expect_name("/tmp/my queue.yml", "my_queue");
    expect_name("-x.yml", "_x");
    expect_name(".yml", "scenario");
}

Test(load, knows_the_directory_of_the_file)
{
    struct scenario *s;
    cr_assert(!scenario_load_text(&s, "/tmp/../etc/./queue.yml", minimal,
                                  strlen(minimal), NULL));
    cr_expect_str_eq(s->directory, "/etc");
    cr_expect_str_eq(s->path, "/tmp/../etc/./queue.yml");
    scenario_free(s);
    cr_assert(
        !scenario_load_text(&s, "/queue.yml", minimal, strlen(minimal), NULL));
    cr_expect_str_eq(s->directory, "/");
    scenario_free(s);
}

static char *scratch(void)
{
    static char path[] = "/tmp/scenario-test-XXXXXX";
    cr_assert_not_null(mkdtemp(path));
    return path;
}

Test(load, reads_a_file)
{
    char *directory = scratch(), path[100];
    snprintf(path, sizeof(path), "%s/queue.yml", directory);
    cr_assert_eq(io_replace_file(path, whole, strlen(whole)), 0);
    struct scenario *s;
    struct mps_diag diag = {""};
    cr_expect_eq(scenario_load(&s, path, &diag), 0, "%s", diag.text);
    cr_expect_str_eq(s->path, path);
    cr_expect_str_eq(s->directory, directory);
    cr_expect_eq(s->invariant_count, 15);
    scenario_free(s);
    cr_expect_eq(unlink(path), 0);
    cr_expect_eq(rmdir(directory), 0);
}

Test(load, says_why_a_file_cannot_be_read)
{
    struct scenario *s;
    struct mps_diag diag = {""};
    cr_expect_eq(scenario_load(&s, "/nowhere/queue.yml", &diag), -ENOENT);
    cr_expect_str_eq(diag.text, "/nowhere/queue.yml: No such file or "
                                "directory");
    cr_expect_null(s);
    cr_expect_eq(scenario_load(&s, "/tmp", &diag), -EISDIR);
    cr_expect_str_eq(diag.text, "/tmp: Is a directory");
}

Test(load, stops_reading_after_1_MiB)
{
    struct scenario *s;
    struct mps_diag diag = {""};
    cr_expect_eq(scenario_load(&s, "/dev/zero", &diag), -MPS_EINPUT);
    cr_expect_str_eq(diag.text,
                     "/dev/zero: larger than 1 MiB: this is no scenario");
}

Test(load, frees_nothing)
{
    scenario_free(NULL);
}
