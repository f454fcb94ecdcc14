#include "expr.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"

/* An expression is kept as a program for a stack machine, in the order of
 * evaluation: neither parsing nor evaluating a long one needs a deep stack,
 * only nesting does, and that is limited. */
enum {
    NESTING_MAX = 64,
    LENGTH_MAX = 4096,
    /* Operands that wait while a deeper level is evaluated: one of a sum, one
     * of a product and the first of min() or max(). */
    STACK_MAX = 3 * (NESTING_MAX + 1) + 1
};

enum op {
    OP_NUMBER,
    OP_NAME,
    OP_NEGATE,
    OP_ADD,
    OP_SUBTRACT,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_REMAINDER,
    OP_MIN,
    OP_MAX
};

struct instruction {
    enum op op;
    int64_t number;   /* OP_NUMBER */
    const char *name; /* OP_NAME: in the expression's names */
};

struct expr {
    char *text;
    char *names; /* every name used, each terminated */
    size_t names_len;
    struct instruction *code;
    size_t count, capacity;
};

struct parser {
    struct expr *expr;
    const char *at;
    unsigned nesting;
    struct mps_diag *diag;
};

static int parse_sum(struct parser *p);
static int parse_factor(struct parser *p);

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts_name(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_';
}

static char peek(struct parser *p)
{
    while (*p->at == ' ' || *p->at == '\t' || *p->at == '\n')
        p->at++;
    return *p->at;
}

static int fail(struct parser *p, const char *at, const char *what)
{
    return diag_set(p->diag, -MPS_EINPUT, "column %zu: %s",
                    (size_t)(at - p->expr->text) + 1, what);
}

/* EXPECTED is not at the current place: say what is. */
static int fail_expected(struct parser *p, const char *expected)
{
    char c = peek(p);
    size_t column = (size_t)(p->at - p->expr->text) + 1;
    if (!c)
        return diag_set(p->diag, -MPS_EINPUT,
                        "column %zu: expected %s, the expression ends here",
                        column, expected);
    if (c < ' ' || c > '~')
        return diag_set(p->diag, -MPS_EINPUT,
                        "column %zu: expected %s, found byte 0x%02x", column,
                        expected, (unsigned char)c);
    return diag_set(p->diag, -MPS_EINPUT, "column %zu: expected %s, found '%c'",
                    column, expected, c);
}

static int emit(struct parser *p, struct instruction instruction)
{
    struct expr *expr = p->expr;
    if (expr->count == expr->capacity) {
        size_t capacity = expr->capacity ? expr->capacity * 2 : 8;
        struct instruction *code =
            reallocarray(expr->code, capacity, sizeof(*code));
        if (!code)
            return diag_set(p->diag, -ENOMEM, "out of memory");
        expr->code = code;
        expr->capacity = capacity;
    }
    expr->code[expr->count++] = instruction;
    return 0;
}

/* The sign belongs to the number: the smallest one has no positive twin. */
static int parse_number(struct parser *p, bool negative)
{
    const char *start = p->at;
    int64_t value = 0;
    bool overflow = false;
    for (; is_digit(*p->at); p->at++) {
        int digit = *p->at - '0';
        overflow |= __builtin_mul_overflow(value, 10, &value);
        overflow |=
            __builtin_add_overflow(value, negative ? -digit : digit, &value);
    }
    if (overflow)
        return fail(p, start, "the number does not fit 64 bits");
    return emit(p, (struct instruction){.op = OP_NUMBER, .number = value});
}

/* "min" or "max" were read, P is at the parenthesis. */
static int parse_call(struct parser *p, enum op op)
{
    p->at++;
    int err = parse_sum(p);
    if (err)
        return err;
    if (peek(p) != ',')
        return fail_expected(p, "','");
    p->at++;
    err = parse_sum(p);
    if (err)
        return err;
    if (peek(p) != ')')
        return fail_expected(p, "')'");
    p->at++;
    return emit(p, (struct instruction){.op = op});
}

static int parse_name(struct parser *p)
{
    const char *start = p->at;
    while (starts_name(*p->at) || is_digit(*p->at))
        p->at++;
    size_t len = (size_t)(p->at - start);
    if (len == 3 && peek(p) == '(') {
        if (!strncmp(start, "min", 3))
            return parse_call(p, OP_MIN);
        if (!strncmp(start, "max", 3))
            return parse_call(p, OP_MAX);
    }
    char *name = p->expr->names + p->expr->names_len;
    memcpy(name, start, len);
    name[len] = '\0';
    p->expr->names_len += len + 1;
    return emit(p, (struct instruction){.op = OP_NAME, .name = name});
}

static int parse_minus(struct parser *p)
{
    p->at++;
    if (is_digit(peek(p)))
        return parse_number(p, true);
    int err = parse_factor(p);
    if (err)
        return err;
    return emit(p, (struct instruction){.op = OP_NEGATE});
}

static int parse_parentheses(struct parser *p)
{
    p->at++;
    int err = parse_sum(p);
    if (err)
        return err;
    if (peek(p) != ')')
        return fail_expected(p, "')'");
    p->at++;
    return 0;
}

static int parse_factor(struct parser *p)
{
    char c = peek(p);
    if (p->nesting == NESTING_MAX)
        return fail(p, p->at, "nested too deeply");
    p->nesting++;
    int err;
    if (is_digit(c))
        err = parse_number(p, false);
    else if (starts_name(c))
        err = parse_name(p);
    else if (c == '-')
        err = parse_minus(p);
    else if (c == '(')
        err = parse_parentheses(p);
    else
        err = fail_expected(p, "a number, a parameter or '('");
    p->nesting--;
    return err;
}

static int parse_product(struct parser *p)
{
    int err = parse_factor(p);
    while (!err) {
        enum op op;
        switch (peek(p)) {
        case '*':
            op = OP_MULTIPLY;
            break;
        case '/':
            op = OP_DIVIDE;
            break;
        case '%':
            op = OP_REMAINDER;
            break;
        default:
            return 0;
        }
        p->at++;
        err = parse_factor(p);
        if (!err)
            err = emit(p, (struct instruction){.op = op});
    }
    return err;
}

static int parse_sum(struct parser *p)
{
    int err = parse_product(p);
    while (!err) {
        char c = peek(p);
        if (c != '+' && c != '-')
            return 0;
        p->at++;
        err = parse_product(p);
        enum op op = c == '+' ? OP_ADD : OP_SUBTRACT;
        if (!err)
            err = emit(p, (struct instruction){.op = op});
    }
    return err;
}

int expr_parse(struct expr **out, const char *text, struct mps_diag *diag)
{
    size_t len = strlen(text);
    *out = NULL;
    if (len > LENGTH_MAX)
        return diag_set(diag, -MPS_EINPUT,
                        "the expression is longer than %d characters",
                        LENGTH_MAX);
    struct expr *expr = calloc(1, sizeof(*expr));
    if (!expr)
        return diag_set(diag, -ENOMEM, "out of memory");
    expr->text = strdup(text);
    /* Two names have an operator between them, whose byte pays for the
     * terminator. */
    expr->names = malloc(len + 1);
    struct parser p = {.expr = expr, .at = expr->text, .diag = diag};
    int err;
    if (!expr->text || !expr->names)
        err = diag_set(diag, -ENOMEM, "out of memory");
    else
        err = parse_sum(&p);
    if (!err && peek(&p))
        err = fail_expected(&p, "an operator");
    if (err) {
        expr_free(expr);
        return err;
    }
    *out = expr;
    return 0;
}

void expr_free(struct expr *expr)
{
    if (!expr)
        return;
    free(expr->text);
    free(expr->names);
    free(expr->code);
    free(expr);
}

const char *expr_text(const struct expr *expr)
{
    return expr->text;
}

/* The operations; true means that the result does not fit. */
static bool op_add(int64_t a, int64_t b, int64_t *out)
{
    return __builtin_add_overflow(a, b, out);
}

static bool op_subtract(int64_t a, int64_t b, int64_t *out)
{
    return __builtin_sub_overflow(a, b, out);
}

static bool op_multiply(int64_t a, int64_t b, int64_t *out)
{
    return __builtin_mul_overflow(a, b, out);
}

/* B is not 0 in these two. Dividing by -1 is a negation, which the processor
 * traps on for the smallest number. */
static bool op_divide(int64_t a, int64_t b, int64_t *out)
{
    if (b == -1)
        return __builtin_sub_overflow((int64_t)0, a, out);
    *out = a / b;
    return false;
}

static bool op_remainder(int64_t a, int64_t b, int64_t *out)
{
    *out = b == -1 ? 0 : a % b;
    return false;
}

static bool op_min(int64_t a, int64_t b, int64_t *out)
{
    *out = a < b ? a : b;
    return false;
}

static bool op_max(int64_t a, int64_t b, int64_t *out)
{
    *out = a > b ? a : b;
    return false;
}

static const struct {
    bool (*apply)(int64_t a, int64_t b, int64_t *out);
    const char *symbol; /* for the message about an overflow */
} binary[] = {
    [OP_ADD] = {op_add, "+"},
    [OP_SUBTRACT] = {op_subtract, "-"},
    [OP_MULTIPLY] = {op_multiply, "*"},
    [OP_DIVIDE] = {op_divide, "/"},
    [OP_REMAINDER] = {op_remainder, "%"},
    [OP_MIN] = {op_min, "min"},
    [OP_MAX] = {op_max, "max"},
};

static int apply(const struct expr *expr, enum op op, int64_t *a, int64_t b,
                 struct mps_diag *diag)
{
    int64_t left = *a;
    if (!b && (op == OP_DIVIDE || op == OP_REMAINDER))
        return diag_set(diag, -MPS_EINPUT,
                        "'%s': division of %" PRId64 " by zero", expr->text,
                        left);
    if (binary[op].apply(left, b, a))
        return diag_set(diag, -MPS_EINPUT,
                        "'%s': %" PRId64 " %s %" PRId64 " does not fit 64 bits",
                        expr->text, left, binary[op].symbol, b);
    return 0;
}

int expr_eval(const struct expr *expr, expr_lookup *lookup, void *context,
              int64_t *value, struct mps_diag *diag)
{
    int64_t stack[STACK_MAX];
    size_t depth = 0;
    for (size_t i = 0; i < expr->count; i++) {
        const struct instruction *now = &expr->code[i];
        int err = 0;
        if (now->op == OP_NUMBER) {
            stack[depth++] = now->number;
        } else if (now->op == OP_NAME) {
            if (lookup(context, now->name, &stack[depth++]) < 0)
                err = diag_set(diag, -MPS_EINPUT,
                               "'%s': '%s' is not a parameter with a number",
                               expr->text, now->name);
        } else if (now->op == OP_NEGATE) {
            int64_t zero = 0;
            err = apply(expr, OP_SUBTRACT, &zero, stack[depth - 1], diag);
            stack[depth - 1] = zero;
        } else {
            depth--;
            err = apply(expr, now->op, &stack[depth - 1], stack[depth], diag);
        }
        if (err)
            return err;
    }
    *value = stack[0];
    return 0;
}

int expr_names(const struct expr *expr,
               int (*visit)(void *context, const char *name), void *context)
{
    for (size_t i = 0; i < expr->count; i++) {
        if (expr->code[i].op != OP_NAME)
            continue;
        int stop = visit(context, expr->code[i].name);
        if (stop)
            return stop;
    }
    return 0;
}
