/* What every item of a scenario's invariants becomes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "expr.h"
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

/* The one invariant of a scenario in which ITEM is the only item. */
static struct scenario *load_item(const char *item,
                                  const struct invariant **out)
{
    char text[1000];
    snprintf(text, sizeof(text),
             "target: x\n"
             "parameters: {workers: 4, lines: 5, draws: 6, items: 7}\n"
             "invariants:\n"
             "  - exit: {status: 0}\n"
             "  - %s\n",
             item);
    struct scenario *s = load(text);
    cr_assert_eq(s->invariant_count, 2);
    *out = &s->invariants[1];
    return s;
}

Test(invariants, demands_exit_status_0_by_default)
{
    struct scenario *s = load("target: x\ninvariants: [fifo: {queue: q}]\n");
    cr_assert_eq(s->invariant_count, 2);
    const struct invariant *in = &s->invariants[1];
    cr_expect_eq(in->oracle, ORACLE_EXIT);
    cr_expect_str_eq(in->name, "exit status 0");
    cr_expect_str_eq(expr_text(in->value), "0");
    scenario_free(s);
}

Test(invariants, demands_no_second_exit_status)
{
    struct scenario *s = load("target: x\ninvariants: [exit: {status: 3}]\n");
    cr_assert_eq(s->invariant_count, 1);
    cr_expect_str_eq(s->invariants[0].name, "exit status 3");
    scenario_free(s);
}

Test(invariants, equals)
{
    const struct invariant *in;
    struct scenario *s =
        load_item("equals: {observation: total, value: workers * 2}", &in);
    cr_expect_eq(in->oracle, ORACLE_EQUALS);
    cr_expect_str_eq(in->name, "equals total");
    cr_expect_str_eq(in->subject, "total");
    cr_expect_eq(in->subject_kind, SUBJECT_OBSERVATION);
    cr_expect_str_eq(expr_text(in->value), "workers * 2");
    cr_expect_null(in->count);
    cr_expect_null(in->file);
    scenario_free(s);
}

Test(invariants, lines)
{
    const struct invariant *in;
    struct scenario *s = load_item("lines: {file: logs/out.log, pattern: "
                                   "'[a-z]+', count: workers * lines, "
                                   "distinct: true}",
                                   &in);
    cr_expect_eq(in->oracle, ORACLE_LINES);
    cr_expect_str_eq(in->name, "lines logs/out.log");
    cr_expect_null(in->subject);
    cr_expect_eq(in->subject_kind, SUBJECT_NONE);
    cr_expect_str_eq(in->file, "logs/out.log");
    cr_expect_str_eq(in->pattern, "[a-z]+");
    cr_expect_str_eq(expr_text(in->count), "workers * lines");
    cr_expect(in->distinct);
    scenario_free(s);
}

Test(invariants, lines_of_a_stream_and_nothing_else)
{
    const struct invariant *in;
    struct scenario *s = load_item("lines: {file: stdout}", &in);
    cr_expect_str_eq(in->file, "stdout");
    cr_expect_null(in->pattern);
    cr_expect_null(in->count);
    cr_expect_not(in->distinct);
    scenario_free(s);
    s = load_item("lines: {file: ..a/b../c..d, distinct: false}", &in);
    cr_expect_str_eq(in->file, "..a/b../c..d");
    cr_expect_not(in->distinct);
    scenario_free(s);
}

Test(invariants, unique)
{
    const struct invariant *in;
    struct scenario *s =
        load_item("unique: {stream: draws, count: workers * draws}", &in);
    cr_expect_eq(in->oracle, ORACLE_UNIQUE);
    cr_expect_str_eq(in->name, "unique draws");
    cr_expect_eq(in->subject_kind, SUBJECT_STREAM);
    cr_expect_str_eq(expr_text(in->count), "workers * draws");
    scenario_free(s);
    s = load_item("unique: {stream: draws}", &in);
    cr_expect_null(in->count);
    scenario_free(s);
}

Test(invariants, streams)
{
    const struct invariant *in;
    struct scenario *s = load_item("streams: {stream: draws}", &in);
    cr_expect_eq(in->oracle, ORACLE_STREAMS);
    cr_expect_eq(in->subject_kind, SUBJECT_STREAM);
    cr_expect_eq(in->overlap, 3);
    scenario_free(s);
    s = load_item("streams: {stream: draws, overlap: 8}", &in);
    cr_expect_eq(in->overlap, 8);
    scenario_free(s);
}

Test(invariants, exactly_once)
{
    const struct invariant *in;
    struct scenario *s =
        load_item("exactly_once: {queue: tasks, count: items}", &in);
    cr_expect_eq(in->oracle, ORACLE_EXACTLY_ONCE);
    cr_expect_str_eq(in->name, "exactly_once tasks");
    cr_expect_str_eq(in->subject, "tasks");
    cr_expect_eq(in->subject_kind, SUBJECT_QUEUE);
    cr_expect_str_eq(expr_text(in->count), "items");
    cr_expect_eq(in->overlap, 0);
    scenario_free(s);
}

Test(invariants, fifo)
{
    const struct invariant *in;
    struct scenario *s = load_item("fifo: {queue: tasks}", &in);
    cr_expect_eq(in->oracle, ORACLE_FIFO);
    cr_expect_eq(in->subject_kind, SUBJECT_QUEUE);
    scenario_free(s);
}

Test(invariants, same_as_single)
{
    const struct invariant *in;
    struct scenario *s = load_item("same_as_single: {stream: pixels}", &in);
    cr_expect_eq(in->oracle, ORACLE_SAME_AS_SINGLE);
    cr_expect_eq(in->subject_kind, SUBJECT_STREAM);
    scenario_free(s);
    s = load_item("same_as_single: {observation: sum}", &in);
    cr_expect_eq(in->subject_kind, SUBJECT_OBSERVATION);
    scenario_free(s);
    s = load_item("same_as_single: {file: out.pgm}", &in);
    cr_expect_str_eq(in->name, "same_as_single out.pgm");
    cr_expect_str_eq(in->file, "out.pgm");
    cr_expect_null(in->subject);
    scenario_free(s);
}

Test(invariants, never_together)
{
    const struct invariant *in;
    struct scenario *s = load_item("never_together: {section: critical}", &in);
    cr_expect_eq(in->oracle, ORACLE_NEVER_TOGETHER);
    cr_expect_eq(in->subject_kind, SUBJECT_SECTION);
    scenario_free(s);
}

Test(invariants, no_leaks)
{
    const struct invariant *in;
    struct scenario *s = load_item("no_leaks: {allow: ['*.pgm', log]}", &in);
    cr_expect_eq(in->oracle, ORACLE_NO_LEAKS);
    cr_expect_str_eq(in->name, "no_leaks");
    cr_expect_str_eq(in->allow[0], "*.pgm");
    cr_expect_str_eq(in->allow[1], "log");
    cr_expect_null(in->allow[2]);
    cr_expect_not(in->descriptors);
    scenario_free(s);
    s = load_item("no_leaks: {descriptors: true}", &in);
    cr_expect(in->descriptors);
    scenario_free(s);
    s = load_item("no_leaks: {}", &in);
    cr_expect_null(in->allow);
    scenario_free(s);
}

Test(invariants, within)
{
    const struct invariant *in;
    struct scenario *s = load_item("within: {time: 1500ms}", &in);
    cr_expect_eq(in->oracle, ORACLE_WITHIN);
    cr_expect_str_eq(in->name, "within 1.5s");
    cr_expect_eq(in->time_ns, 1500000000u);
    cr_expect_null(in->points);
    scenario_free(s);
    s = load_item("within: {points: workers * 100}", &in);
    cr_expect_str_eq(in->name, "within workers * 100 points");
    cr_expect_str_eq(expr_text(in->points), "workers * 100");
    cr_expect_eq(in->time_ns, 0);
    scenario_free(s);
}

Test(invariants, command)
{
    const struct invariant *in;
    struct scenario *s =
        load_item("command: {run: [./check.sh, --strict, '{workers}']}", &in);
    cr_expect_eq(in->oracle, ORACLE_COMMAND);
    cr_expect_str_eq(in->name, "command ./check.sh");
    cr_expect_str_eq(in->command[0], "./check.sh");
    cr_expect_str_eq(in->command[2], "{workers}");
    cr_expect_null(in->command[3]);
    scenario_free(s);
}

Test(invariants, numbers_names_that_come_twice)
{
    struct scenario *s = load("target: x\n"
                              "invariants:\n"
                              "  - fifo: {queue: tasks}\n"
                              "  - fifo: {queue: tasks}\n"
                              "  - fifo: {queue: results}\n"
                              "  - fifo: {queue: tasks}\n");
    cr_expect_str_eq(s->invariants[0].name, "fifo tasks");
    cr_expect_str_eq(s->invariants[1].name, "fifo tasks 2");
    cr_expect_str_eq(s->invariants[2].name, "fifo results");
    cr_expect_str_eq(s->invariants[3].name, "fifo tasks 3");
    scenario_free(s);
}

Test(invariants, lets_the_file_name_an_invariant)
{
    struct scenario *s = load("target: x\n"
                              "invariants:\n"
                              "  - fifo: {queue: tasks}\n"
                              "  - {name: fifo tasks, fifo: {queue: tasks}}\n"
                              "  - {name: exit status 0, fifo: {queue: q}}\n");
    cr_expect_str_eq(s->invariants[0].name, "fifo tasks 2");
    cr_expect_str_eq(s->invariants[1].name, "fifo tasks");
    cr_expect_str_eq(s->invariants[2].name, "exit status 0");
    cr_expect_str_eq(s->invariants[3].name, "exit status 0 2");
    scenario_free(s);
}
