#include "budget.h"

#include "inspect.h"

enum {
    LOOK_MS = 100,
    GAP_MS = 300, /* more between two looks: the runner could not run */
    MOST = 9      /* times the limit: how much is denied at most */
};

static uint64_t ns(uint64_t ms)
{
    return ms * 1000000;
}

void budget_begin(struct budget *budget, uint64_t limit_ns, uint64_t now_ns)
{
    *budget = (struct budget){
        .limit_ns = limit_ns, .start_ns = now_ns, .looked_ns = now_ns};
}

uint64_t budget_left_ns(const struct budget *budget, uint64_t now_ns)
{
    uint64_t passed = now_ns - budget->start_ns;
    uint64_t free_ns = budget->denied_ns + budget->absent_ns;
    uint64_t spent = passed > free_ns ? passed - free_ns : 0;
    return spent < budget->limit_ns ? budget->limit_ns - spent : 0;
}

void budget_skip(struct budget *budget, uint64_t span_ns)
{
    budget->start_ns += span_ns;
    budget->looked_ns += span_ns;
}

bool budget_is_due(const struct budget *budget, uint64_t now_ns)
{
    return now_ns - budget->looked_ns >= ns(LOOK_MS);
}

static uint64_t most_ns(const struct budget *budget)
{
    return budget->limit_ns < UINT64_MAX / MOST ? budget->limit_ns * MOST
                                                : UINT64_MAX;
}

void budget_note(struct budget *budget, uint64_t now_ns, uint64_t used_ns,
                 bool ready)
{
    uint64_t span = now_ns - budget->looked_ns;
    /* Less than before: a process that was counted has gone uncounted. */
    uint64_t used = budget->has_used && used_ns > budget->used_ns
                        ? used_ns - budget->used_ns
                        : 0;
    bool starved = budget->has_used && ready && used < span / 2;
    if (span > ns(GAP_MS)) {
        budget->absent_ns += span - ns(GAP_MS);
        span = ns(GAP_MS);
    }
    if (starved && used < span && budget->denied_ns < most_ns(budget))
        budget->denied_ns += span - used;
    budget->looked_ns = now_ns;
    budget->used_ns = used_ns;
    budget->has_used = true;
}

void budget_look(struct budget *budget, pid_t server, uint64_t now_ns)
{
    if (!budget_is_due(budget, now_ns))
        return;
    bool ready;
    uint64_t used_ns = inspect_use(server, &ready);
    budget_note(budget, now_ns, used_ns, ready);
}
