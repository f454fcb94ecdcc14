/* What is refused, and in which words. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "scenario.h"

static void expect_refused(const char *text, const char *message)
{
    struct scenario *s = NULL;
    struct mps_diag diag = {""};
    int err = scenario_load_text(&s, "q.yml", text, strlen(text), &diag);
    cr_expect_eq(err, -MPS_EINPUT, "code %d", err);
    cr_expect_str_eq(diag.text, message);
    cr_expect_null(s);
    scenario_free(s);
}

/* ITEM is the only item of the invariants; it begins in line 4, column 5. */
static void expect_item_refused(const char *item, const char *message)
{
    char text[1000];
    snprintf(text, sizeof(text),
             "target: x\n"
             "parameters: {workers: 4, variant: [lock, 7]}\n"
             "invariants:\n"
             "  - %s\n",
             item);
    expect_refused(text, message);
}

static void expect_parameter_refused(const char *entry, const char *message)
{
    char text[1000];
    snprintf(text, sizeof(text), "target: x\nparameters:\n  %s\n", entry);
    expect_refused(text, message);
}

Test(refuse, unknown_key_with_the_one_that_was_meant)
{
    expect_refused("target: x\niteration: 5\n",
                   "q.yml:2:1: unknown key 'iteration' (did you mean "
                   "'iterations'?)");
    expect_item_refused("equals: {value: 1, observaton: total}",
                        "q.yml:4:24: unknown key 'observaton' (did you mean "
                        "'observation'?)");
    expect_item_refused("same_as_singel: {file: a}",
                        "q.yml:4:5: unknown key 'same_as_singel' (did you "
                        "mean 'same_as_single'?)");
}

Test(refuse, unknown_key_with_those_that_are_known)
{
    expect_item_refused("fifo: {queue: a, order: strict}",
                        "q.yml:4:22: unknown key 'order' (known here: queue)");
    expect_refused(
        "target: x\nversion: 2\n",
        "q.yml:2:1: unknown key 'version' (known here: scenario, "
        "about, target, arguments, environment, parameters, shrink, "
        "delay, iterations, time_limit, directory, invariants, expect, "
        "finding)");
}

Test(refuse, key_of_another_oracle)
{
    expect_item_refused("fifo: {stream: a}",
                        "q.yml:4:12: unknown key 'stream' (known here: "
                        "queue)");
}

Test(refuse, workers_at_the_top)
{
    expect_refused("target: x\nworkers: 4\n",
                   "q.yml:2:1: unknown key 'workers' (did you mean "
                   "'workers'? It is a parameter and goes under "
                   "'parameters')");
    expect_refused("target: x\nworker: 4\n",
                   "q.yml:2:1: unknown key 'worker' (did you mean "
                   "'workers'? It is a parameter and goes under "
                   "'parameters')");
}

Test(refuse, missing_keys)
{
    expect_refused("about: x\n", "q.yml:1:1: a scenario needs the key "
                                 "'target'");
    expect_item_refused("equals: {value: 1}",
                        "q.yml:4:13: 'equals' needs the key 'observation'");
    expect_item_refused("exit: {}", "q.yml:4:11: 'exit' needs the key "
                                    "'status'");
    expect_item_refused("command: {run: []}",
                        "q.yml:4:20: 'run' needs at least 1 item");
}

Test(refuse, keys_without_value)
{
    expect_refused("target:\n", "q.yml:1:8: 'target' has no value");
    expect_refused("target: x\niterations:\n",
                   "q.yml:2:12: 'iterations' has no value");
    expect_item_refused("fifo: {queue: ''}", "q.yml:4:19: 'queue' has no "
                                             "value");
}

Test(refuse, list_where_one_value_belongs)
{
    expect_refused("target: [x]\n",
                   "q.yml:1:9: 'target' expects one value, found a list");
    expect_refused("target: x\nexpect: [fail]\n",
                   "q.yml:2:9: 'expect' expects one value, found a list");
}

Test(refuse, one_value_where_a_list_belongs)
{
    expect_refused("target: x\narguments: --verbose\n",
                   "q.yml:2:12: 'arguments' expects a list ('[a, b]', or "
                   "lines that begin with '- '), found one value");
    expect_refused("target: x\ninvariants:\n",
                   "q.yml:2:12: 'invariants' expects a list ('[a, b]', or "
                   "lines that begin with '- '), found nothing");
    expect_refused("target: x\nenvironment: {A: b}\n",
                   "q.yml:2:14: 'environment' expects a list ('[a, b]', or "
                   "lines that begin with '- '), found a mapping");
}

Test(refuse, other_things_where_a_mapping_belongs)
{
    expect_refused("- a\n", "q.yml:1:1: a scenario expects a mapping ('key: "
                            "value'), found a list");
    expect_refused("just words\n", "q.yml:1:1: a scenario expects a mapping "
                                   "('key: value'), found one value");
    expect_item_refused("exit", "q.yml:4:5: an item of 'invariants' expects a "
                                "mapping ('key: value'), found one value");
    expect_item_refused("exit: 0", "q.yml:4:11: 'exit' expects a mapping "
                                   "('key: value'), found one value");
    expect_item_refused("no_leaks:",
                        "q.yml:4:14: 'no_leaks' expects a mapping ('key: "
                        "value'), found nothing");
    expect_refused("target: x\nparameters: [workers]\n",
                   "q.yml:2:13: 'parameters' expects a mapping ('name: "
                   "value')");
}

Test(refuse, braces_without_quotes)
{
    expect_refused("target: x\narguments: [--workers, {workers}]\n",
                   "q.yml:2:24: an item of 'arguments' expects one value, "
                   "found a mapping: write \"{workers}\" with quotes");
}

Test(refuse, words_that_are_not_offered)
{
    expect_refused("target: x\nexpect: fails\n",
                   "q.yml:2:9: 'expect' cannot be 'fails' (did you mean "
                   "'fail'?)");
    expect_refused("target: x\nexpect: crash\n",
                   "q.yml:2:9: 'expect' cannot be 'crash' (one of pass, "
                   "fail)");
    expect_refused("target: x\ndirectory: 1\n",
                   "q.yml:2:12: 'directory' cannot be '1' (one of private, "
                   "current)");
    expect_refused("target: x\nexpect: fail\nfinding: deadlok\n",
                   "q.yml:3:10: 'finding' cannot be 'deadlok' (did you mean "
                   "'deadlock'?)");
    expect_item_refused("lines: {file: a, distinct: maybe}",
                        "q.yml:4:32: 'distinct' is true or false, not "
                        "'maybe'");
}

Test(refuse, finding_of_a_scenario_that_shall_pass)
{
    expect_refused("target: x\nfinding: race\n",
                   "q.yml:2:1: 'finding' says how the scenario fails: it "
                   "needs 'expect: fail'");
    expect_refused("finding: race\nexpect: pass\ntarget: x\n",
                   "q.yml:1:1: 'finding' says how the scenario fails: it "
                   "needs 'expect: fail'");
}

Test(refuse, bad_durations)
{
    expect_refused("target: x\ntime_limit: 10\n",
                   "q.yml:2:13: '10' is not a duration (a number and one of "
                   "ns, us, ms, s, m, h: '250us')");
    expect_refused("target: x\ntime_limit: 0\n",
                   "q.yml:2:13: 'time_limit' must be more than 0");
    expect_refused("target: x\ndelay: 5ms..1ms\n",
                   "q.yml:2:8: '5ms..1ms': the range ends before it begins");
    expect_item_refused("within: {time: soon}",
                        "q.yml:4:20: 'soon' is not a duration (a number and "
                        "one of ns, us, ms, s, m, h: '250us')");
    expect_item_refused("within: {time: 0s}",
                        "q.yml:4:20: 'time' must be more than 0");
}

Test(refuse, bad_numbers)
{
    expect_refused("target: x\niterations: 10k\n",
                   "q.yml:2:13: '10k' is not a whole number");
    expect_refused("target: x\niterations: -5\n",
                   "q.yml:2:13: '-5' is not a whole number");
    expect_refused("target: x\niterations: 0\n",
                   "q.yml:2:13: 'iterations' must be at least 1 and fit 63 "
                   "bits");
    expect_refused("target: x\niterations: 9223372036854775808\n",
                   "q.yml:2:13: 'iterations' must be at least 1 and fit 63 "
                   "bits");
    expect_item_refused("streams: {stream: a, overlap: 0}",
                        "q.yml:4:35: 'overlap' must be at least 1");
    expect_item_refused("streams: {stream: a, overlap: few}",
                        "q.yml:4:35: 'few' is not a whole number");
}

Test(refuse, numbers_and_times_without_their_control_characters)
{
    expect_refused("target: x\niterations: \"1\\e[2J\"\n",
                   "q.yml:2:13: '1?[2J' is not a whole number");
    expect_refused("target: x\ndelay: \"1\\x9b\"\n",
                   "q.yml:2:8: '1?"
                   "?' is not a duration (a number and one of "
                   "ns, us, ms, s, m, h: '250us')");
    expect_item_refused("streams: {stream: a, overlap: \"\\e\"}",
                        "q.yml:4:35: '?' is not a whole number");
}

Test(refuse, worker_counts_out_of_range)
{
    expect_parameter_refused("workers: 0", "q.yml:3:12: 'workers' must be 1 "
                                           "to 1000, not '0'");
    expect_parameter_refused("workers: 1000000",
                             "q.yml:3:12: 'workers' must be 1 to 1000, not "
                             "'1000000'");
    expect_parameter_refused("workers: 0..4", "q.yml:3:12: 'workers' must be "
                                              "1 to 1000, not '0..4'");
    expect_parameter_refused("workers: 1..1000000",
                             "q.yml:3:12: 'workers' must be 1 to 1000, not "
                             "'1..1000000'");
    expect_parameter_refused("workers: [2, 4, -1]",
                             "q.yml:3:19: 'workers' must be 1 to 1000, not "
                             "'-1'");
    expect_parameter_refused("workers: [2, many]",
                             "q.yml:3:16: 'workers' must be 1 to 1000, not "
                             "'many'");
    expect_parameter_refused("workers: '2..4'",
                             "q.yml:3:12: 'workers' must be 1 to 1000, not "
                             "'2..4'");
}

Test(refuse, bad_parameter_names)
{
    expect_parameter_refused("Workers: 1",
                             "q.yml:3:3: 'Workers' is no parameter name: "
                             "small letters, digits and '_', no digit first");
    expect_parameter_refused("2nd: 1",
                             "q.yml:3:3: '2nd' is no parameter name: small "
                             "letters, digits and '_', no digit first");
    expect_parameter_refused("? ''\n  : 1",
                             "q.yml:3:5: '' is no parameter name: small "
                             "letters, digits and '_', no digit first");
    expect_parameter_refused(
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: 1",
        "q.yml:3:3: the parameter name "
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' is longer than 40 "
        "characters");
}

Test(refuse, bad_parameter_values)
{
    expect_parameter_refused("p:", "q.yml:3:5: parameter 'p' has no value");
    expect_parameter_refused("p: []", "q.yml:3:6: parameter 'p' has no value");
    expect_parameter_refused("p: [1, ~, [2]]",
                             "q.yml:3:13: a value of parameter 'p' must be "
                             "one value or a range");
    expect_parameter_refused("p: {a: b}",
                             "q.yml:3:6: a value of parameter 'p' must be one "
                             "value or a range");
    expect_parameter_refused("p: 4..2", "q.yml:3:6: '4..2': the range ends "
                                        "before it begins");
    expect_parameter_refused("p: 1..x",
                             "q.yml:3:6: '1..x' is not a range such as 1..8 "
                             "(quote it if it is a text)");
    expect_parameter_refused("p: 1..1001", "q.yml:3:6: '1..1001' has more "
                                           "than 1000 values");
    expect_parameter_refused("p: [1..600, 1..600]",
                             "q.yml:3:15: parameter 'p' has more than 1000 "
                             "values");
    expect_parameter_refused("p: 1..9223372036854775807",
                             "q.yml:3:6: '1..9223372036854775807' has more "
                             "than 1000 values");
}

Test(refuse, unknown_parameters_in_arguments)
{
    expect_refused("target: x\narguments: [\"{wokers}\"]\n"
                   "parameters: {workers: 3}\n",
                   "q.yml:2:13: unknown parameter 'wokers' in '{wokers}' (did "
                   "you mean 'workers'?)");
    expect_refused("target: x\narguments:\n  - a\n  - --n={workers}\n",
                   "q.yml:4:5: unknown parameter 'workers' in "
                   "'--n={workers}': give it values under 'parameters'");
    expect_refused("target: x\nenvironment: [\"N={n}\"]\n",
                   "q.yml:2:15: unknown parameter 'n' in 'N={n}': give it "
                   "values under 'parameters'");
    expect_item_refused("command: {run: [./check, '{lines}']}",
                        "q.yml:4:30: unknown parameter 'lines' in '{lines}': "
                        "give it values under 'parameters'");
}

Test(refuse, braces_that_begin_no_name)
{
    expect_refused("target: x\narguments: ['{\"a\": 1}']\n",
                   "q.yml:2:13: '{\"a\": 1}': a '{' must begin the name of a "
                   "parameter, as in {workers}; write '{{' for a brace");
    expect_refused("target: x\narguments: ['{ workers }']\n",
                   "q.yml:2:13: '{ workers }': a '{' must begin the name of a "
                   "parameter, as in {workers}; write '{{' for a brace");
    expect_refused("target: x\narguments: ['{']\n",
                   "q.yml:2:13: '{': a '{' must begin the name of a "
                   "parameter, as in {workers}; write '{{' for a brace");
}

Test(refuse, bad_expressions)
{
    expect_item_refused("equals: {observation: a, value: workers *}",
                        "q.yml:4:37: 'workers *': column 10: expected a "
                        "number, a parameter or '(', the expression ends "
                        "here");
    expect_item_refused("exit: {status: 99999999999999999999}",
                        "q.yml:4:20: '99999999999999999999': column 1: the "
                        "number does not fit 64 bits");
}

Test(refuse, unknown_parameters_in_expressions)
{
    expect_item_refused("unique: {stream: a, count: worker * 2}",
                        "q.yml:4:32: unknown parameter 'worker' in 'worker * "
                        "2' (did you mean 'workers'?)");
    expect_refused("target: x\ninvariants: [within: {points: workers}]\n",
                   "q.yml:2:31: unknown parameter 'workers' in 'workers': "
                   "give it values under 'parameters'");
}

Test(refuse, parameters_in_expressions_that_are_no_numbers)
{
    expect_item_refused("exactly_once: {queue: q, count: variant + 1}",
                        "q.yml:4:37: parameter 'variant' is not always a "
                        "whole number: it can be 'lock'");
}

Test(refuse, two_oracles_in_one_item)
{
    expect_item_refused("exit: {status: 0}\n    fifo: {queue: q}",
                        "q.yml:5:5: 'exit' and 'fifo' in one item: begin a "
                        "new item with '- fifo:'");
}

Test(refuse, items_without_oracle)
{
    expect_item_refused("name: total",
                        "q.yml:4:5: an invariant needs one of exit, equals, "
                        "lines, unique, streams, exactly_once, fifo, "
                        "same_as_single, never_together, no_leaks, within, "
                        "command");
    expect_item_refused("{}", "q.yml:4:5: an invariant needs one of exit, "
                              "equals, lines, unique, streams, exactly_once, "
                              "fifo, same_as_single, never_together, "
                              "no_leaks, within, command");
}

Test(refuse, names_that_come_twice)
{
    expect_item_refused("{name: a, fifo: {queue: q}}\n"
                        "  - {name: a, fifo: {queue: r}}",
                        "q.yml:5:12: the name 'a' is taken by an invariant "
                        "above");
}

Test(refuse, bad_patterns)
{
    expect_item_refused("lines: {file: a, pattern: 'worker [0-9'}",
                        "q.yml:4:31: 'worker [0-9': not a regular expression: "
                        "Unmatched [, [^, [:, [., or [=");
    expect_item_refused("lines: {file: a, pattern: '(a{999}){999}'}",
                        "q.yml:4:31: '(a{999}){999}': the pattern repeats or "
                        "nests too much");
}

Test(refuse, files_outside_the_working_directory)
{
    const char *item[] = {"/etc/passwd", "../a", "a/..", "..", "a/../../b"};
    for (size_t i = 0; i < sizeof(item) / sizeof(item[0]); i++) {
        char text[100], message[200];
        snprintf(text, sizeof(text), "lines: {file: %s}", item[i]);
        snprintf(message, sizeof(message),
                 "q.yml:4:19: the file '%s' is outside the working directory",
                 item[i]);
        expect_item_refused(text, message);
    }
}

Test(refuse, incomplete_oracles)
{
    expect_item_refused("within: {}", "q.yml:4:13: 'within' needs the key "
                                      "'time' or 'points'");
    expect_item_refused("same_as_single: {}",
                        "q.yml:4:21: 'same_as_single' needs one of the keys "
                        "observation, stream, file");
    expect_item_refused("same_as_single: {file: a, stream: b}",
                        "q.yml:4:21: 'same_as_single' needs one of the keys "
                        "observation, stream, file");
    expect_item_refused("command: {run: ['', a]}",
                        "q.yml:4:21: the first item of 'run' is the program: "
                        "it cannot be empty");
    expect_refused("target: x\ninvariants: [same_as_single: {file: a}]\n",
                   "q.yml:2:30: 'same_as_single' compares with the run of "
                   "one worker: the scenario needs the parameter 'workers'");
}

Test(refuse, environment_without_value)
{
    expect_refused("target: x\nenvironment: [LANG]\n",
                   "q.yml:2:15: an item of 'environment' is NAME=value, not "
                   "'LANG'");
    expect_refused("target: x\nenvironment: [=C]\n",
                   "q.yml:2:15: an item of 'environment' is NAME=value, not "
                   "'=C'");
}

Test(refuse, names_unfit_for_a_file)
{
    expect_refused("target: x\nscenario: my/queue\n",
                   "q.yml:2:11: the name 'my/queue' must be letters, digits, "
                   "'_', '-' and '.', at most 64, beginning with none of the "
                   "last two");
    expect_refused("target: x\nscenario: .hidden\n",
                   "q.yml:2:11: the name '.hidden' must be letters, digits, "
                   "'_', '-' and '.', at most 64, beginning with none of the "
                   "last two");
}

Test(refuse, labels_with_control_characters)
{
    expect_refused("target: x\nabout: \"a\\e[2J\"\n",
                   "q.yml:2:8: 'about' must be one line of at most 200 "
                   "characters, without control characters");
    expect_item_refused("{name: \"a\\nb\", fifo: {queue: q}}",
                        "q.yml:4:12: 'name' must be one line of at most 200 "
                        "characters, without control characters");
    expect_item_refused("fifo: {queue: \"a\\nb\"}",
                        "q.yml:4:19: 'queue' must be one line of at most 200 "
                        "characters, without control characters");
}

Test(refuse, long_words_in_short_messages)
{
    struct str text, key;
    str_init(&text);
    str_init(&key);
    for (int i = 0; i < 60; i++)
        str_add_char(&key, 'k');
    for (int i = 0; i < 1000; i++)
        str_add_char(&text, 'k');
    str_add(&text, ": x\n");
    char message[500];
    snprintf(message, sizeof(message),
             "q.yml:1:1: unknown key '%s...' (known here: scenario, about, "
             "target, arguments, environment, parameters, shrink, delay, "
             "iterations, time_limit, directory, invariants, expect, finding)",
             key.data);
    expect_refused(text.data, message);
    str_fini(&text);
    str_fini(&key);
}

Test(refuse, without_anyone_to_tell)
{
    struct scenario *s;
    cr_expect_eq(scenario_load_text(&s, "q.yml", "a: b\n", 5, NULL),
                 -MPS_EINPUT);
}
