#include "expr.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"

static int lookup(void *context, const char *name, int64_t *value)
{
    (void)context;
    if (!strcmp(name, "workers"))
        *value = 4;
    else if (!strcmp(name, "increments"))
        *value = 1000;
    else if (!strcmp(name, "largest"))
        *value = INT64_MAX;
    else if (!strcmp(name, "smallest"))
        *value = INT64_MIN;
    else if (!strcmp(name, "min"))
        *value = 77;
    else
        return -MPS_EINPUT;
    return 0;
}

static void expect_value(const char *text, int64_t expected)
{
    struct expr *expr;
    struct mps_diag diag = {""};
    int err = expr_parse(&expr, text, &diag);
    cr_assert(!err, "%s: %s", text, diag.text);
    int64_t value = 0;
    err = expr_eval(expr, lookup, NULL, &value, &diag);
    cr_expect(!err, "%s: %s", text, diag.text);
    cr_expect(value == expected, "%s: %" PRId64 ", not %" PRId64, text, value,
              expected);
    expr_free(expr);
}

static void expect_no_parse(const char *text, const char *message)
{
    struct expr *expr;
    struct mps_diag diag = {""};
    cr_expect_eq(expr_parse(&expr, text, &diag), -MPS_EINPUT);
    cr_expect_null(expr);
    cr_expect_str_eq(diag.text, message);
}

static void expect_no_value(const char *text, const char *message)
{
    struct expr *expr;
    struct mps_diag diag = {""};
    cr_assert(!expr_parse(&expr, text, NULL));
    int64_t value;
    cr_expect_eq(expr_eval(expr, lookup, NULL, &value, &diag), -MPS_EINPUT);
    cr_expect_str_eq(diag.text, message);
    expr_free(expr);
}

Test(expr, multiplies_before_it_adds)
{
    expect_value("workers * increments + 1", 4001);
    expect_value("1 + workers * increments", 4001);
    expect_value("(1 + workers) * increments", 5000);
    expect_value("2 - 3 * 4 % 5", 0);
}

Test(expr, goes_from_left_to_right)
{
    expect_value("10 - 4 - 3", 3);
    expect_value("100 / 10 / 5", 2);
    expect_value("100 / 10 * 5", 50);
    expect_value("17 % 10 % 4", 3);
}

Test(expr, negates)
{
    expect_value("-workers", -4);
    expect_value("- 3 * 2", -6);
    expect_value("--3", 3);
    expect_value("3 - -3", 6);
    expect_value("-(1 + 2)", -3);
}

Test(expr, cuts_quotients_towards_zero)
{
    expect_value("-7 / 2", -3);
    expect_value("-7 % 2", -1);
    expect_value("7 / -2", -3);
}

Test(expr, takes_the_smaller_and_the_larger)
{
    expect_value("min(workers, 3)", 3);
    expect_value("max(workers, 3)", 4);
    expect_value("min(max(1, 2), 3 * 4) + max (5, 6)", 8);
}

Test(expr, takes_min_without_parenthesis_for_a_name)
{
    expect_value("min + 1", 78);
    expect_value("min(min, 100)", 77);
}

Test(expr, ignores_white_space)
{
    expect_value(" \tworkers*\n2 ", 8);
}

Test(expr, reaches_both_ends_of_64_bits)
{
    expect_value("9223372036854775807", INT64_MAX);
    expect_value("-9223372036854775808", INT64_MIN);
    expect_value("smallest % -1", 0);
    expect_value("largest - 1 + 1", INT64_MAX);
}

Test(expr, refuses_results_beyond_64_bits)
{
    expect_no_value("smallest / -1", "'smallest / -1': -9223372036854775808 / "
                                     "-1 does not fit 64 bits");
    expect_no_value("largest + 1", "'largest + 1': 9223372036854775807 + 1 "
                                   "does not fit 64 bits");
    expect_no_value("smallest - 1", "'smallest - 1': -9223372036854775808 - 1 "
                                    "does not fit 64 bits");
    expect_no_value("largest * 2", "'largest * 2': 9223372036854775807 * 2 "
                                   "does not fit 64 bits");
    expect_no_value("-smallest", "'-smallest': 0 - -9223372036854775808 does "
                                 "not fit 64 bits");
}

Test(expr, refuses_division_by_zero)
{
    expect_no_value("10 / (workers - 4)",
                    "'10 / (workers - 4)': division of 10 by zero");
    expect_no_value("10 % 0", "'10 % 0': division of 10 by zero");
}

Test(expr, refuses_names_without_a_number)
{
    expect_no_value("workers * lines", "'workers * lines': 'lines' is not a "
                                       "parameter with a number");
}

Test(expr, refuses_numbers_beyond_64_bits)
{
    expect_no_parse("1 + 9223372036854775808",
                    "column 5: the number does not fit 64 bits");
    expect_no_parse("-9223372036854775809",
                    "column 2: the number does not fit 64 bits");
    expect_no_parse("99999999999999999999999999999999",
                    "column 1: the number does not fit 64 bits");
}

Test(expr, says_where_an_operand_is_missing)
{
    expect_no_parse("", "column 1: expected a number, a parameter or '(', the "
                        "expression ends here");
    expect_no_parse("workers *", "column 10: expected a number, a parameter "
                                 "or '(', the expression ends here");
    expect_no_parse("2 * * 3",
                    "column 5: expected a number, a parameter or '(', found "
                    "'*'");
    expect_no_parse("()", "column 2: expected a number, a parameter or '(', "
                          "found ')'");
}

Test(expr, says_where_the_text_goes_wrong)
{
    expect_no_parse("workers lines",
                    "column 9: expected an operator, found 'l'");
    expect_no_parse("2x", "column 2: expected an operator, found 'x'");
    expect_no_parse("1.5", "column 2: expected an operator, found '.'");
    expect_no_parse("workers ^ 2", "column 9: expected an operator, found '^'");
    expect_no_parse("(1 + 2",
                    "column 7: expected ')', the expression ends here");
    expect_no_parse("1)", "column 2: expected an operator, found ')'");
    expect_no_parse("min(1)", "column 6: expected ',', found ')'");
    expect_no_parse("min(1, 2, 3)", "column 9: expected ')', found ','");
    expect_no_parse("sum(1, 2)", "column 4: expected an operator, found '('");
    expect_no_parse("Workers", "column 1: expected a number, a parameter or "
                               "'(', found 'W'");
    expect_no_parse("\x01", "column 1: expected a number, a parameter or "
                            "'(', found byte 0x01");
    expect_no_parse("1 \xc3\xa9", "column 3: expected an operator, found byte "
                                  "0xc3");
}

/* COUNT times OPEN, a 1, COUNT times CLOSE. The caller frees it. */
static char *nested(size_t count, const char *open, const char *close)
{
    char *text = calloc(count * (strlen(open) + strlen(close)) + 2, 1);
    for (size_t i = 0; i < count; i++)
        strcat(text, open);
    strcat(text, "1");
    for (size_t i = 0; i < count; i++)
        strcat(text, close);
    return text;
}

/* FITS levels are read, one more is not. */
static void expect_limit(size_t fits, const char *open, const char *close)
{
    char *text = nested(fits, open, close);
    expect_value(text, 1);
    free(text);
    text = nested(fits + 1, open, close);
    char message[64];
    snprintf(message, sizeof(message), "column %zu: nested too deeply",
             64 * strlen(open) + 1);
    expect_no_parse(text, message);
    free(text);
}

Test(expr, limits_nesting_to_64)
{
    expect_limit(63, "(", ")"); /* the number inside is a level */
    expect_limit(64, "-", "");  /* its sign belongs to the number */
}

Test(expr, has_room_for_the_operands_of_every_level)
{
    /* One waits in the sum, one in the product and one in min(), each level. */
    char *text = nested(63, "0+1*min(9,", ")");
    expect_value(text, 1);
    free(text);
}

Test(expr, evaluates_long_sums)
{
    char text[4097] = "1";
    while (strlen(text) < 4095)
        strcat(text, "+1");
    expect_value(text, 2048);
}

Test(expr, refuses_texts_beyond_4096_characters)
{
    char text[4098];
    memset(text, '1', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    expect_no_parse(text, "the expression is longer than 4096 characters");
}

Test(expr, keeps_its_text)
{
    struct expr *expr;
    cr_assert(!expr_parse(&expr, " workers *2 ", NULL));
    cr_expect_str_eq(expr_text(expr), " workers *2 ");
    expr_free(expr);
}

static int join(void *context, const char *name)
{
    char *all = context;
    strcat(all, name);
    strcat(all, ";");
    return strcmp(name, "stop") ? 0 : 7;
}

Test(expr, visits_its_names_until_told_to_stop)
{
    struct expr *expr;
    char all[64] = "";
    cr_assert(!expr_parse(&expr, "a*min(b_2,a)-_c", NULL));
    cr_expect_eq(expr_names(expr, join, all), 0);
    cr_expect_str_eq(all, "a;b_2;a;_c;");
    expr_free(expr);

    all[0] = '\0';
    cr_assert(!expr_parse(&expr, "a + stop + b", NULL));
    cr_expect_eq(expr_names(expr, join, all), 7);
    cr_expect_str_eq(all, "a;stop;");
    expr_free(expr);
}

Test(expr, frees_nothing)
{
    expr_free(NULL);
}

/* Random texts of the grammar's own characters: parsing and evaluation end in
 * a value or in an explained error. Worth most under the sanitizers. */
Test(expr, survives_garbage)
{
    static const char alphabet[] = "ab1290+-*/%(), min(max(\n\x80";
    srand(1);
    size_t parsed = 0;
    for (int round = 0; round < 200000; round++) {
        char text[24];
        size_t len = (size_t)rand() % (sizeof(text) - 1);
        for (size_t i = 0; i < len; i++)
            text[i] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
        text[len] = '\0';
        struct expr *expr;
        struct mps_diag diag = {""};
        if (expr_parse(&expr, text, &diag)) {
            cr_assert(*diag.text, "no reason for '%s'", text);
            continue;
        }
        parsed++;
        int64_t value;
        if (expr_eval(expr, lookup, NULL, &value, &diag))
            cr_assert(*diag.text, "no reason for '%s'", text);
        expr_free(expr);
    }
    cr_expect_gt(parsed, 1000);
}
