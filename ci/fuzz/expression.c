/* Expressions in invariants (scenario/expr.h): any text, and values at the
 * limits. */
#include "fuzz.h"

#include "base/diag.h"
#include "base/error.h"
#include "scenario/expr.h"

/* A name stands for a number that its letters choose. */
static int look_up(void *context, const char *name, int64_t *value)
{
    static const int64_t values[] = {0, 1, -1, 2, 10, INT64_MAX, INT64_MIN};
    size_t count = sizeof(values) / sizeof(*values);
    (void)context;
    size_t sum = strlen(name);
    for (const char *c = name; *c; c++)
        sum += (size_t)(unsigned char)*c;
    if (sum % (count + 1) == count)
        return -MPS_ENOMATCH;
    *value = values[sum % (count + 1)];
    return 0;
}

static int count_name(void *context, const char *name)
{
    must(*name);
    ++*(size_t *)context;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1);
    must(text);
    memcpy(text, bytes, size);
    text[size] = '\0';
    struct expr *expr;
    struct mps_diag diag;
    int err = expr_parse(&expr, text, &diag);
    if (err) {
        must(err == -MPS_EINPUT);
        must_be_a_reason(diag.text);
    } else {
        must(!strcmp(expr_text(expr), text));
        size_t names = 0;
        must(!expr_names(expr, count_name, &names));
        must(names <= size);
        int64_t first, again;
        err = expr_eval(expr, look_up, NULL, &first, &diag);
        must(!err || err == -MPS_EINPUT);
        if (!err)
            must(!expr_eval(expr, look_up, NULL, &again, NULL) &&
                 first == again);
        expr_free(expr);
    }
    free(text);
    return 0;
}
