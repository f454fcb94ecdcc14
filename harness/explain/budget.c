#include "base/clock.h"
#include "base/error.h"
#include "explain.h"

bool explain_is_over(const struct explain_budget *budget)
{
    return !budget->runs ||
           (budget->deadline_ns && clock_now_ns() >= budget->deadline_ns) ||
           (budget->stop && budget->stop(budget->context));
}

int explain_run(const struct explain_subject *subject,
                struct explain_budget *budget,
                const struct explain_request *request,
                struct explain_result *result)
{
    *result = (struct explain_result){.verdict = EXPLAIN_PASSED};
    if (explain_is_over(budget))
        return -MPS_ETIMEOUT;
    budget->runs--;
    budget->used++;
    int err = subject->run(subject->context, request, result);
    if (err)
        explain_result_fini(result);
    result->seed = request->seed;
    return err;
}
