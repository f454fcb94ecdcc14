/* Which parameters shrinking may lower, and how far. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "scenario.h"

static struct scenario *load(const char *text)
{
    struct scenario *s;
    struct mps_diag diag = {""};
    int err = scenario_load_text(&s, "q.yml", text, strlen(text), &diag);
    cr_assert(!err, "%s", diag.text);
    return s;
}

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

Test(shrink, may_be_empty)
{
    struct scenario *s = load("target: x\nparameters: {n: 4}\nshrink: []\n");
    cr_expect_null(s->shrink);
    scenario_free(s);
}

Test(shrink, may_name_parameters_declared_below)
{
    struct scenario *s =
        load("shrink: [b, a]\nparameters: {a: '4', b: -1..3}\ntarget: x\n");
    cr_expect_str_eq(s->shrink[0], "b");
    cr_expect_str_eq(s->shrink[1], "a");
    cr_expect_null(s->shrink[2]);
    scenario_free(s);
}

Test(shrink, names_no_unknown_parameters)
{
    expect_refused("target: x\nparameters: {workers: 3}\nshrink: [wokers]\n",
                   "q.yml:3:10: unknown parameter 'wokers' in 'shrink' (did "
                   "you mean 'workers'?)");
    expect_refused("target: x\nparameters: {workers: 3}\nshrink:\n"
                   "  - workers\n  - lines\n",
                   "q.yml:5:5: unknown parameter 'lines' in 'shrink': give it "
                   "values under 'parameters'");
    expect_refused("target: x\nshrink: ['']\n",
                   "q.yml:2:10: unknown parameter '' in 'shrink': give it "
                   "values under 'parameters'");
}

Test(shrink, names_no_parameters_that_are_texts)
{
    expect_refused("target: x\nparameters: {mode: [1, lock]}\n"
                   "shrink: [mode]\n",
                   "q.yml:3:10: parameter 'mode' is not always a whole "
                   "number: it can be 'lock'");
}

Test(shrink, names_a_parameter_once)
{
    expect_refused("target: x\nparameters: {n: 2, m: 3}\n"
                   "shrink: [n, m, n]\n",
                   "q.yml:3:16: 'shrink' names the parameter 'n' twice");
}

Test(shrink, is_a_list_of_names)
{
    expect_refused("target: x\nparameters: {n: 2}\nshrink: n\n",
                   "q.yml:3:9: 'shrink' expects a list ('[a, b]', or lines "
                   "that begin with '- '), found one value");
    expect_refused("target: x\nparameters: {n: 2}\nshrink: [[n]]\n",
                   "q.yml:3:10: an item of 'shrink' expects one value, found "
                   "a list");
}

static void expect_lowest(const char *yaml, int expected_err, int64_t expected)
{
    char text[500];
    int64_t lowest = -77;
    snprintf(text, sizeof(text), "target: x\nparameters: {pool: 9, p: %s}\n",
             yaml);
    struct scenario *s = load(text);
    cr_expect_eq(scenario_lowest(s, "p", &lowest), expected_err, "%s", yaml);
    cr_expect_eq(lowest, expected, "%s: %d", yaml, (int)lowest);
    scenario_free(s);
}

Test(lowest, is_1)
{
    expect_lowest("4", 0, 1);
    expect_lowest("1", 0, 1);
    expect_lowest("[20, 5, 100]", 0, 1);
}

Test(lowest, is_less_where_a_value_is)
{
    expect_lowest("[20, 0, 5]", 0, 0);
    expect_lowest("[20, -3, -7, 5]", 0, -7);
    expect_lowest("-9000000000", 0, -9000000000);
}

Test(lowest, is_only_known_of_whole_numbers)
{
    expect_lowest("lock", -MPS_ENOMATCH, -77);
    expect_lowest("[0, lock]", -MPS_ENOMATCH, -77);
}

Test(lowest, is_only_known_of_parameters)
{
    struct scenario *s = load("target: x\n");
    int64_t lowest = -77;
    cr_expect_eq(scenario_lowest(s, "workers", &lowest), -MPS_ENOMATCH);
    cr_expect_eq(lowest, -77);
    scenario_free(s);
}

Test(lowest, follows_the_command_line)
{
    struct scenario *s = load("target: x\nparameters: {n: 0..4}\n");
    static const int64_t nine = 9;
    int64_t lowest;
    cr_assert(!scenario_set_parameter(s, "n", &nine, 1, NULL));
    cr_expect_eq(scenario_lowest(s, "n", &lowest), 0);
    cr_expect_eq(lowest, 1);
    scenario_free(s);
}
