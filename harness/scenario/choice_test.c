#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/rng.h"
#include "expr.h"
#include "scenario.h"

static struct scenario *load(const char *text)
{
    struct scenario *s;
    struct mps_diag diag = {""};
    int err = scenario_load_text(&s, "q.yml", text, strlen(text), &diag);
    cr_assert(!err, "%s", diag.text);
    return s;
}

static struct scenario *load_three(void)
{
    return load("target: x\n"
                "parameters:\n"
                "  workers: 1..4\n"
                "  variant: [lock, atomic, plain]\n"
                "  increments: 1000\n");
}

Test(choice, is_the_same_for_the_same_seed)
{
    struct scenario *s = load_three();
    for (uint64_t seed = 0; seed < 100; seed++) {
        const char *first[3], *second[3];
        struct choice a = {.values = first}, b = {.values = second};
        scenario_choose(s, seed, &a);
        scenario_choose(s, seed, &b);
        cr_assert_eq(memcmp(first, second, sizeof(first)), 0);
    }
    scenario_free(s);
}

/* Stored failures name a seed: the draw for it may never change. */
Test(choice, draws_what_it_has_always_drawn)
{
    static const char *const workers[] = {"2", "2", "4", "1"};
    struct scenario *s = load_three();
    for (uint64_t seed = 0; seed < 4; seed++) {
        const char *values[3];
        struct choice choice = {.values = values};
        scenario_choose(s, seed, &choice);
        cr_expect_str_eq(choice_get(&choice, "workers"), workers[seed]);
    }
    scenario_free(s);
}

Test(choice, draws_each_value_equally_often)
{
    struct scenario *s = load_three();
    int counts[5] = {0};
    for (int i = 0; i < 40000; i++) {
        const char *values[3];
        struct choice choice = {.values = values};
        scenario_choose(s, rng_mix(7, RNG_ITERATION, (uint64_t)i), &choice);
        counts[atoi(values[0])]++;
    }
    /* 10,000 each; 5 standard deviations are 433. */
    for (int i = 1; i <= 4; i++)
        cr_expect(abs(counts[i] - 10000) < 433, "%d: %d", i, counts[i]);
    scenario_free(s);
}

Test(choice, draws_parameters_independently)
{
    struct scenario *s = load("target: x\nparameters: {a: 0..3, b: 0..3}\n");
    int counts[4][4] = {{0}};
    for (int i = 0; i < 160000; i++) {
        const char *values[2];
        struct choice choice = {.values = values};
        scenario_choose(s, rng_mix(7, RNG_ITERATION, (uint64_t)i), &choice);
        counts[atoi(values[0])][atoi(values[1])]++;
    }
    /* 10,000 each; 5 standard deviations are 485. */
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++)
            cr_expect(abs(counts[a][b] - 10000) < 485, "%d %d: %d", a, b,
                      counts[a][b]);
    scenario_free(s);
}

Test(choice, of_the_others_stays_when_a_parameter_is_added)
{
    struct scenario *s = load_three();
    static const int64_t more[] = {1, 2};
    const char *before[3], *after[4];
    struct choice a = {.values = before}, b = {.values = after};
    scenario_choose(s, 42, &a);
    cr_assert_eq(scenario_set_parameter(s, "extra", more, 2, NULL), 0);
    scenario_choose(s, 42, &b);
    for (int i = 0; i < 3; i++)
        cr_expect_str_eq(before[i], after[i]);
    scenario_free(s);
}

Test(choice, gives_values_by_name)
{
    struct scenario *s = load_three();
    const char *values[] = {"3", "plain", "1000"};
    struct choice choice = {.scenario = s, .values = values};
    cr_expect_str_eq(choice_get(&choice, "variant"), "plain");
    cr_expect_str_eq(choice_get(&choice, "increments"), "1000");
    cr_expect_null(choice_get(&choice, "vari"));
    cr_expect_null(choice_get(&choice, "variants"));
    cr_expect_null(choice_get(&choice, ""));
    scenario_free(s);
}

static void expect_expanded(const char *text, const char *expected)
{
    struct scenario *s = load_three();
    const char *values[] = {"3", "{workers}", "1000"};
    struct choice choice = {.scenario = s, .values = values};
    char *expanded = choice_expand(&choice, text);
    cr_expect_str_eq(expanded, expected);
    free(expanded);
    scenario_free(s);
}

Test(choice, expands_names_in_braces)
{
    expect_expanded("", "");
    expect_expanded("plain", "plain");
    expect_expanded("{workers}", "3");
    expect_expanded("--n={workers}x{increments},", "--n=3x1000,");
}

Test(choice, expands_doubled_braces_to_one)
{
    expect_expanded("{{", "{");
    expect_expanded("{{workers}", "{workers}");
    expect_expanded("{{{workers}}", "{3}");
    expect_expanded("{{{{", "{{");
}

Test(choice, expands_a_value_only_once)
{
    expect_expanded("{variant}", "{workers}");
}

Test(choice, leaves_other_braces_alone)
{
    expect_expanded("{lines} { workers } {} { }", "{lines} { workers } {} { }");
    expect_expanded("{workers", "{workers");
    expect_expanded("workers}", "workers}");
    expect_expanded("{", "{");
}

static int evaluate(const char *text, int64_t *value, struct mps_diag *diag)
{
    struct scenario *s = load_three();
    const char *values[] = {"3", "plain", "1000"};
    struct choice choice = {.scenario = s, .values = values};
    struct expr *expr;
    cr_assert_eq(expr_parse(&expr, text, NULL), 0);
    int err = choice_evaluate(&choice, expr, value, diag);
    expr_free(expr);
    scenario_free(s);
    return err;
}

Test(choice, evaluates_expressions)
{
    int64_t value;
    cr_expect_eq(evaluate("workers * increments", &value, NULL), 0);
    cr_expect_eq(value, 3000);
}

Test(choice, evaluates_nothing_without_a_number)
{
    int64_t value;
    struct mps_diag diag = {""};
    cr_expect_eq(evaluate("variant + 1", &value, &diag), -MPS_EINPUT);
    cr_expect_str_eq(diag.text, "'variant + 1': 'variant' is not a parameter "
                                "with a number");
    cr_expect_eq(evaluate("1 / (workers - 3)", &value, &diag), -MPS_EINPUT);
    cr_expect_str_eq(diag.text, "'1 / (workers - 3)': division of 1 by zero");
}

static void expect_not_set(const char *name, const int64_t *values,
                           size_t count, const char *message)
{
    struct scenario *s = load_three();
    struct mps_diag diag = {""};
    cr_expect_eq(scenario_set_parameter(s, name, values, count, &diag),
                 -MPS_EUSAGE);
    cr_expect_str_eq(diag.text, message);
    cr_expect_eq(s->parameter_count, 3);
    cr_expect_eq(s->parameters[0].value_count, 4);
    scenario_free(s);
}

Test(set_parameter, replaces_values)
{
    struct scenario *s = load_three();
    int64_t values[] = {8, 1000};
    cr_expect_eq(scenario_set_parameter(s, "workers", values, 2, NULL), 0);
    values[0] = 5; /* it was copied */
    cr_expect_eq(s->parameter_count, 3);
    cr_expect_str_eq(s->parameters[0].name, "workers");
    cr_expect_eq(s->parameters[0].value_count, 2);
    cr_expect_str_eq(s->parameters[0].values[0], "8");
    cr_expect_str_eq(s->parameters[0].values[1], "1000");
    cr_expect_str_eq(s->parameters[1].name, "variant");
    scenario_free(s);
}

Test(set_parameter, adds_a_parameter)
{
    struct scenario *s = load("target: x\n");
    static const int64_t value = 4;
    cr_expect_eq(scenario_set_parameter(s, "workers", &value, 1, NULL), 0);
    cr_expect_eq(s->parameter_count, 1);
    cr_expect_str_eq(s->parameters[0].name, "workers");
    cr_expect_str_eq(s->parameters[0].values[0], "4");
    scenario_free(s);
}

Test(set_parameter, refuses_worker_counts_out_of_range)
{
    static const int64_t low[] = {2, 0}, high[] = {1000000}, minus[] = {-1};
    expect_not_set("workers", low, 2, "'workers' must be 1 to 1000, not 0");
    expect_not_set("workers", high, 1,
                   "'workers' must be 1 to 1000, not 1000000");
    expect_not_set("workers", minus, 1, "'workers' must be 1 to 1000, not -1");
}

Test(set_parameter, limits_no_other_parameter)
{
    struct scenario *s = load_three();
    static const int64_t values[] = {0, INT64_MIN, INT64_MAX};
    cr_expect_eq(scenario_set_parameter(s, "increments", values, 3, NULL), 0);
    cr_expect_str_eq(s->parameters[2].values[1], "-9223372036854775808");
    scenario_free(s);
}

Test(set_parameter, refuses_bad_names_and_empty_lists)
{
    static const int64_t value = 1;
    expect_not_set("Workers", &value, 1,
                   "'Workers' is no parameter name: small letters, digits and "
                   "'_', no digit first");
    expect_not_set("", &value, 1,
                   "'' is no parameter name: small letters, digits and '_', "
                   "no digit first");
    expect_not_set("workers", &value, 0,
                   "parameter 'workers' needs 1 to 1000 values");
}
