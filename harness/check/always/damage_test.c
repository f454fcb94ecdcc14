#include <signal.h>

#include "base/rng.h"
#include "check/fixture_test.h"

static struct fixture *wrong_in_every_way(void)
{
    struct fixture *f = fixture_new();
    struct invariant *equals = fixture_invariant(f, ORACLE_EQUALS, "equals x");
    equals->subject = "x";
    equals->value = fixture_expr(f, "1");
    fixture_invariant(f, ORACLE_EXIT, "exit status 0")->value =
        fixture_expr(f, "0");
    f->outcome.status = SIGKILL;
    return f;
}

Test(damage, is_all_that_is_said_about_a_damaged_segment)
{
    struct fixture *f = wrong_in_every_way();
    f->outcome.segment_damaged = true;
    fixture_expect(f, FINDING_MISUSE, "the target overwrote mpstress's memory");
    fixture_free(f);
}

Test(damage, is_all_that_is_said_about_a_lost_server)
{
    struct fixture *f = wrong_in_every_way();
    f->outcome.server_lost = true;
    fixture_expect(f, FINDING_MISUSE,
                   "the target took mpstress's fork server down: it killed a "
                   "process that is not its own, or wrote into foreign memory");
    fixture_free(f);
}

Test(damage, names_who_forks_without_end)
{
    struct fixture *f = wrong_in_every_way();
    f->site = 0x60;
    for (int i = 1; i < SEGMENT_LIVING; i++)
        fixture_task(f, (uint32_t)i - 1, "bomb");
    f->segment->control.tasks_refused = 1;
    const struct finding *finding =
        fixture_expect(f, FINDING_MISUSE,
                       "forks without end: 2,000 tasks, more than mpstress can "
                       "hold");
    cr_expect_eq(finding->places[0].location.offset, 0x60);
    fixture_free(f);
}

Test(damage, says_that_observations_were_lost_and_judges_none_of_them)
{
    struct fixture *f = wrong_in_every_way();
    f->outcome.status = 0;
    f->segment->control.records_refused = 12345;
    const struct finding *finding = fixture_expect(
        f, FINDING_MISUSE, "more observations than fit: 12,345 were lost");
    cr_expect_str_eq(finding->detail,
                     "an iteration can hold 8 MiB of them under 512 names; "
                     "invariants over observations were not judged\n");
    f->outcome.status = 1 << 8;
    fixture_check(f);
    cr_expect_eq(f->findings.count, 2);
    fixture_free(f);
}

/* Every invariant there is. */
static struct fixture *demanding(void)
{
    struct fixture *f = fixture_new();
    static const enum oracle observing[] = {
        ORACLE_EQUALS,       ORACLE_UNIQUE, ORACLE_STREAMS,
        ORACLE_EXACTLY_ONCE, ORACLE_FIFO,   ORACLE_NEVER_TOGETHER};
    for (size_t i = 0; i < sizeof(observing) / sizeof(observing[0]); i++) {
        struct invariant *in = fixture_invariant(f, observing[i], "x");
        in->subject = "x";
        in->overlap = 3;
        in->value = i ? NULL : fixture_expr(f, "1");
    }
    fixture_invariant(f, ORACLE_NO_LEAKS, "no_leaks");
    struct invariant *lines = fixture_invariant(f, ORACLE_LINES, "lines");
    lines->file = "stdout";
    lines->pattern = "x";
    return f;
}

/* Scribble at random over what a wild target can reach, the header of the
 * segment apart: the runner looks at that. */
static void scribble(struct fixture *f, struct rng *rng, unsigned spots)
{
    unsigned char *start = (unsigned char *)&f->segment->control;
    unsigned char *records = f->segment->records;
    for (unsigned i = 0; i < spots; i++) {
        uint64_t word = rng_next(rng) >> rng_below(rng, 64);
        /* Most of it where something is. */
        unsigned char *at =
            rng_below(rng, 2)
                ? records + 8 * rng_below(rng, 4096 / 8)
                : start + 8 * rng_below(rng, (uint64_t)(records - start) / 8);
        memcpy(at, &word, sizeof(word));
    }
}

Test(damage, of_any_kind_is_survived, .timeout = 60)
{
    struct fixture *f = demanding();
    struct rng rng;
    rng_seed(&rng, 1);
    for (int round = 0; round < 300; round++) {
        fixture_again(f);
        uint32_t task = fixture_task(f, 0, "a");
        for (uint64_t i = 0; i < 8; i++) {
            fixture_u64(f, task, MPS_RECORD_INT + (unsigned)i, "x", i);
            fixture_block(f, task, OP_KIND_KILL, 1, SIGKILL);
        }
        fixture_end(f, task, SIGSEGV);
        fixture_snapshot(f, (int)task, 'S', "futex");
        f->outcome.timed_out = round % 2;
        f->outcome.controlled = round % 3;
        scribble(f, &rng, 1 + (unsigned)round);
        /* As it must be, or else the runner's own doing. */
        f->segment->config.iteration = f->outcome.iteration;
        fixture_check(f);
    }
    fixture_free(f);
}

Test(damage, of_every_byte_is_survived, .timeout = 60)
{
    struct fixture *f = demanding();
    for (int byte = 0xff; byte >= 0; byte -= 0x33) {
        memset(&f->segment->control, byte,
               sizeof(*f->segment) - offsetof(struct segment, control));
        fixture_snapshot(f, 0, 'S', "futex");
        fixture_check(f);
        f->outcome.timed_out = false;
        fixture_check(f);
        f->outcome.controlled = true;
        for (uint32_t verdict = SCHEDULE_OPEN; verdict <= SCHEDULE_STEP_BOUND;
             verdict++) {
            f->segment->schedule.verdict = verdict;
            fixture_check(f);
        }
        f->outcome.controlled = false;
        f->outcome.snapshot_count = 0;
    }
    fixture_free(f);
}
