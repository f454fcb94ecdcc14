#include "pair.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "hunt.h"
#include "scenario/arena.h"
#include "trace/plan.h"

enum { ROUNDS = 4 /* of looking closer */ };

/* -- The swap that decides ------------------------------------------------- */

/* Of the orders in which all is at its place, the last that passes and is
 * followed by one that fails, or nearly the last: those near the failing run
 * are about what that shows. Looks back in ever longer steps, and anew from
 * what the last of them has passed over. */
static int find_place(struct hunt *hunt, uint32_t *out)
{
    const struct order *order = &hunt->order;
    uint32_t passes = 0, fails = order->place_count - 1, step = 1;
    while (fails - passes > 1) {
        uint32_t middle =
            step < fails - passes ? fails - step : fails - (fails - passes) / 2;
        bool it_fails;
        int err = hunt_fails(hunt, order->places[middle], &it_fails);
        if (err)
            return err;
        if (it_fails) {
            fails = middle;
            step *= 2;
        } else {
            passes = middle;
            step = 1;
        }
    }
    *out = passes;
    return 0;
}

/* The first of two numbers of swaps, next to each other, that pass and fail. */
static int bisect(struct hunt *hunt, uint64_t *out)
{
    uint32_t place = 0;
    int err = find_place(hunt, &place);
    if (err)
        return err;
    uint64_t passes = hunt->order.places[place];
    uint64_t fails = hunt->order.places[place + 1];
    while (fails - passes > 1) {
        uint64_t middle = passes + (fails - passes) / 2;
        bool it_fails;
        err = hunt_fails(hunt, middle, &it_fails);
        if (err)
            return err;
        if (it_fails)
            fails = middle;
        else
            passes = middle;
    }
    *out = passes;
    return 0;
}

/* The op of RESULT that TOKEN stands for, or NULL; also one that never came
 * back. */
static const struct explain_op *find_op(const struct hunt *hunt,
                                        const struct explain_result *result,
                                        const struct token *token,
                                        uint32_t *task)
{
    for (size_t i = 0; i < result->op_count; i++) {
        const struct explain_op *op = &result->ops[i];
        if (op->nth != token->nth ||
            order_task(&hunt->order, &result->plan, op->task) != token->task)
            continue;
        *task = op->task;
        return op;
    }
    return NULL;
}

/* Say what TOKEN is, as it was in the first of RUNS that has it. */
static int describe(const struct hunt *hunt, const struct token *token,
                    const struct explain_result *const *runs, size_t count,
                    struct arena *texts, struct explain_pair_op *to)
{
    const struct schedule_plan plan = {
        .tasks = hunt->order.tasks,
        .task_count = hunt->order.task_count,
    };
    trace_plan_path(&plan, token->task, to->path);
    to->nth = token->nth;
    to->object = to->place = "";
    for (size_t i = 0; i < count; i++) {
        uint32_t task = 0;
        const struct explain_op *op = find_op(hunt, runs[i], token, &task);
        if (!op)
            continue;
        to->kind = op->kind;
        to->object = arena_text(texts, op->object);
        to->place = arena_text(texts, op->place);
        to->calls = "";
        const char *name = runs[i]->names ? runs[i]->names[task] : "";
        strncpy(to->name, name, sizeof(to->name) - 1);
        return to->object && to->place ? 0 : -ENOMEM;
    }
    return 0;
}

static bool only_looks(const struct explain_pair_op *op)
{
    return op_kind_class(op->kind) == OP_INPUT || op->kind == OP_KIND_LOAD;
}

static bool depend(const struct explain_pair_op *a,
                   const struct explain_pair_op *b)
{
    return *a->object && !strcmp(a->object, b->object) &&
           !(only_looks(a) && only_looks(b));
}

/* OUT from the two runs on both sides of swap number PASSES + 1. */
static int report(struct hunt *hunt, uint64_t passes,
                  const struct explain_result *before,
                  const struct explain_result *after, struct explain_pair *out)
{
    const struct explain_result *runs[] = {after, before, hunt->failing,
                                           &hunt->passing};
    uint32_t last;
    order_at(&hunt->order, passes + 1, hunt->ranks, &last);
    explain_pair_fini(out);
    out->texts = arena_new();
    int err = out->texts ? 0 : -ENOMEM;
    for (uint32_t i = 0; i < 2 && !err; i++)
        err = describe(hunt, &hunt->order.tokens[hunt->ranks[last + i]], runs,
                       sizeof(runs) / sizeof(*runs), out->texts, &out->ops[i]);
    out->dependent = !err && depend(&out->ops[0], &out->ops[1]);
    out->swaps = hunt->order.swaps;
    return err;
}

static int look(struct hunt *hunt, struct explain_result *before,
                struct explain_result *after, struct explain_pair *out)
{
    uint64_t passes = 0;
    int err = bisect(hunt, &passes);
    if (!err)
        err = hunt_run(hunt, passes, true, before);
    if (!err)
        err = hunt_run(hunt, passes + 1, true, after);
    return err ? err : report(hunt, passes, before, after, out);
}

/* Some orders cannot be: a lock is held, say, and what was to come later goes
 * on instead. The two runs then differ by more than their swap, which is of
 * ops that have nothing to do with each other. Look again between what they
 * really did. */
static int look_closer(struct hunt *hunt, struct explain_pair *out)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct explain_result before = {.verdict = EXPLAIN_PASSED};
        struct explain_result after = {.verdict = EXPLAIN_PASSED};
        int err = look(hunt, &before, &after, out);
        hunt_drop_order(hunt);
        explain_result_fini(&hunt->passing);
        explain_result_fini(&hunt->nearer);
        hunt->passing = before;
        hunt->nearer = after;
        hunt->failing = &hunt->nearer;
        if (err || out->dependent)
            return err;
        bool good;
        err = hunt_check(hunt, &good);
        if (err || !good)
            return err;
    }
    return 0;
}

int explain_pair(const struct explain_subject *subject,
                 struct explain_budget *budget,
                 const struct explain_result *failing, struct explain_pair *out)
{
    struct hunt hunt = {
        .subject = subject,
        .budget = budget,
        .failing = failing,
    };
    uint64_t used = budget->used;
    *out = (struct explain_pair){.dependent = false};
    if (failing->ops_lost)
        return -MPS_EFULL;
    int err = hunt_find_passing(&hunt);
    if (!err) {
        err = look_closer(&hunt, out);
        /* A pair that could be better is one. */
        if (err == -MPS_ETIMEOUT && out->texts)
            err = 0;
    }
    hunt_drop_order(&hunt);
    explain_result_fini(&hunt.passing);
    explain_result_fini(&hunt.nearer);
    if (err)
        explain_pair_fini(out);
    out->runs = budget->used - used;
    return err;
}

void explain_pair_fini(struct explain_pair *pair)
{
    arena_free(pair->texts);
    *pair = (struct explain_pair){.dependent = false};
}
