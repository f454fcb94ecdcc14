#include "check/fixture_test.h"

static struct segment_mishap *note(struct fixture *f, enum mishap_kind kind,
                                   uint32_t task, uint32_t other_plus_one,
                                   uint32_t object)
{
    struct segment_schedule *schedule = &f->segment->schedule;
    struct segment_mishap *mishap =
        &schedule->mishaps[schedule->mishap_count++];
    *mishap = (struct segment_mishap){
        .kind = kind,
        .task = task,
        .other = other_plus_one,
        .object = object,
        .site = fixture_site(f, 0x10),
        .other_site = other_plus_one ? fixture_site(f, 0x20) : 0,
    };
    return mishap;
}

/* A controlled iteration with two tasks and a mutex, number 1. */
static struct fixture *controlled(void)
{
    struct fixture *f = fixture_new();
    fixture_task(f, 0, "");
    fixture_object(f, OBJECT_MUTEX, "M");
    fixture_end(f, 1, 0);
    fixture_end(f, 0, 0);
    fixture_control(f, SCHEDULE_OPEN);
    return f;
}

Test(mishap, is_not_found_where_none_was_noted)
{
    struct fixture *f = controlled();
    fixture_expect_clean(f);
    /* Left over in a stress iteration. */
    note(f, MISHAP_UNLOCK_FREE, 1, 0, 1);
    f->outcome.controlled = false;
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(mishap, says_who_unlocked_whose_lock_and_both_lines)
{
    struct fixture *f = controlled();
    note(f, MISHAP_UNLOCK_OTHERS, 1, 1, 1);
    const struct finding *finding =
        fixture_expect(f, FINDING_MISUSE,
                       "unlock of another task's lock: 0.0 unlocks mutex M in "
                       "target+0x10, which 0 took in target+0x20 and still "
                       "holds");
    cr_expect_eq(finding->place_count, 2);
    fixture_expect_place(finding, 0, 0x10, "unlocks mutex M", "0.0");
    fixture_expect_place(finding, 1, 0x20, "took mutex M", "0");
    cr_expect_null(finding->detail);
    fixture_free(f);
}

Test(mishap, has_words_for_every_kind)
{
    static const char *const whats[MISHAP_KIND_COUNT] = {
        [MISHAP_UNLOCK_FREE] = "unlock of a free lock: 0.0 unlocks mutex M in "
                               "target+0x10, which nobody holds",
        [MISHAP_UNLOCK_OTHERS] = "unlock of another task's lock: 0.0 unlocks "
                                 "mutex M in target+0x10, which 0 took in "
                                 "target+0x20 and still holds",
        [MISHAP_DESTROY_HELD] = "destroyed in use: 0.0 destroys mutex M in "
                                "target+0x10, which 0 uses in target+0x20",
        [MISHAP_INIT_HELD] = "initialised again in use: 0.0 initialises mutex "
                             "M in target+0x10, which 0 uses in target+0x20",
        [MISHAP_USE_DESTROYED] = "used after its end: 0.0 uses mutex M in "
                                 "target+0x10, which 0 destroyed in "
                                 "target+0x20",
        [MISHAP_HELD_AT_EXIT] = "held at exit: 0.0 waits for mutex M in "
                                "target+0x10, which 0 took in target+0x20 and "
                                "did not release before it ended",
        [MISHAP_FORKED_LOCKED] = "copied locked by fork: 0.0 waits for its "
                                 "copy of mutex M in target+0x10, which 0 had "
                                 "taken in target+0x20 before the fork",
        [MISHAP_FCNTL_DROPPED] = "lock dropped by close: 0.0 lost its lock of "
                                 "mutex M by closing another descriptor in "
                                 "target+0x10, and 0 took it in target+0x20",
    };
    uint64_t fingerprints[MISHAP_KIND_COUNT];
    for (unsigned kind = 0; kind < MISHAP_KIND_COUNT; kind++) {
        struct fixture *f = controlled();
        note(f, (enum mishap_kind)kind, 1, kind != MISHAP_UNLOCK_FREE, 1);
        cr_assert(whats[kind]);
        const struct finding *finding =
            fixture_expect(f, FINDING_MISUSE, whats[kind]);
        fingerprints[kind] = finding->fingerprint;
        for (unsigned k = 0; k < kind; k++)
            cr_expect_neq(fingerprints[k], fingerprints[kind]);
        fixture_free(f);
    }
}

Test(mishap, is_one_finding_for_each_way_and_place)
{
    struct fixture *f = controlled();
    fixture_object(f, OBJECT_MUTEX, "N");
    note(f, MISHAP_UNLOCK_FREE, 1, 0, 1);
    note(f, MISHAP_USE_DESTROYED, 1, 1, 1);
    note(f, MISHAP_UNLOCK_FREE, 0, 0, 2);
    note(f, MISHAP_UNLOCK_FREE, 0, 0, 2)->site = fixture_site(f, 0x30);
    cr_expect_eq(fixture_check(f), 0);
    cr_assert_eq(f->findings.count, 3);
    cr_expect_str_eq(f->findings.items[0].what,
                     "unlock of a free lock: 0.0 unlocks mutex M in "
                     "target+0x10, which nobody holds");
    cr_expect_str_eq(f->findings.items[0].detail,
                     "also: 0 unlocks mutex N in target+0x10, which nobody "
                     "holds\n");
    cr_expect_str_eq(f->findings.items[1].what,
                     "used after its end: 0.0 uses mutex M in target+0x10, "
                     "which 0 destroyed in target+0x20");
    cr_expect_str_eq(f->findings.items[2].what,
                     "unlock of a free lock: 0 unlocks mutex N in target+0x30, "
                     "which nobody holds");
    fixture_free(f);
}

Test(mishap, has_one_fingerprint_whoever_did_it_to_what)
{
    struct fixture *f = controlled();
    fixture_object(f, OBJECT_MUTEX, "N");
    note(f, MISHAP_UNLOCK_OTHERS, 1, 1, 1);
    fixture_check(f);
    uint64_t fingerprint = f->findings.items[0].fingerprint;
    f->segment->schedule.mishap_count = 0;
    note(f, MISHAP_UNLOCK_OTHERS, 0, 2, 2);
    fixture_check(f);
    cr_expect_eq(f->findings.items[0].fingerprint, fingerprint);
    fixture_free(f);
}

Test(mishap, tells_a_task_from_itself_and_from_nobody)
{
    struct fixture *f = controlled();
    note(f, MISHAP_USE_DESTROYED, 1, 2, 1);
    fixture_expect(f, FINDING_MISUSE,
                   "used after its end: 0.0 uses mutex M in target+0x10, which "
                   "it destroyed in target+0x20");
    f->segment->schedule.mishaps[0].other = 0;
    f->segment->schedule.mishaps[0].other_site = 0;
    fixture_expect(f, FINDING_MISUSE,
                   "used after its end: 0.0 uses mutex M in target+0x10, which "
                   "another task destroyed");
    fixture_free(f);
}

Test(mishap, comes_beside_the_deadlock_that_it_leads_to)
{
    struct fixture *f = fixture_new();
    uint32_t gone = fixture_task(f, 0, "");
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "M");
    f->site = 0x20;
    fixture_take(f, gone, OP_KIND_MUTEX_LOCK, mutex);
    fixture_end(f, gone, 0);
    f->site = 0x10;
    fixture_park(f, 0, OP_KIND_MUTEX_LOCK, mutex, 0);
    fixture_control(f, SCHEDULE_DEADLOCK);
    note(f, MISHAP_HELD_AT_EXIT, 0, gone + 1, mutex);
    fixture_check(f);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_eq(f->findings.items[0].kind, FINDING_DEADLOCK);
    cr_expect_eq(f->findings.items[1].kind, FINDING_MISUSE);
    fixture_free(f);
}
