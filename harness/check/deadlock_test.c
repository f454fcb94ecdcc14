#include <signal.h>

#include "base/rng.h"
#include "fixture_test.h"

/* TASK takes the mutex OBJECT at SITE. */
static void take(struct fixture *f, uint32_t task, uint32_t object,
                 uint64_t site)
{
    f->site = site;
    fixture_take(f, task, OP_KIND_MUTEX_LOCK, object);
}

static void wait_for(struct fixture *f, uint32_t task, enum op_kind kind,
                     uint32_t object, uint64_t site)
{
    f->site = site;
    fixture_park(f, task, kind, object, 0);
}

/* mpstress kills all that lives after its verdict. */
static void kill_all(struct fixture *f)
{
    for (uint32_t i = 0; i < f->segment->task_count; i++)
        if (!f->segment->tasks[i].ended_at)
            fixture_end(f, i, SIGKILL);
    f->outcome.status = SIGKILL;
}

static void deadlock(struct fixture *f)
{
    fixture_control(f, SCHEDULE_DEADLOCK);
    kill_all(f);
}

/* A first, then B: the parent; B first, then A: the child, or the other way
 * round. */
static struct fixture *ab_ba(bool turned)
{
    struct fixture *f = fixture_new();
    uint32_t child = fixture_task(f, 0, "");
    uint32_t a = fixture_object(f, OBJECT_MUTEX, "A");
    uint32_t b = fixture_object(f, OBJECT_MUTEX, "B");
    uint32_t one = turned ? child : 0, two = turned ? 0 : child;
    take(f, one, a, 0x10);
    take(f, two, b, 0x20);
    wait_for(f, one, OP_KIND_MUTEX_LOCK, b, 0x30);
    wait_for(f, two, OP_KIND_MUTEX_LOCK, a, 0x40);
    deadlock(f);
    return f;
}

Test(deadlock, shows_the_circle_and_both_lines_of_every_lock)
{
    struct fixture *f = ab_ba(false);
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
    struct fixture *f = ab_ba(false);
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
    struct fixture *f = ab_ba(false), *turned = ab_ba(true);
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

Test(deadlock, is_the_same_bug_whoever_got_stuck_behind_it)
{
    struct fixture *f = ab_ba(false);
    fixture_check(f);
    uint64_t fingerprint = f->findings.items[0].fingerprint;
    fixture_free(f);
    f = ab_ba(false);
    uint32_t late = fixture_task(f, 0, "late");
    wait_for(f, late, OP_KIND_MUTEX_LOCK, 1, 0);
    f->segment->turns[late].site = UINT64_C(2) << SITE_MODULE_SHIFT | 9;
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
        wait_for(f, who[i], OP_KIND_SEM_WAIT, forks[(i + 1) % 5], 0x20);
    deadlock(f);
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
    f->segment->turns[thread].thread = 0x7f00;
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "M");
    take(f, 0, mutex, 0x10);
    f->site = 0x20;
    fixture_park(f, 0, OP_KIND_WAIT, 0, 100 + child);
    fixture_park(f, child, OP_KIND_THREAD_JOIN, 0, 0x7f00);
    wait_for(f, thread, OP_KIND_MUTEX_LOCK, mutex, 0x30);
    deadlock(f);
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
    take(f, 0, mutex, 0x10);
    wait_for(f, 0, OP_KIND_THREAD_JOIN, object, 0x20);
    wait_for(f, thread, OP_KIND_MUTEX_LOCK, mutex, 0x30);
    deadlock(f);
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
    take(f, 0, mutex, 0x10);
    fixture_park(f, 0, OP_KIND_WAIT, 0, UINT64_MAX);
    wait_for(f, child, OP_KIND_MUTEX_LOCK, mutex, 0x30);
    deadlock(f);
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
    take(f, child, mutex, 0x10);
    wait_for(f, child, OP_KIND_MUTEX_LOCK, mutex, 0x20);
    deadlock(f);
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
    take(f, gone, mutex, 0x10);
    fixture_end(f, gone, 0);
    wait_for(f, child, OP_KIND_MUTEX_LOCK, mutex, 0x20);
    wait_for(f, fixture_task(f, 0, ""), OP_KIND_MUTEX_LOCK, mutex, 0x30);
    deadlock(f);
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
    wait_for(f, child, OP_KIND_READ, pipe, 0x20);
    wait_for(f, other, OP_KIND_BARRIER_WAIT, barrier, 0x30);
    f->segment->objects[barrier].count = 1;
    f->segment->objects[barrier].total = 2;
    deadlock(f);
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
    wait_for(f, consumer, OP_KIND_SEM_WAIT, items, 0x20);
    deadlock(f);
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
    take(f, child, mutex, 0x20);
    wait_for(f, 0, OP_KIND_MUTEX_LOCK, mutex, 0x30);
    wait_for(f, child, OP_KIND_RWLOCK_WRITE, lock, 0x40);
    deadlock(f);
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
    take(f, 0, mutex, 0x10);
    fixture_park(f, 0, OP_KIND_WAIT, 0, 100 + child);
    wait_for(f, child, OP_KIND_COND_WAIT, cond, 0x20);
    f->segment->turns[child].park_object = mutex;
    deadlock(f);
    const struct finding *finding =
        fixture_expect(f, FINDING_DEADLOCK,
                       "0 waits for the end of 0.0, and 0.0 waits for mutex M, "
                       "held by 0");
    fixture_expect_place(finding, 1, 0x20,
                         "mutex lock M again, at the end of a cond wait",
                         "0.0");
    /* The same, announced as a lock of its own. */
    f->segment->turns[child].kind = OP_KIND_MUTEX_LOCK;
    f->segment->turns[child].object = mutex;
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
    struct fixture *f = ab_ba(false);
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
    wait_for(f, consumer, OP_KIND_COND_WAIT, *cond, 0x20);
    fixture_park(f, 0, OP_KIND_WAIT, 0, 100 + consumer);
    return f;
}

Test(deadlock, says_that_a_wakeup_was_lost_and_where)
{
    uint32_t cond;
    struct fixture *f = signalled_too_early(&cond);
    deadlock(f);
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
    wait_for(f, 0, OP_KIND_FUTEX_WAIT, word, 0x20);
    deadlock(f);
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
    deadlock(f);
    fixture_expect(f, FINDING_DEADLOCK, what);
    fixture_free(f);

    f = signalled_too_early(&cond);
    f->segment->objects[cond].vain_ticket = f->segment->ticket;
    deadlock(f);
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
    wait_for(f, child, OP_KIND_WRITE, pipe, 0x30);
    fixture_snapshot(f, (int)child, 'S', "write");
    f->outcome.timed_out = false;
    f->snapshots[0].frames[0] = (struct location){
        .function = "f", .file = "a.c", .line = 7, .module = "/srv/target"};
    f->snapshots[0].frame_count = 1;
    deadlock(f);
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
    struct fixture *f = ab_ba(false);
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
    struct fixture *f = ab_ba(false);
    for (int i = 0; i < SEGMENT_OPS; i++)
        fixture_op(f, 0, OP_KIND_YIELD, 0, 0);
    fixture_expect(f, FINDING_DEADLOCK,
                   "0 waits for mutex B, held by 0.0, and 0.0 waits for mutex "
                   "A, held by 0");
    fixture_free(f);
}

Test(deadlock, is_not_followed_by_what_it_explains)
{
    struct fixture *f = ab_ba(false);
    fixture_invariant(f, ORACLE_EXIT, "exit status 0")->value =
        fixture_expr(f, "0");
    struct invariant *equals = fixture_invariant(f, ORACLE_EQUALS, "equals x");
    equals->subject = "x";
    equals->value = fixture_expr(f, "1");
    struct invariant *once =
        fixture_invariant(f, ORACLE_EXACTLY_ONCE, "exactly_once jobs");
    once->subject = "jobs";
    fixture_u64(f, 0, MPS_RECORD_PUT, "jobs", 1);
    fixture_invariant(f, ORACLE_NO_LEAKS, "no_leaks");
    segment_leftover_add(f->segment, LEFTOVER_SHM, 1, 0, 4096, "/ring");
    fixture_expect(f, FINDING_DEADLOCK,
                   "0 waits for mutex B, held by 0.0, and 0.0 waits for mutex "
                   "A, held by 0");
    fixture_free(f);
}

Test(deadlock, is_no_hang_when_its_end_took_beyond_the_time_limit)
{
    struct fixture *f = ab_ba(false);
    f->outcome.timed_out = true;
    fixture_expect(f, FINDING_DEADLOCK,
                   "0 waits for mutex B, held by 0.0, and 0.0 waits for mutex "
                   "A, held by 0");
    fixture_free(f);
}

Test(deadlock, makes_no_crash_of_how_those_it_stopped_went_down)
{
    struct fixture *f = ab_ba(false);
    /* A task that sees the others go may do anything. */
    fixture_end(f, 1, SIGABRT);
    f->outcome.status = SIGABRT;
    fixture_expect(f, FINDING_DEADLOCK,
                   "0 waits for mutex B, held by 0.0, and 0.0 waits for mutex "
                   "A, held by 0");
    /* What counts is who lived at the verdict: this one did not. */
    f->segment->turns[1].state = TURN_DEAD;
    fixture_check(f);
    cr_expect_eq(f->findings.items[0].kind, FINDING_CRASH);
    fixture_free(f);
}

Test(deadlock, comes_after_the_crash_that_it_follows_from)
{
    struct fixture *f = fixture_new();
    uint32_t child = fixture_task(f, 0, "");
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "M");
    take(f, child, mutex, 0x10);
    fixture_end(f, child, SIGSEGV);
    wait_for(f, 0, OP_KIND_MUTEX_LOCK, mutex, 0x20);
    deadlock(f);
    fixture_check(f);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_str_eq(f->findings.items[0].what,
                     "task 0.0 was killed by SIGSEGV");
    cr_expect_str_eq(f->findings.items[1].what,
                     "0 waits for mutex M, held by 0.0, which has ended");
    fixture_free(f);
}

Test(deadlock, leaves_a_hang_of_a_controlled_iteration_a_hang)
{
    struct fixture *f = fixture_new();
    fixture_control(f, SCHEDULE_OPEN);
    fixture_snapshot(f, 0, 'R', "");
    kill_all(f);
    fixture_expect(f, FINDING_HANG,
                   "1 of 1 tasks still at work after 1s: 0 running");
    fixture_free(f);
}

Test(deadlock, reports_the_crash_of_a_root_that_ended_before)
{
    struct fixture *f = fixture_new();
    uint32_t a = fixture_task(f, 0, "a");
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "M");
    take(f, a, mutex, 0x10);
    fixture_end(f, 0, SIGSEGV);
    wait_for(f, a, OP_KIND_MUTEX_LOCK, mutex, 0x20);
    deadlock(f);
    f->outcome.status = SIGSEGV;
    fixture_check(f);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_str_eq(f->findings.items[0].what,
                     "the target, task 0, was killed by SIGSEGV");
    cr_expect_str_eq(f->findings.items[1].what,
                     "0.0 (a) waits for mutex M that it holds itself");
    fixture_free(f);
}

Test(deadlock, reports_the_kill_of_a_root_that_ended_before)
{
    struct fixture *f = fixture_new();
    uint32_t a = fixture_task(f, 0, "a");
    uint32_t root =
        segment_object_intern(f->segment, OBJECT_TASK, 0, 0, 0, 0, "0");
    uint32_t mutex = fixture_object(f, OBJECT_MUTEX, "M");
    take(f, a, mutex, 0x10);
    fixture_op(f, a, OP_KIND_KILL, root, SIGKILL);
    fixture_end(f, 0, SIGKILL);
    wait_for(f, a, OP_KIND_MUTEX_LOCK, mutex, 0x20);
    deadlock(f);
    fixture_check(f);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_str_eq(f->findings.items[0].what,
                     "the target, task 0, was killed by SIGKILL, sent by 0.0 "
                     "(a)");
    fixture_free(f);
}

Test(deadlock, survives_a_scribbled_schedule, .timeout = 60)
{
    struct rng rng;
    rng_seed(&rng, 3);
    for (int round = 0; round < 200; round++) {
        uint32_t cond;
        struct fixture *f =
            round % 2 ? ab_ba(round % 4 == 1) : signalled_too_early(&cond);
        deadlock(f);
        struct segment *segment = f->segment;
        for (int i = 0; i < 1 + round / 4; i++) {
            uint64_t word = rng_next(&rng) >> rng_below(&rng, 64);
            unsigned char *const spots[] = {
                (unsigned char *)&segment->turns[rng_below(&rng, 3)],
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
