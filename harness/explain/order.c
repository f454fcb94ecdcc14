#include "order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* -- Tasks by their places in the tree ------------------------------------- */

static uint32_t find_task(const struct order *order, uint32_t parent,
                          uint32_t ordinal)
{
    uint32_t at = 0;
    while (at < order->task_count &&
           (order->tasks[at].parent != parent ||
            (parent && order->tasks[at].ordinal != ordinal)))
        at++;
    return at;
}

/* The numbers in ORDER of the tasks of PLAN, in which parents come first. */
static int add_tasks(struct order *order, const struct schedule_plan *plan,
                     uint32_t *numbers)
{
    for (uint32_t i = 0; i < plan->task_count; i++) {
        uint32_t parent = plan->tasks[i].parent;
        if (parent > i)
            return -MPS_ECORRUPT;
        if (parent)
            parent = numbers[parent - 1] + 1;
        uint32_t at = find_task(order, parent, plan->tasks[i].ordinal);
        if (at == SCHEDULE_TASKS)
            return -MPS_EFULL;
        if (at == order->task_count)
            order->tasks[order->task_count++] =
                (struct schedule_task){parent, plan->tasks[i].ordinal};
        for (uint32_t k = 0; k < i; k++)
            if (numbers[k] == at)
                return -MPS_ECORRUPT;
        numbers[i] = at;
    }
    return 0;
}

uint32_t order_task(const struct order *order, const struct schedule_plan *plan,
                    uint32_t number)
{
    if (number >= plan->task_count)
        return UINT32_MAX;
    const struct schedule_task *task = &plan->tasks[number];
    uint32_t parent = 0;
    if (task->parent) {
        if (task->parent > number)
            return UINT32_MAX;
        parent = order_task(order, plan, task->parent - 1) + 1;
        if (!parent)
            return UINT32_MAX;
    }
    uint32_t at = find_task(order, parent, task->ordinal);
    return at < order->task_count ? at : UINT32_MAX;
}

/* -- Tokens ---------------------------------------------------------------- */

/* One run on its way into an order. Its ops of one task are numbered from 0,
 * so that it has the first DONE[task] of them. */
struct side {
    const struct explain_result *run;
    uint32_t *numbers; /* in the order, of its tasks */
    uint64_t *done;    /* by number in the order */
};

static int side_init(struct side *side, const struct explain_result *run,
                     struct order *order)
{
    *side = (struct side){
        .run = run,
        .numbers = calloc(run->plan.task_count + 1u, sizeof(uint32_t)),
        .done = calloc(SCHEDULE_TASKS, sizeof(uint64_t)),
    };
    if (!side->numbers || !side->done)
        return -ENOMEM;
    int err = add_tasks(order, &run->plan, side->numbers);
    for (size_t i = 0; i < run->op_count && !err; i++)
        if (run->ops[i].completed)
            side->done[side->numbers[run->ops[i].task]]++;
    return err;
}

static void side_fini(struct side *side)
{
    free(side->numbers);
    free(side->done);
}

/* Append the ops of SIDE to TOKENS, without those that OTHER has; NULL: all. */
static void add_tokens(const struct side *side, const struct side *other,
                       struct token *tokens, uint32_t *count)
{
    for (size_t i = 0; i < side->run->op_count; i++) {
        const struct explain_op *op = &side->run->ops[i];
        uint32_t task = side->numbers[op->task];
        if (op->completed && (!other || op->nth >= other->done[task]))
            tokens[(*count)++] = (struct token){task, op->nth};
    }
}

/* order->start: the ranks of the tokens SECOND, which are looked up by task
 * and number, BASE of the task + number. */
static int rank(struct order *order, const uint64_t *base,
                const struct token *second)
{
    uint32_t *ranks = calloc(order->count + 1u, sizeof(*ranks));
    order->start = calloc(order->count + 1u, sizeof(*order->start));
    if (!ranks || !order->start) {
        free(ranks);
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < order->count; i++)
        ranks[base[order->tokens[i].task] + order->tokens[i].nth] = i;
    for (uint32_t i = 0; i < order->count; i++)
        order->start[i] = ranks[base[second[i].task] + second[i].nth];
    free(ranks);
    return 0;
}

static int make_tokens(struct order *order, const struct side *failing,
                       const struct side *passing)
{
    size_t most = failing->run->op_count + passing->run->op_count + 1;
    struct token *second = calloc(most, sizeof(*second));
    uint64_t *base = calloc(SCHEDULE_TASKS, sizeof(*base));
    order->tokens = calloc(most, sizeof(*order->tokens));
    int err = second && base && order->tokens ? 0 : -ENOMEM;
    uint64_t at = 0;
    for (uint32_t i = 0; i < order->task_count && !err; i++) {
        base[i] = at;
        at += failing->done[i] > passing->done[i] ? failing->done[i]
                                                  : passing->done[i];
    }
    if (!err) {
        uint32_t count = 0;
        add_tokens(failing, NULL, order->tokens, &order->count);
        add_tokens(passing, failing, order->tokens, &order->count);
        add_tokens(passing, NULL, second, &count);
        add_tokens(failing, passing, second, &count);
        err = rank(order, base, second);
    }
    free(second);
    free(base);
    return err;
}

/* Where VALUE belongs among the COUNT ascending RANKS. */
static uint32_t find_place(const uint32_t *ranks, uint32_t count,
                           uint32_t value)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ranks[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Insert RANKS[AT] into the ascending rest, at most MOST steps further on;
 * returns how many it took. */
static uint32_t insert(uint32_t *ranks, uint32_t count, uint32_t at,
                       uint64_t most)
{
    uint32_t value = ranks[at];
    uint32_t steps = find_place(&ranks[at + 1], count - at - 1, value);
    if (steps > most)
        steps = (uint32_t)most;
    memmove(&ranks[at], &ranks[at + 1], steps * sizeof(*ranks));
    ranks[at + steps] = value;
    return steps;
}

static int count_swaps(struct order *order)
{
    uint32_t *ranks = calloc(order->count + 1u, sizeof(*ranks));
    order->places = calloc(order->count + 1u, sizeof(*order->places));
    if (!ranks || !order->places) {
        free(ranks);
        return -ENOMEM;
    }
    memcpy(ranks, order->start, order->count * sizeof(*ranks));
    order->place_count = 1;
    for (uint32_t i = order->count; i-- > 0;) {
        uint32_t steps = insert(ranks, order->count, i, UINT64_MAX);
        order->swaps += steps;
        if (steps)
            order->places[order->place_count++] = order->swaps;
    }
    free(ranks);
    return 0;
}

int order_init(struct order *order, const struct explain_result *failing,
               const struct explain_result *passing)
{
    *order = (struct order){
        .tasks = calloc(SCHEDULE_TASKS, sizeof(*order->tasks)),
    };
    struct side first = {.run = NULL}, second = {.run = NULL};
    int err = order->tasks ? side_init(&first, failing, order) : -ENOMEM;
    if (!err)
        err = side_init(&second, passing, order);
    if (!err)
        err = make_tokens(order, &first, &second);
    if (!err)
        err = count_swaps(order);
    side_fini(&first);
    side_fini(&second);
    if (err)
        order_fini(order);
    return err;
}

void order_fini(struct order *order)
{
    free(order->tasks);
    free(order->tokens);
    free(order->start);
    free(order->places);
    *order = (struct order){.tasks = NULL};
}

uint64_t order_at(const struct order *order, uint64_t swaps, uint32_t *ranks,
                  uint32_t *last)
{
    uint64_t left = swaps;
    *last = 0;
    memcpy(ranks, order->start, order->count * sizeof(*ranks));
    for (uint32_t i = order->count; i-- > 0 && left;) {
        uint32_t steps = insert(ranks, order->count, i, left);
        left -= steps;
        if (steps)
            *last = i + steps - 1;
    }
    return swaps - left;
}

int order_plan(const struct order *order, const uint32_t *ranks,
               struct schedule_plan *plan)
{
    *plan = (struct schedule_plan){
        .unit = SCHEDULE_OPS,
        .task_count = order->task_count,
        .tasks = calloc(order->task_count + 1u, sizeof(*plan->tasks)),
        .segments = calloc(order->count + 1u, sizeof(*plan->segments)),
    };
    if (!plan->tasks || !plan->segments) {
        plan_fini(plan);
        return -ENOMEM;
    }
    memcpy(plan->tasks, order->tasks, order->task_count * sizeof(*plan->tasks));
    for (uint32_t i = 0; i < order->count; i++) {
        uint32_t task = order->tokens[ranks[i]].task, n = plan->segment_count;
        if (n && plan->segments[n - 1].task == task)
            plan->segments[n - 1].count++;
        else
            plan->segments[plan->segment_count++] =
                (struct schedule_segment){task, 1};
    }
    return 0;
}
