#include <signal.h>

#include "base/rng.h"
#include "check/fixture_test.h"

static void op(struct fixture *f, uint32_t task, enum op_kind kind,
               uint32_t object, uint64_t site)
{
    f->site = site;
    fixture_op(f, task, kind, object, 0);
}

static void livelock(struct fixture *f)
{
    fixture_control(f, SCHEDULE_LIVELOCK);
    f->segment->schedule.grants = 20000;
    f->segment->schedule.idle_grants = 15000;
    for (uint32_t i = 0; i < f->segment->task_count; i++)
        if (!f->segment->tasks[i].ended_at)
            fixture_end(f, i, SIGKILL);
    f->outcome.status = SIGKILL;
}

/* Both step aside for each other, ROUNDS times and a bit. */
static struct fixture *polite(int rounds, int bit)
{
    struct fixture *f = fixture_new();
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    uint32_t lock = fixture_object(f, OBJECT_MUTEX, "L");
    f->site = 0x10;
    fixture_park(f, 0, OP_KIND_WAIT, 0, UINT64_MAX);
    for (int i = 0; i < 4 * rounds + bit; i++) {
        static const enum op_kind kinds[] = {OP_KIND_MUTEX_TRYLOCK,
                                             OP_KIND_YIELD};
        uint32_t task = i / 2 % 2 ? b : a;
        op(f, task, kinds[i % 2], i % 2 ? 0 : lock,
           0x20 + 0x100 * (uint64_t)task + (uint64_t)i % 2);
    }
    return f;
}

Test(livelock, shows_the_steps_and_the_ops_that_are_repeated)
{
    struct fixture *f = polite(50, 3);
    livelock(f);
    const struct finding *finding =
        fixture_expect(f, FINDING_LIVELOCK,
                       "20,000 steps, the last 15,000 without progress: 0.0 "
                       "(a), 0.1 (b) repeat 4 operations");
    cr_expect_str_eq(finding->detail,
                     "over and over:\n"
                     "    0.0 (a): mutex trylock L in target+0x120\n"
                     "    0.0 (a): yield in target+0x121\n"
                     "    0.1 (b): mutex trylock L in target+0x220\n"
                     "    0.1 (b): yield in target+0x221\n"
                     "0: wait(any child) in target+0x10\n");
    cr_expect_eq(finding->place_count, 4);
    fixture_expect_place(finding, 0, 0x120, "mutex trylock L", "0.0 (a)");
    fixture_expect_place(finding, 3, 0x221, "yield", "0.1 (b)");
    fixture_free(f);
}

Test(livelock, reads_the_same_wherever_it_was_cut)
{
    char *detail = NULL;
    for (int bit = 0; bit < 4; bit++) {
        struct fixture *f = polite(50, bit);
        livelock(f);
        fixture_check(f);
        cr_assert_eq(f->findings.count, 1);
        if (detail)
            cr_expect_str_eq(f->findings.items[0].detail, detail);
        else
            detail = strdup(f->findings.items[0].detail);
        fixture_free(f);
    }
    free(detail);
}

Test(livelock, shows_each_task_by_itself_when_they_take_no_turns)
{
    struct fixture *f = fixture_new();
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    struct rng rng;
    rng_seed(&rng, 1);
    int at[2] = {0};
    for (int i = 0; i < 500; i++) {
        int who = (int)rng_below(&rng, 2);
        if (who)
            op(f, b, OP_KIND_POINT, 0, 0x30);
        else
            op(f, a, OP_KIND_YIELD, 0, 0x20 + (uint64_t)(at[0]++ % 2));
    }
    livelock(f);
    const struct finding *finding =
        fixture_expect(f, FINDING_LIVELOCK,
                       "20,000 steps, the last 15,000 without progress: 0.0 "
                       "(a), 0.1 (b) repeat 3 operations");
    cr_expect_str_eq(finding->detail, "0.0 (a), over and over:\n"
                                      "    yield in target+0x20\n"
                                      "    yield in target+0x21\n"
                                      "0.1 (b), over and over:\n"
                                      "    point in target+0x30\n");
    cr_expect_eq(finding->place_count, 3);
    fixture_free(f);
}

Test(livelock, claims_no_cycle_where_there_is_none)
{
    struct fixture *f = fixture_new();
    struct rng rng;
    rng_seed(&rng, 1);
    for (int i = 0; i < 500; i++)
        op(f, 0, OP_KIND_YIELD, 0, rng_next(&rng) % 0x10000);
    livelock(f);
    const struct finding *finding = fixture_expect(
        f, FINDING_LIVELOCK, "20,000 steps, the last 15,000 without progress");
    cr_expect_null(finding->detail);
    cr_expect_eq(finding->place_count, 0);
    fixture_free(f);
}

Test(livelock, forgets_nobody_when_one_goes_on_alone_at_the_end)
{
    struct fixture *f = polite(50, 0);
    for (int i = 0; i < 3; i++)
        op(f, 2, OP_KIND_YIELD, 0, 0x40);
    livelock(f);
    const struct finding *finding =
        fixture_expect(f, FINDING_LIVELOCK,
                       "20,000 steps, the last 15,000 without progress: 0.0 "
                       "(a), 0.1 (b) repeat 3 operations");
    cr_expect_str_eq(finding->detail, "0.0 (a), over and over:\n"
                                      "    mutex trylock L in target+0x120\n"
                                      "    yield in target+0x121\n"
                                      "0.1 (b), over and over:\n"
                                      "    yield in target+0x40\n"
                                      "0: wait(any child) in target+0x10\n");
    fixture_free(f);
}

Test(livelock, looks_at_the_newest_ops_only)
{
    struct fixture *f = polite(5000, 0); /* more than the ring holds */
    for (int i = 0; i < 2048; i++)
        op(f, 2, OP_KIND_YIELD, 0, 0x40);
    livelock(f);
    fixture_expect(f, FINDING_LIVELOCK,
                   "20,000 steps, the last 15,000 without progress: 0.1 (b) "
                   "repeats 1 operation");
    fixture_free(f);
}

Test(livelock, is_not_found_where_work_was_done)
{
    struct fixture *f = polite(50, 0);
    fixture_invariant(f, ORACLE_EXIT, "exit status 0")->value =
        fixture_expr(f, "0");
    livelock(f);
    f->segment->schedule.verdict = SCHEDULE_STEP_BOUND;
    fixture_expect_clean(f);
    f->outcome.controlled = false;
    f->segment->schedule.verdict = SCHEDULE_LIVELOCK;
    f->outcome.status = 0;
    fixture_end(f, 0, 0);
    fixture_expect_clean(f);
    fixture_free(f);
}
