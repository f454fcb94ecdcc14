#include "attempt.h"

/* Whether nothing of FINDINGS is wrong with that run itself: a lock order is
 * about others, and shows in the run that passes as in the deadlock. */
static bool is_clean(const struct finding_list *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].kind != FINDING_LOCK_ORDER)
            return false;
    return true;
}

enum explain_verdict attempt_verdict(const struct attempt *attempt,
                                     const struct finding_list *findings)
{
    if (rerun_same(attempt->trace, findings, false))
        return EXPLAIN_SAME;
    if (is_clean(findings))
        return EXPLAIN_PASSED;
    return attempt->any ? EXPLAIN_SAME : EXPLAIN_OTHER;
}

int attempt_schedule(void *context, const struct explain_request *request,
                     struct explain_result *result)
{
    struct attempt *attempt = context;
    struct control control;
    struct outcome outcome;
    struct finding_list findings = {0};
    rerun_control(attempt->trace, &control);
    control.plan = request->plan;
    if (request->tail != STRATEGY_SEQUENTIAL)
        control.strategy = request->tail;
    if (request->depth)
        control.depth = request->depth;
    control.without_stacks = true;
    int err = rerun_once(attempt->rerun, request->seed, &control, &outcome,
                         &findings, attempt->diag);
    if (!err)
        err = explain_take(result, &outcome, request->ops);
    if (!err)
        result->verdict = attempt_verdict(attempt, &findings);
    finding_list_clear(&findings);
    return err;
}
