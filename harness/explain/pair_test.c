#include "pair.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/error.h"
#include "minimise.h"
#include "model_test.h"
#include "trace/plan.h"

/* The pair of the failure of M that STRATEGY finds from SEED on. */
static int find_pair(struct model *m, int strategy, uint64_t seed,
                     struct explain_minimal *minimal, struct explain_pair *pair)
{
    struct explain_subject subject = model_subject(m);
    struct explain_budget budget = model_budget();
    struct schedule_plan start;
    model_find(m, strategy, seed, &start);
    int err = explain_minimise(&subject, &budget, &start, minimal);
    plan_fini(&start);
    cr_assert_eq(err, 0);
    return explain_pair(&subject, &budget, &minimal->result, pair);
}

typedef void check_pair(const struct explain_pair_op *first,
                        const struct explain_pair_op *then);

/* For failures found by every strategy. */
static void expect_pair(struct model *m, check_pair *check)
{
    static const int strategies[] = {STRATEGY_RANDOM, STRATEGY_PCT,
                                     STRATEGY_POS};
    for (uint64_t i = 0; i < 24; i++) {
        struct explain_minimal minimal;
        struct explain_pair pair;
        int err = find_pair(m, strategies[i % 3], i, &minimal, &pair);
        cr_assert_eq(err, 0, "%s %d: %d",
                     sched_strategies[strategies[i % 3]]->name, (int)i, err);
        const struct explain_pair_op *first = &pair.ops[0],
                                     *then = &pair.ops[1];
        cr_expect(pair.dependent, "%s %s %s, %s %s %s", first->path,
                  op_kind_name(first->kind), first->object, then->path,
                  op_kind_name(then->kind), then->object);
        cr_expect_str_neq(first->path, then->path);
        cr_expect_str_eq(first->object, then->object);
        cr_expect_leq(pair.runs, 40);
        check(first, then);
        explain_pair_fini(&pair);
        explain_minimal_fini(&minimal);
    }
    model_free(m);
}

static void is_read_or_write(const struct explain_pair_op *first,
                             const struct explain_pair_op *then)
{
    /* Memory 0 is the counter, 7 what it should be: adding to that at once is
     * no bug. */
    cr_expect(strstr(first->object, "v0"), "%s", first->object);
    cr_expect(first->kind == OP_KIND_READ || then->kind == OP_KIND_READ,
              "%s, %s", op_kind_name(first->kind), op_kind_name(then->kind));
    cr_expect_eq(strncmp(first->place, "model+0x", 8), 0, "%s", first->place);
}

Test(pair, of_a_lost_update_is_the_read_and_the_write)
{
    expect_pair(model_lost_update(2, 1), is_read_or_write);
    expect_pair(model_lost_update(4, 5), is_read_or_write);
}

static void are_locks(const struct explain_pair_op *first,
                      const struct explain_pair_op *then)
{
    cr_expect_eq(first->kind, OP_KIND_MUTEX_LOCK);
    cr_expect_eq(then->kind, OP_KIND_MUTEX_LOCK);
    cr_expect_eq(strncmp(first->object, "mutex m", 7), 0, "%s", first->object);
    cr_expect_eq(first->name[0], 's');
}

Test(pair, of_a_deadlock_is_the_two_locks_of_one_mutex)
{
    expect_pair(model_abba(), are_locks);
}

static void are_writes(const struct explain_pair_op *first,
                       const struct explain_pair_op *then)
{
    cr_expect_eq(first->kind, OP_KIND_WRITE);
    cr_expect_eq(then->kind, OP_KIND_WRITE);
    cr_expect_str_eq(first->object, "file log");
}

Test(pair, of_a_torn_record_is_the_writes)
{
    expect_pair(model_log_record(), are_writes);
}

static void concern_an_account(const struct explain_pair_op *first,
                               const struct explain_pair_op *then)
{
    cr_expect(strchr("mv", first->object[strcspn(first->object, "0123") - 1]),
              "%s", first->object);
    cr_expect_str_eq(first->object, then->object);
}

Test(pair, of_a_sum_under_two_locks_is_one_of_its_parts)
{
    expect_pair(model_two_lock_sum(), concern_an_account);
    expect_pair(model_watched_sum(), concern_an_account);
}

/* A record torn at its preemption, not at one of the others that the same swaps
 * tear: what is shown is there to be seen in the shortest schedule. */
Test(pair, is_where_the_shortest_schedule_is_interrupted)
{
    struct model *m = model_log_record();
    for (uint64_t seed = 0; seed < 24; seed++) {
        struct explain_minimal minimal;
        struct explain_pair pair;
        cr_assert_eq(find_pair(m, STRATEGY_RANDOM, seed, &minimal, &pair), 0);
        const struct explain_result *run = &minimal.result;
        bool shown = false;
        for (size_t i = 1; i < run->op_count; i++) {
            char path[TASK_PATH_BYTES];
            const struct explain_op *op = &run->ops[i];
            trace_plan_path(&run->plan, op->task, path);
            shown = shown || (op->task != run->ops[i - 1].task &&
                              op->nth == pair.ops[1].nth &&
                              !strcmp(path, pair.ops[1].path));
        }
        cr_expect(shown, "seed %d: %s, op %d", (int)seed, pair.ops[1].path,
                  (int)pair.ops[1].nth);
        explain_pair_fini(&pair);
        explain_minimal_fini(&minimal);
    }
    model_free(m);
}

Test(pair, there_is_none_where_nothing_passes)
{
    struct model *m = model_new(2);
    for (unsigned task = 1; task <= 2; task++)
        for (unsigned i = 0; i < 5; i++)
            model_add(m, task, i == 3 ? STEP_EXPECT : STEP_NOISE, 0, 1);
    struct explain_minimal minimal;
    struct explain_pair pair;
    cr_expect_eq(find_pair(m, STRATEGY_RANDOM, 1, &minimal, &pair),
                 -MPS_ENOMATCH);
    cr_expect_null(pair.texts);
    explain_minimal_fini(&minimal);
    model_free(m);
}

/* The sequential schedule may be one of those that fail. */
static bool second_was_late(const struct model *m)
{
    return m->memory[1] == 0;
}

Test(pair, a_passing_run_is_looked_for)
{
    struct model *m = model_new(2);
    m->fails = second_was_late;
    /* Memory 1 is what memory 0 was when task 1 looked. */
    model_add(m, 1, STEP_NOISE, 0, 0);
    model_add(m, 1, STEP_READ, 0, 0);
    model_add(m, 1, STEP_WRITE, 1, 0);
    model_add(m, 2, STEP_NOISE, 0, 0);
    model_add(m, 2, STEP_ADD, 0, 1);
    struct explain_minimal minimal;
    struct explain_pair pair;
    cr_assert_eq(find_pair(m, STRATEGY_RANDOM, 1, &minimal, &pair), 0);
    cr_expect_eq(minimal.result.cost.preemptions, 0);
    cr_expect_eq(pair.ops[0].kind, OP_KIND_READ);
    cr_expect_eq(pair.ops[1].kind, OP_KIND_WRITE);
    cr_expect_str_eq(pair.ops[0].path, "0.0");
    cr_expect_str_eq(pair.ops[1].path, "0.1");
    cr_expect(pair.dependent);
    explain_pair_fini(&pair);
    explain_minimal_fini(&minimal);
    model_free(m);
}

Test(pair, a_run_of_which_ops_are_missing_is_refused)
{
    struct model *m = model_lost_update(2, 1);
    struct explain_subject subject = model_subject(m);
    struct explain_budget budget = model_budget();
    struct explain_result failing = {.ops_lost = true};
    struct explain_pair pair;
    cr_expect_eq(explain_pair(&subject, &budget, &failing, &pair), -MPS_EFULL);
    cr_expect_eq(m->runs, 0);
    model_free(m);
}

Test(pair, ends_with_its_budget)
{
    struct model *m = model_lost_update(4, 5);
    struct explain_minimal minimal;
    struct explain_pair pair;
    cr_assert_eq(find_pair(m, STRATEGY_RANDOM, 1, &minimal, &pair), 0);
    uint64_t needed = pair.runs;
    explain_pair_fini(&pair);
    struct explain_subject subject = model_subject(m);
    for (uint64_t runs = 0; runs <= needed; runs++) {
        struct explain_budget budget = {.runs = runs};
        int err = explain_pair(&subject, &budget, &minimal.result, &pair);
        cr_expect_eq(err, runs < needed ? -MPS_ETIMEOUT : 0);
        explain_pair_fini(&pair);
    }
    explain_minimal_fini(&minimal);
    model_free(m);
}
