#include "params.h"

#include "base/error.h"

struct shrink {
    explain_probe *probe;
    void *context;
    struct explain_budget *budget;
    uint64_t probe_runs;
    struct explain_param *params;
    size_t count;
    struct explain_result *out;
    int err;
};

/* Whether the failure shows with VALUE for PARAM, which then keeps it. */
static bool accept(struct shrink *s, struct explain_param *param, int64_t value)
{
    if (s->err || explain_is_over(s->budget))
        return false;
    struct explain_budget share = *s->budget;
    if (share.runs > s->probe_runs)
        share.runs = s->probe_runs;
    share.used = 0;
    struct explain_result result = {.verdict = EXPLAIN_PASSED};
    int64_t before = param->value;
    param->value = value;
    int err = s->probe(s->context, s->params, s->count, &share, &result);
    s->budget->runs -=
        share.used < s->budget->runs ? share.used : s->budget->runs;
    s->budget->used += share.used;
    if (err) {
        param->value = before;
        explain_result_fini(&result);
        if (err != -MPS_ENOMATCH && err != -MPS_ETIMEOUT)
            s->err = err;
        return false;
    }
    explain_result_fini(s->out);
    *s->out = result;
    return true;
}

static bool lower(struct shrink *s, struct explain_param *param)
{
    if (param->value <= param->least)
        return false;
    if (accept(s, param, param->least))
        return true;
    int64_t before = param->value, fails = param->least;
    while (param->value - fails > 1 && !s->err && !explain_is_over(s->budget)) {
        int64_t middle = fails + (param->value - fails) / 2;
        if (!accept(s, param, middle))
            fails = middle;
    }
    return param->value < before;
}

int explain_shrink_params(explain_probe *probe, void *context,
                          struct explain_budget *budget, uint64_t probe_runs,
                          struct explain_param *params, size_t count,
                          struct explain_result *out)
{
    struct shrink s = {
        .probe = probe,
        .context = context,
        .budget = budget,
        .probe_runs = probe_runs,
        .params = params,
        .count = count,
        .out = out,
    };
    *out = (struct explain_result){.verdict = EXPLAIN_PASSED};
    bool any = true;
    while (any && !s.err && !explain_is_over(budget)) {
        any = false;
        for (size_t i = 0; i < count; i++)
            any = lower(&s, &params[i]) || any;
    }
    return s.err;
}
