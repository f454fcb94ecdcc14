#include "deadlock_fixture_test.h"

#include "base/rng.h"

Test(deadlock, shows_the_circle_and_both_lines_of_every_lock)
{
    struct fixture *f = deadlock_ab_ba(false);
    const struct finding *finding =
        fixture_expect(f, FINDING_DEADLOCK,
                       "0 waits for mutex B, held by 0.0, and 0.0 waits for "
                       "mutex A, held by 0");
    cr_expect_str_eq(finding->detail, "0: mutex lock B in target+0x30\n"
                                      "    held by 0.0, taken in target+0x20\n"
                                      "0.0: mutex lock A in target+0x40\n"
                                      "    held by 0, taken in target+0x10\n");
    cr_expect_eq(finding->place_count, 4);
    fixture_expect_place(finding, 0, 0x30, "mutex lock B", "0");
    fixture_expect_place(finding, 1, 0x20, "took mutex B", "0.0");
    fixture_expect_place(finding, 2, 0x40, "mutex lock A", "0.0");
    fixture_expect_place(finding, 3, 0x10, "took mutex A", "0");
    fixture_free(f);
}

Test(deadlock, is_not_found_where_the_scheduler_saw_none)
{
    static const enum schedule_verdict others[] = {SCHEDULE_OPEN, SCHEDULE_IDLE,
                                                   SCHEDULE_STEP_BOUND};
    struct fixture *f = deadlock_ab_ba(false);
    f->outcome.status = 0;
    fixture_end(f, 0, 0);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        fixture_control(f, others[i]);
        fixture_expect_clean(f);
    }
    /* What a stress iteration leaves there means nothing. */
    fixture_control(f, SCHEDULE_DEADLOCK);
    f->outcome.controlled = false;
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(deadlock, has_one_fingerprint_whoever_came_first)
{
    struct fixture *f = deadlock_ab_ba(false), *turned = deadlock_ab_ba(true);
    fixture_check(f);
    fixture_check(turned);
    cr_assert_eq(f->findings.count, 1);
    cr_assert_eq(turned->findings.count, 1);
    cr_expect_str_eq(turned->findings.items[0].what,
                     "0 waits for mutex A, held by 0.0, and 0.0 waits for "
                     "mutex B, held by 0");
    cr_expect_eq(f->findings.items[0].fingerprint,
                 turned->findings.items[0].fingerprint);
    fixture_free(f);
    fixture_free(turned);
}

Test(deadlock, is_the_same_bug_when_the_time_limit_found_it)
{
    struct fixture *f = deadlock_ab_ba(false), *freely = deadlock_ab_ba(false);
    fixture_check(f);
    freely->outcome.controlled = false;
    fixture_snapshot(freely, 0, 'S', "futex");
    fixture_snapshot(freely, 1, 'S', "futex");
    fixture_check(freely);
    cr_assert_eq(f->findings.count, 1);
    cr_assert_eq(freely->findings.count, 1);
    cr_expect_eq(freely->findings.items[0].kind, FINDING_DEADLOCK);
    cr_expect_eq(f->findings.items[0].fingerprint,
                 freely->findings.items[0].fingerprint);
    fixture_free(f);
    fixture_free(freely);
}

Test(deadlock, is_the_same_bug_whoever_got_stuck_behind_it)
{
    struct fixture *f = deadlock_ab_ba(false);
    fixture_check(f);
    uint64_t fingerprint = f->findings.items[0].fingerprint;
    fixture_free(f);
    f = deadlock_ab_ba(false);
    uint32_t late = fixture_task(f, 0, "late");
    deadlock_wait(f, late, OP_KIND_MUTEX_LOCK, 1, 0);
    f->segment->tasks[late].turn.site = UINT64_C(2) << SITE_MODULE_SHIFT | 9;
    cr_assert_eq(segment_module_add(f->segment, "/srv/plugin", NULL, 0), 2);
    const struct finding *finding =
        fixture_expect(f, FINDING_DEADLOCK,
                       "0 waits for mutex B, held by 0.0, and 0.0 waits for "
                       "mutex A, held by 0");
    cr_expect(strstr(finding->detail, "0.1 (late): mutex lock A in plugin+0x9\n"
                                      "    held by 0, taken in target+0x10\n"),
              "%s", finding->detail);
    cr_expect_eq(finding->fingerprint, fingerprint);
    fixture_free(f);
}

Test(deadlock, shows_the_circle_of_five_philosophers)
{
    struct fixture *f = fixture_new();
    uint32_t forks[5], who[5];
    for (int i = 0; i < 5; i++) {
        who[i] = fixture_task(f, 0, "");
        forks[i] = fixture_object(f, OBJECT_SEM, (char[]){(char)('A' + i), 0});
    }
    /* Each has eaten before, in good order. */
    for (int i = 0; i < 5; i++) {
        fixture_op(f, who[i], OP_KIND_SEM_WAIT, forks[i], 0);
        fixture_op(f, who[i], OP_KIND_SEM_WAIT, forks[(i + 1) % 5], 0);
        fixture_op(f, who[i], OP_KIND_SEM_POST, forks[i], 0);
        fixture_op(f, who[i], OP_KIND_SEM_POST, forks[(i + 1) % 5], 0);
    }
    for (int i = 4; i >= 0; i--) {
        f->site = 0x10;
        fixture_take(f, who[i], OP_KIND_SEM_WAIT, forks[i]);
    }
    fixture_park(f, 0, OP_KIND_WAIT, 0, UINT64_MAX);
    for (int i = 4; i >= 0; i--)
        deadlock_wait(f, who[i], OP_KIND_SEM_WAIT, forks[(i + 1) % 5], 0x20);
    deadlock_end(f);
    const struct finding *finding = fixture_expect(
        f, FINDING_DEADLOCK,
        "0.0 waits for semaphore B, held by 0.1, and 0.1 waits for semaphore "
        "C, held by 0.2, and 0.2 waits for semaphore D, held by 0.3, and 0.3 "
        "waits for semaphore E, held by 0.4, and 0.4 waits for semaphore A, "
        "held by 0.0");
    cr_expect_eq(finding->place_count, 10);
    /* After the circle comes who waits for it. */
    cr_expect(strstr(finding->detail, "0: wait(any child) in target+0x10\n"));
    fixture_free(f);
}

Test(deadlock, follows_joins_and_waits_for_a_child)
{
    struct fixture *f = fixture_new();
    uint32_t child = fixture_task(f, 0, "child");
    uint32_t thread = fixture_task(f, child, "thread");
    f->segment->tasks[thread].is_thread = 1;
    f->segment->tasks[thread].pid = f->segment->tasks[child].pid;
    f->segment->tasks[thread].turn.thread = 0x7f00;
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "M");
    deadlock_take(f, 0, mutex, 0x10);
    f->site = 0x20;
    fixture_park(f, 0, OP_KIND_WAIT, 0, 100 + child);
    fixture_park(f, child, OP_KIND_THREAD_JOIN, 0, 0x7f00);
    deadlock_wait(f, thread, OP_KIND_MUTEX_LOCK, mutex, 0x30);
    deadlock_end(f);
    const struct finding *finding = fixture_expect(
        f, FINDING_DEADLOCK,
        "0 waits for the end of 0.0 (child), and 0.0 (child) waits for the end "
        "of 0.0.0 (thread), and 0.0.0 (thread) waits for mutex M, held by 0");
    fixture_expect_place(finding, 0, 0x20, "wait(0.0)", "0");
    fixture_expect_place(finding, 1, 0x20, "thread join(0.0.0)", "0.0 (child)");
    fixture_expect_place(finding, 2, 0x30, "mutex lock M", "0.0.0 (thread)");
    fixture_expect_place(finding, 3, 0x10, "took mutex M", "0");
    fixture_free(f);
}

Test(deadlock, takes_the_task_to_join_from_its_object)
{
    struct fixture *f = fixture_new();
    uint32_t thread = fixture_task(f, 0, "");
    f->segment->tasks[thread].is_thread = 1;
    uint32_t object =
        segment_object_intern(f->segment, OBJECT_TASK, thread, 0, 0, 0, "0.0");
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "M");
    deadlock_take(f, 0, mutex, 0x10);
    deadlock_wait(f, 0, OP_KIND_THREAD_JOIN, object, 0x20);
    deadlock_wait(f, thread, OP_KIND_MUTEX_LOCK, mutex, 0x30);
    deadlock_end(f);
    fixture_expect(f, FINDING_DEADLOCK,
                   "0 waits for the end of 0.0, and 0.0 waits for mutex M, "
                   "held by 0");
    fixture_free(f);
}

Test(deadlock, follows_a_wait_for_any_child)
{
    struct fixture *f = fixture_new();
    uint32_t done = fixture_task(f, 0, "done");
    uint32_t child = fixture_task(f, 0, "child");
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "M");
    fixture_end(f, done, 0);
    deadlock_take(f, 0, mutex, 0x10);
    fixture_park(f, 0, OP_KIND_WAIT, 0, UINT64_MAX);
    deadlock_wait(f, child, OP_KIND_MUTEX_LOCK, mutex, 0x30);
    deadlock_end(f);
    fixture_expect(f, FINDING_DEADLOCK,
                   "0 waits for the end of 0.1 (child), and 0.1 (child) waits "
                   "for mutex M, held by 0");
    fixture_free(f);
}

Test(deadlock, says_that_a_task_waits_for_itself)
{
    struct fixture *f = fixture_new();
    uint32_t child = fixture_task(f, 0, "");
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "X");
    fixture_park(f, 0, OP_KIND_WAIT, 0, 100 + child);
    deadlock_take(f, child, mutex, 0x10);
    deadlock_wait(f, child, OP_KIND_MUTEX_LOCK, mutex, 0x20);
    deadlock_end(f);
    const struct finding *finding = fixture_expect(
        f, FINDING_DEADLOCK, "0.0 waits for mutex X that it holds itself");
    fixture_expect_place(finding, 0, 0x20, "mutex lock X", "0.0");
    fixture_expect_place(finding, 1, 0x10, "took mutex X", "0.0");
    cr_expect_str_eq(finding->detail,
                     "0.0: mutex lock X in target+0x20\n"
                     "    held by 0.0 itself, taken in target+0x10\n"
                     "0: wait(0.0) in target+0x100\n");
    fixture_free(f);
}

Test(deadlock, names_a_holder_that_has_ended)
{
    struct fixture *f = fixture_new();
    uint32_t gone = fixture_task(f, 0, "gone");
    uint32_t child = fixture_task(f, 0, "");
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "M");
    fixture_park(f, 0, OP_KIND_WAIT, 0, UINT64_MAX);
    deadlock_take(f, gone, mutex, 0x10);
    fixture_end(f, gone, 0);
    deadlock_wait(f, child, OP_KIND_MUTEX_LOCK, mutex, 0x20);
    deadlock_wait(f, fixture_task(f, 0, ""), OP_KIND_MUTEX_LOCK, mutex, 0x30);
    deadlock_end(f);
    const struct finding *finding = fixture_expect(
        f, FINDING_DEADLOCK,
        "0.1 waits for mutex M, held by 0.0 (gone), which has ended");
    cr_expect_eq(finding->place_count, 3);
    fixture_expect_place(finding, 2, 0x30, "mutex lock M", "0.2");
    fixture_expect_place(finding, 0, 0x20, "mutex lock M", "0.1");
    fixture_expect_place(finding, 1, 0x10, "took mutex M", "0.0 (gone)");
    fixture_free(f);
}

Test(deadlock, says_what_the_last_ones_wait_for_when_nobody_holds_it)
{
    struct fixture *f = fixture_new();
    uint32_t child = fixture_task(f, 0, "");
    uint32_t other = fixture_task(f, 0, "");
    uint32_t pipe = fixture_object(f, OBJECT_PIPE, "P");
    uint32_t barrier = fixture_object(f, OBJECT_BARRIER, "B");
    fixture_park(f, 0, OP_KIND_WAIT, 0, UINT64_MAX);
    f->site = 0x77;
    fixture_op(f, 0, OP_KIND_WRITE, pipe, 3);
    deadlock_wait(f, child, OP_KIND_READ, pipe, 0x20);
    deadlock_wait(f, other, OP_KIND_BARRIER_WAIT, barrier, 0x30);
    f->segment->objects[barrier].count = 1;
    f->segment->objects[barrier].total = 2;
    deadlock_end(f);
    const struct finding *finding =
        fixture_expect(f, FINDING_DEADLOCK,
                       "3 of 3 tasks wait, and none can go on: 0.0 read pipe P,"
                       " 0.1 barrier wait B");
    cr_expect(strstr(finding->detail, "0.0: read pipe P in target+0x20\n"
                                      "    the last write was that of 0 in "
                                      "target+0x77\n"
                                      "0.1: barrier wait B in target+0x30\n"
                                      "    1 of 2 have arrived\n"),
              "%s", finding->detail);
    f->segment->objects[barrier].total = 0;
    fixture_check(f);
    cr_expect(strstr(f->findings.items[0].detail, "    1 have arrived\n"));
    finding = &f->findings.items[0];
    cr_expect_eq(finding->place_count, 2);
    fixture_free(f);
}

Test(deadlock, does_not_take_who_waits_for_a_signal_for_a_holder)
{
    struct fixture *f = fixture_new();
    uint32_t consumer = fixture_task(f, 0, "");
    uint32_t items = fixture_object(f, OBJECT_SEM, "items");
    fixture_op(f, 0, OP_KIND_SEM_POST, items, 0);
    f->site = 0x10;
    fixture_take(f, consumer, OP_KIND_SEM_WAIT, items);
    fixture_park(f, 0, OP_KIND_WAIT, 0, 100 + consumer);
    deadlock_wait(f, consumer, OP_KIND_SEM_WAIT, items, 0x20);
    deadlock_end(f);
    fixture_expect(f, FINDING_DEADLOCK,
                   "2 of 2 tasks wait, and none can go on: 0.0 sem wait "
                   "items");
    fixture_free(f);
}

Test(deadlock, knows_the_readers_of_an_rwlock)
{
    struct fixture *f = fixture_new();
    uint32_t child = fixture_task(f, 0, "");
    uint32_t lock = fixture_object(f, OBJECT_RWLOCK, "L");
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "M");
    fixture_op(f, child, OP_KIND_RWLOCK_READ, lock, 0);
    fixture_op(f, child, OP_KIND_RWLOCK_UNLOCK, lock, 0);
    f->site = 0x10;
    fixture_op(f, 0, OP_KIND_RWLOCK_READ, lock, 0);
    deadlock_take(f, child, mutex, 0x20);
    deadlock_wait(f, 0, OP_KIND_MUTEX_LOCK, mutex, 0x30);
    deadlock_wait(f, child, OP_KIND_RWLOCK_WRITE, lock, 0x40);
    deadlock_end(f);
    const struct finding *finding =
        fixture_expect(f, FINDING_DEADLOCK,
                       "0 waits for mutex M, held by 0.0, and 0.0 waits for "
                       "rwlock L, held by 0");
    fixture_expect_place(finding, 3, 0x10, "took rwlock L", "0");
    fixture_free(f);
}

Test(deadlock, knows_the_mutex_that_ends_a_condition_wait)
{
    struct fixture *f = fixture_new();
    uint32_t child = fixture_task(f, 0, "");
    uint32_t cond = fixture_object(f, OBJECT_COND, "C");
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "M");
    deadlock_take(f, 0, mutex, 0x10);
    fixture_park(f, 0, OP_KIND_WAIT, 0, 100 + child);
    deadlock_wait(f, child, OP_KIND_COND_WAIT, cond, 0x20);
    f->segment->tasks[child].turn.park_object = mutex;
    deadlock_end(f);
    const struct finding *finding =
        fixture_expect(f, FINDING_DEADLOCK,
                       "0 waits for the end of 0.0, and 0.0 waits for mutex M, "
                       "held by 0");
    fixture_expect_place(finding, 1, 0x20,
                         "mutex lock M again, at the end of a cond wait",
                         "0.0");
    /* The same, announced as a lock of its own. */
    f->segment->tasks[child].turn.kind = OP_KIND_MUTEX_LOCK;
    f->segment->tasks[child].turn.object = mutex;
    finding = fixture_expect(f, FINDING_DEADLOCK,
                             "0 waits for the end of 0.0, and 0.0 waits for "
                             "mutex M, held by 0");
    fixture_expect_place(finding, 1, 0x20,
                         "mutex lock M again, at the end of a cond wait",
                         "0.0");
    fixture_free(f);
}

Test(deadlock, says_that_the_others_could_go_on)
{
    struct fixture *f = deadlock_ab_ba(false);
    for (int i = 0; i < 3; i++)
        fixture_task(f, 0, "");
    fixture_control(f, SCHEDULE_DEADLOCK);
    f->segment->schedule.cycle_count = 2;
    f->segment->schedule.cycle[0] = 1;
    f->segment->schedule.cycle[1] = 0;
    const struct finding *finding =
        fixture_expect(f, FINDING_DEADLOCK,
                       "deadlock of 2 of 5 tasks: 0 waits for mutex B, held by "
                       "0.0, and 0.0 waits for mutex A, held by 0");
    cr_expect(strstr(finding->detail, "\nthe other 3 could go on\n"), "%s",
              finding->detail);
    fixture_free(f);
}

/* A consumer that waits after the producer has signalled. */
static struct fixture *signalled_too_early(uint32_t *cond)
{
    struct fixture *f = fixture_new();
    uint32_t consumer = fixture_task(f, 0, "");
    *cond = fixture_object(f, OBJECT_COND, "C");
    f->site = 0x10;
    fixture_signal_in_vain(f, 0, OP_KIND_COND_SIGNAL, *cond);
    deadlock_wait(f, consumer, OP_KIND_COND_WAIT, *cond, 0x20);
    fixture_park(f, 0, OP_KIND_WAIT, 0, 100 + consumer);
    return f;
}

Test(deadlock, says_that_a_wakeup_was_lost_and_where)
{
    uint32_t cond;
    struct fixture *f = signalled_too_early(&cond);
    deadlock_end(f);
    const struct finding *finding = fixture_expect(
        f, FINDING_DEADLOCK,
        "lost wake-up: 0.0 waits on condition C (target+0x20); 0 signalled it "
        "earlier (target+0x10), when nobody waited");
    cr_expect_eq(finding->place_count, 2);
    fixture_expect_place(finding, 0, 0x20, "cond wait C", "0.0");
    fixture_expect_place(finding, 1, 0x10,
                         "signalled condition C, when nobody waited", "0");
    fixture_free(f);
}

Test(deadlock, says_that_a_futex_was_woken_too_early)
{
    struct fixture *f = fixture_new();
    uint32_t word = fixture_object(f, OBJECT_WORD, "W");
    uint32_t child = fixture_task(f, 0, "");
    fixture_signal_in_vain(f, child, OP_KIND_FUTEX_WAKE, word);
    fixture_end(f, child, 0);
    deadlock_wait(f, 0, OP_KIND_FUTEX_WAIT, word, 0x20);
    deadlock_end(f);
    fixture_expect(f, FINDING_DEADLOCK,
                   "lost wake-up: 0 waits on word W (target+0x20); 0.0 woke it "
                   "earlier (target+0x100), when nobody waited");
    fixture_free(f);
}

Test(deadlock, blames_no_signal_that_came_later_or_was_not_the_last)
{
    static const char *const what =
        "2 of 2 tasks wait, and none can go on: 0.0 cond wait C";
    uint32_t cond;
    struct fixture *f = signalled_too_early(&cond);
    f->site = 0x30;
    fixture_op(f, 0, OP_KIND_COND_SIGNAL, cond, 0); /* woke somebody else */
    deadlock_end(f);
    fixture_expect(f, FINDING_DEADLOCK, what);
    fixture_free(f);

    f = signalled_too_early(&cond);
    f->segment->objects[cond].vain_ticket = f->segment->ticket;
    deadlock_end(f);
    fixture_expect(f, FINDING_DEADLOCK, what);
    fixture_free(f);
}

Test(deadlock, says_who_read_what_a_writer_waits_for)
{
    struct fixture *f = fixture_new();
    uint32_t child = fixture_task(f, 0, "");
    uint32_t pipe = fixture_object(f, OBJECT_PIPE, "P");
    f->site = 0x10;
    fixture_op(f, 0, OP_KIND_READ, pipe, 3);
    f->site = 0x20;
    fixture_op(f, child, OP_KIND_WRITE, pipe, 3);
    fixture_park(f, 0, OP_KIND_WAIT, 0, 100 + child);
    deadlock_wait(f, child, OP_KIND_WRITE, pipe, 0x30);
    fixture_snapshot(f, (int)child, 'S', "write");
    f->outcome.timed_out = false;
    f->snapshots[0].frames[0] = (struct location){
        .function = "f", .file = "a.c", .line = 7, .module = "/srv/target"};
    f->snapshots[0].frame_count = 1;
    deadlock_end(f);
    const struct finding *finding =
        fixture_expect(f, FINDING_DEADLOCK,
                       "2 of 2 tasks wait, and none can go on: 0.0 write pipe "
                       "P");
    cr_expect_str_eq(finding->detail,
                     "0: wait(0.0) in target+0x20\n"
                     "0.0: write pipe P in target+0x30\n"
                     "    the last read was that of 0 in target+0x10\n"
                     "    #0 f() a.c:7\n");
    fixture_free(f);
}

Test(deadlock, shows_the_stacks_of_those_who_were_looked_at)
{
    struct fixture *f = deadlock_ab_ba(false);
    fixture_snapshot(f, 1, 'S', "futex");
    f->outcome.timed_out = false;
    f->snapshots[0].frames[0] = (struct location){
        .function = "f", .file = "a.c", .line = 7, .module = "/srv/target"};
    f->snapshots[0].frame_count = 1;
    fixture_check(f);
    cr_assert_eq(f->findings.count, 1);
    cr_expect(strstr(f->findings.items[0].detail,
                     "    held by 0, taken in target+0x10\n    #0 f() a.c:7\n"),
              "%s", f->findings.items[0].detail);
    fixture_free(f);
}

Test(deadlock, still_knows_what_the_ring_has_forgotten)
{
    struct fixture *f = deadlock_ab_ba(false);
    for (int i = 0; i < SEGMENT_OPS; i++)
        fixture_op(f, 0, OP_KIND_YIELD, 0, 0);
    fixture_expect(f, FINDING_DEADLOCK,
                   "0 waits for mutex B, held by 0.0, and 0.0 waits for mutex "
                   "A, held by 0");
    fixture_free(f);
}

Test(deadlock, survives_a_scribbled_schedule, .timeout = 60)
{
    struct rng rng;
    rng_seed(&rng, 3);
    for (int round = 0; round < 200; round++) {
        uint32_t cond;
        struct fixture *f = round % 2 ? deadlock_ab_ba(round % 4 == 1)
                                      : signalled_too_early(&cond);
        deadlock_end(f);
        struct segment *segment = f->segment;
        for (int i = 0; i < 1 + round / 4; i++) {
            uint64_t word = rng_next(&rng) >> rng_below(&rng, 64);
            unsigned char *const spots[] = {
                (unsigned char *)&segment->tasks[rng_below(&rng, 3)].turn,
                (unsigned char *)&segment->schedule.holder,
                (unsigned char *)&segment->objects[1 + rng_below(&rng, 2)],
                (unsigned char *)&segment->tasks[rng_below(&rng, 3)],
                (unsigned char *)&segment->ops[rng_below(&rng, 5)],
            };
            memcpy(spots[rng_below(&rng, 5)] + 4 * rng_below(&rng, 14), &word,
                   sizeof(word));
        }
        segment->schedule.verdict =
            SCHEDULE_DEADLOCK + (uint32_t)rng_below(&rng, 4);
        segment->schedule.mishap_count = (uint32_t)rng_next(&rng);
        memset(segment->schedule.mishaps, round,
               sizeof(segment->schedule.mishaps));
        segment->schedule.mishaps[round % SCHEDULE_MISHAPS].kind =
            (uint32_t)round % MISHAP_KIND_COUNT;
        cr_expect_eq(fixture_check(f), 0);
        fixture_free(f);
    }
}
