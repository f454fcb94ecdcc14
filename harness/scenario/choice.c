#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/parse.h"
#include "base/rng.h"
#include "base/str.h"
#include "expr.h"
#include "parameter.h"
#include "scenario.h"

void scenario_choose(const struct scenario *scenario, uint64_t seed,
                     struct choice *choice)
{
    choice->scenario = scenario;
    for (size_t i = 0; i < scenario->parameter_count; i++) {
        const struct parameter *p = &scenario->parameters[i];
        struct rng rng;
        rng_seed(&rng, rng_mix(seed, RNG_PARAMS, i));
        choice->values[i] = p->values[rng_below(&rng, p->value_count)];
    }
}

static const char *get(const struct choice *choice, const char *name,
                       size_t len)
{
    const struct parameter *p = parameter_find(choice->scenario, name, len);
    return p ? choice->values[p - choice->scenario->parameters] : NULL;
}

const char *choice_get(const struct choice *choice, const char *name)
{
    return get(choice, name, strlen(name));
}

char *choice_expand(const struct choice *choice, const char *text)
{
    struct str out;
    str_init(&out);
    while (*text) {
        size_t len = *text == '{' ? parameter_braced_length(text) : 0;
        const char *value = len ? get(choice, text + 1, len) : NULL;
        if (value) {
            str_add(&out, value);
            text += len + 2;
            continue;
        }
        str_add_char(&out, *text);
        text += text[0] == '{' && text[1] == '{' ? 2 : 1;
    }
    char *expanded = str_take(&out);
    str_fini(&out);
    return expanded;
}

static int number(void *context, const char *name, int64_t *value)
{
    const char *text = choice_get(context, name);
    return text ? parse_i64(text, value, NULL) : -MPS_EINPUT;
}

int choice_evaluate(const struct choice *choice, const struct expr *expr,
                    int64_t *value, struct mps_diag *diag)
{
    struct choice copy = *choice;
    return expr_eval(expr, number, &copy, value, diag);
}
