#include "base/rng.h"
#include "check/fixture_test.h"

static struct fixture *demand(uint64_t overlap)
{
    struct fixture *f = fixture_new();
    struct invariant *streams =
        fixture_invariant(f, ORACLE_STREAMS, "streams draws");
    streams->subject = "draws";
    streams->overlap = overlap;
    return f;
}

static void emit(struct fixture *f, uint32_t task, uint64_t value)
{
    fixture_u64(f, task, MPS_RECORD_EMIT, "draws", value);
}

static void draw(struct fixture *f, uint32_t task, uint64_t seed, int count)
{
    struct rng rng;
    rng_seed(&rng, seed);
    for (int i = 0; i < count; i++)
        emit(f, task, rng_next(&rng));
}

Test(streams, accepts_streams_that_share_no_run)
{
    struct fixture *f = demand(3);
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    draw(f, a, 1, 300);
    draw(f, b, 2, 300);
    draw(f, a, 3, 300);
    /* Runs shorter than the overlap are chance. */
    emit(f, a, 1);
    emit(f, a, 2);
    emit(f, b, 1);
    emit(f, b, 2);
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(streams, finds_two_tasks_with_one_seed)
{
    struct fixture *f = demand(3);
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    f->site = 0x10;
    emit(f, a, 99);
    draw(f, a, 1, 50);
    f->site = 0x20;
    draw(f, b, 2, 10);
    draw(f, b, 1, 40);
    const struct finding *finding =
        fixture_expect(f, FINDING_INVARIANT,
                       "draws: 0.0 (a) and 0.1 (b) emitted the same 40 values "
                       "in a row (from number 2 and from number 11 on)");
    cr_expect_str_eq(finding->expected, "no 3 values in a row twice");
    cr_expect_str_eq(finding->actual, "40 values in a row twice");
    fixture_expect_place(finding, 0, 0x10, "emitted them", "0.0 (a)");
    fixture_expect_place(finding, 1, 0x20, "emitted them again", "0.1 (b)");
    fixture_free(f);
}

Test(streams, sees_through_the_interleaving_of_tasks)
{
    struct fixture *f = demand(3);
    uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
    for (uint64_t i = 0; i < 5; i++) {
        emit(f, b, i);
        emit(f, a, i);
    }
    const struct finding *finding =
        fixture_expect(f, FINDING_INVARIANT,
                       "draws: 0.0 (a) and 0.1 (b) emitted the same 5 values "
                       "in a row (from number 1 and from number 1 on)");
    cr_expect_str_eq(finding->detail, "they begin with 0, 1, 2, 3, 4\n");
    fixture_free(f);
}

Test(streams, finds_a_task_that_seeds_itself_again)
{
    struct fixture *f = demand(3);
    draw(f, 0, 1, 10);
    draw(f, 0, 1, 10);
    fixture_expect(f, FINDING_INVARIANT,
                   "draws: 0 emitted the same 10 values in a row twice (from "
                   "number 1 and from number 11 on)");
    fixture_free(f);
}

Test(streams, finds_every_length_of_overlap_it_is_asked_for)
{
    for (uint64_t overlap = 1; overlap < 40; overlap++) {
        struct fixture *f = demand(overlap);
        uint32_t a = fixture_task(f, 0, "a"), b = fixture_task(f, 0, "b");
        draw(f, a, 1, 40);
        draw(f, b, 2, 17);
        draw(f, b, 1, (int)overlap);
        fixture_check(f);
        cr_expect_eq(f->findings.count, 1, "overlap %d", (int)overlap);
        f->invariants[0].overlap++;
        fixture_expect_clean(f);
        fixture_free(f);
    }
}

Test(streams, accepts_streams_shorter_than_the_overlap)
{
    struct fixture *f = demand(UINT64_MAX);
    draw(f, 0, 1, 4);
    draw(f, 0, 1, 4);
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(streams, finds_that_nothing_was_emitted)
{
    struct fixture *f = demand(3);
    fixture_expect(f, FINDING_INVARIANT,
                   "draws was never observed: no mps_emit(\"draws\", ...)");
    fixture_free(f);
}
