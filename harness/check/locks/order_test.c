#include "order.h"

#include <string.h>
#include <sys/mman.h>

#include "check/always/deadlock_fixture_test.h"
#include "ids.h"
#include "segment/memory.h"

struct setup {
    struct fixture *f;
    struct memory *memory;
    struct lock_graph *graph;
    uint32_t one, two, a, b, c; /* tasks and mutexes */
};

static struct lock_order *orders_of(struct setup *s)
{
    return &s->memory->orders;
}

/* The next iteration of the same program. */
static void begin(struct setup *s)
{
    struct fixture *f = s->f;
    memset(orders_of(s), 0, sizeof(*orders_of(s)));
    s->one = fixture_task(f, 0, "one");
    s->two = fixture_task(f, 0, "two");
    s->a = fixture_object(f, OBJECT_MUTEX, "A");
    s->b = fixture_object(f, OBJECT_MUTEX, "B");
    s->c = fixture_object(f, OBJECT_MUTEX, "C");
    f->outcome.controlled = true;
    f->outcome.memory = s->memory;
}

static void next(struct setup *s)
{
    fixture_again(s->f);
    begin(s);
}

static struct setup setup_new(void)
{
    struct setup s = {.f = fixture_new(), .graph = lock_graph_new()};
    s.memory = mmap(NULL, sizeof(*s.memory), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    cr_assert(s.memory != MAP_FAILED && s.graph);
    begin(&s);
    return s;
}

static void setup_free(struct setup *s)
{
    lock_graph_free(s->graph);
    munmap(s->memory, sizeof(*s->memory));
    fixture_free(s->f);
}

static struct lock_hold hold(struct setup *s, uint32_t object, uint64_t offset)
{
    return (struct lock_hold){
        .object = (uint16_t)object,
        .site = fixture_site(s->f, offset),
    };
}

/* TASK takes LOCK, while it holds HELD; code that depends on both does it. */
static struct lock_taking *take(struct setup *s, uint32_t task, uint32_t held,
                                uint32_t lock)
{
    struct lock_order *orders = orders_of(s);
    struct lock_taking *taking = &orders->takings[orders->count++];
    uint64_t place = 0x100 * held + 0x10 * lock;
    *taking = (struct lock_taking){
        .task = task,
        .held_count = 1,
        .lock = hold(s, lock, place + 1),
        .held = {hold(s, held, place)},
    };
    return taking;
}

static void order(struct setup *s, uint32_t first, uint32_t second)
{
    orders_of(s)->before[second][first / 64] |= UINT64_C(1) << first % 64;
}

static size_t judge(struct setup *s)
{
    finding_list_clear(&s->f->findings);
    cr_assert_eq(lock_graph_judge(s->graph, &s->f->outcome, &s->f->findings,
                                  &s->f->diag),
                 0);
    return s->f->findings.count;
}

Test(lock_order, says_who_took_what_where)
{
    struct setup s = setup_new();
    take(&s, s.one, s.a, s.b);
    take(&s, s.two, s.b, s.a);
    cr_assert_eq(judge(&s), 1);
    const struct finding *finding = &s.f->findings.items[0];
    cr_expect_eq(finding->kind, FINDING_LOCK_ORDER);
    cr_expect_str_eq(finding->what,
                     "locks taken in a circle in target(), a deadlock to "
                     "come: mutex A => mutex B => mutex A");
    cr_expect_str_eq(finding->detail,
                     "mutex B taken by 0.0 (one) while holding mutex A\n"
                     "    #0 target+0x121\n"
                     "  mutex A, held, was taken\n"
                     "    #0 target+0x120\n"
                     "mutex A taken by 0.1 (two) while holding mutex B\n"
                     "    #0 target+0x211\n"
                     "  mutex B, held, was taken\n"
                     "    #0 target+0x210\n");
    cr_assert_eq(finding->place_count, 4);
    fixture_expect_place(finding, 0, 0x121, "takes mutex B, holding mutex A",
                         "0.0 (one)");
    fixture_expect_place(finding, 1, 0x120, "took mutex A", "0.0 (one)");
    fixture_expect_place(finding, 3, 0x210, "took mutex B", "0.1 (two)");
    setup_free(&s);
}

Test(lock_order, is_told_once)
{
    struct setup s = setup_new();
    for (int i = 0; i < 3; i++) {
        take(&s, s.two, s.b, s.a);
        take(&s, s.one, s.a, s.b);
        cr_expect_eq(judge(&s), (size_t)!i);
        next(&s);
    }
    setup_free(&s);
}

Test(lock_order, says_nothing_of_what_runs_freely)
{
    struct setup s = setup_new();
    take(&s, s.one, s.a, s.b);
    take(&s, s.two, s.b, s.a);
    s.f->outcome.controlled = false;
    cr_expect_eq(judge(&s), 0);
    s.f->outcome.controlled = true;
    s.f->outcome.memory = NULL;
    cr_expect_eq(judge(&s), 0);
    setup_free(&s);
}

Test(lock_order, goes_through_all_iterations)
{
    struct setup s = setup_new();
    take(&s, s.one, s.a, s.b);
    cr_expect_eq(judge(&s), 0);
    next(&s);
    take(&s, s.two, s.b, s.a);
    cr_assert_eq(judge(&s), 1);
    const struct finding *finding = &s.f->findings.items[0];
    fixture_expect_place(finding, 0, 0x121,
                         "takes mutex B, holding mutex A (iteration 7)",
                         "0.0 (one)");
    fixture_expect_place(finding, 2, 0x211, "takes mutex A, holding mutex B",
                         "0.1 (two)");
    cr_expect(strstr(finding->detail,
                     "mutex B taken by 0.0 (one) while holding mutex A, in "
                     "iteration 7\n"));
    cr_expect(strstr(finding->detail, "no iteration had all of it: a replay "
                                      "shows what iteration 8 had\n"));
    setup_free(&s);
}

Test(lock_order, needs_two_tasks_in_all_iterations_together)
{
    struct setup s = setup_new();
    take(&s, s.one, s.a, s.b);
    cr_expect_eq(judge(&s), 0);
    next(&s);
    take(&s, s.one, s.b, s.a);
    cr_expect_eq(judge(&s), 0);
    setup_free(&s);
}

Test(lock_order, knows_across_iterations_what_each_of_them_ordered)
{
    struct setup s = setup_new();
    for (int i = 0; i < 3; i++) {
        take(&s, s.one, s.a, s.b);
        take(&s, s.two, s.b, s.a);
        order(&s, 0, 1);
        cr_expect_eq(judge(&s), 0);
        next(&s);
    }
    /* Until one does not. */
    take(&s, s.one, s.a, s.b);
    take(&s, s.two, s.b, s.a);
    cr_expect_eq(judge(&s), 1);
    setup_free(&s);
}

Test(lock_order, knows_across_iterations_what_came_before_a_fork)
{
    struct setup s = setup_new();
    take(&s, 0, s.a, s.b)->children = 1; /* between one and two */
    cr_expect_eq(judge(&s), 0);
    next(&s);
    take(&s, s.two, s.b, s.a);
    cr_expect_eq(judge(&s), 0);
    next(&s);
    take(&s, s.one, s.b, s.a);
    cr_expect_eq(judge(&s), 1);
    setup_free(&s);
}

Test(lock_order, knows_across_iterations_what_was_over)
{
    struct setup s = setup_new();
    take(&s, s.one, s.a, s.b);
    cr_expect_eq(judge(&s), 0);
    next(&s);
    struct lock_taking *taking = take(&s, s.two, s.b, s.a);
    taking->ended[0] = UINT64_C(1) << s.one;
    cr_expect_eq(judge(&s), 0);
    setup_free(&s);
}

Test(lock_order, takes_no_address_for_a_name)
{
    struct setup s = setup_new();
    s.f->segment->objects[s.a].name[0] = '\0';
    s.f->segment->objects[s.a].offset = 0x7f0000001000;
    take(&s, s.one, s.a, s.b);
    cr_expect_eq(judge(&s), 0);
    next(&s);
    s.f->segment->objects[s.a].name[0] = '\0';
    s.f->segment->objects[s.a].offset = 0x7f0000001000;
    take(&s, s.two, s.b, s.a);
    cr_expect_eq(judge(&s), 0);
    /* Within one iteration it is one. */
    take(&s, s.one, s.a, s.b);
    cr_expect_eq(judge(&s), 1);
    setup_free(&s);
}

Test(lock_order, knows_a_global_variable_by_its_place)
{
    struct setup s = setup_new();
    struct segment_object *object = &s.f->segment->objects[s.a];
    struct lock_hold lock = hold(&s, s.a, 0);
    object->name[0] = '\0';
    object->offset = fixture_site(s.f, 0x4040);
    uint64_t id = lock_id(s.f->segment, &lock);
    cr_expect_neq(id, 0);
    object->offset = fixture_site(s.f, 0x4080);
    cr_expect_neq(lock_id(s.f->segment, &lock), id);
    object->offset = fixture_site(s.f, 0x4040);
    object->task = s.two + 1; /* its copy of it */
    cr_expect_neq(lock_id(s.f->segment, &lock), id);
    setup_free(&s);
}

Test(lock_order, tells_locks_apart_that_followed_each_other)
{
    struct setup s = setup_new();
    take(&s, s.one, s.a, s.b);
    take(&s, s.two, s.b, s.a)->lock.generation = 1;
    cr_expect_eq(judge(&s), 0);
    setup_free(&s);
}

Test(lock_order, takes_a_semaphore_for_a_lock_when_it_is_used_as_one)
{
    struct setup s = setup_new();
    for (int given = 0; given < 2; given++) {
        struct lock_taking *one = take(&s, s.one, s.a, s.b);
        struct lock_taking *two = take(&s, s.two, s.b, s.a);
        one->held[0].flags = two->lock.flags = LOCK_UNPROVEN;
        if (given)
            one->held[0].flags |= LOCK_GIVEN_BACK;
        cr_expect_eq(judge(&s), (size_t)given);
        next(&s);
    }
    setup_free(&s);
}

Test(lock_order, forgets_no_semaphore_that_is_no_lock)
{
    struct setup s = setup_new();
    orders_of(&s)->never[s.a] = 1;
    take(&s, s.one, s.b, s.c);
    cr_expect_eq(judge(&s), 0);
    next(&s);
    take(&s, s.one, s.a, s.b)->held[0].flags = LOCK_UNPROVEN | LOCK_GIVEN_BACK;
    take(&s, s.two, s.b, s.a)->lock.flags = LOCK_UNPROVEN;
    cr_expect_eq(judge(&s), 0);
    setup_free(&s);
}

Test(lock_order, survives_what_a_wild_target_left)
{
    struct setup s = setup_new();
    take(&s, s.one, s.a, s.b);
    take(&s, s.two, s.b, s.a);
    struct lock_taking *wild = take(&s, 60000, s.a, s.b);
    wild = take(&s, s.one, s.a, s.c);
    wild->held_count = 77;
    wild = take(&s, s.one, s.c, s.a);
    wild->lock.object = 65000;
    wild = take(&s, s.one, s.c, s.b);
    wild->held[0].object = 65000;
    wild = take(&s, s.two, s.a, s.c);
    wild->lock.place = 65000;
    orders_of(&s)->count = 100000;
    cr_expect_eq(judge(&s), 1);
    setup_free(&s);
}

/* -- Replays ----------------------------------------------------------------*/

static struct finding_list keep(struct setup *s)
{
    struct finding_list kept = s->f->findings;
    s->f->findings = (struct finding_list){0};
    return kept;
}

static size_t replay(struct setup *s, const struct finding *wanted)
{
    finding_list_clear(&s->f->findings);
    cr_assert_eq(lock_order_replayed(&s->f->outcome, wanted, &s->f->findings,
                                     &s->f->diag),
                 0);
    size_t count = s->f->findings.count;
    if (count)
        cr_expect_eq(s->f->findings.items[0].fingerprint, wanted->fingerprint);
    return count;
}

Test(lock_order, is_there_again_when_all_of_it_is)
{
    struct setup s = setup_new();
    take(&s, s.one, s.a, s.b);
    take(&s, s.two, s.b, s.a);
    judge(&s);
    struct finding_list kept = keep(&s);
    next(&s);
    take(&s, s.two, s.b, s.a);
    cr_expect_eq(replay(&s, kept.items), 0);
    take(&s, s.one, s.a, s.c);
    cr_expect_eq(replay(&s, kept.items), 0);
    take(&s, s.one, s.a, s.b);
    cr_expect_eq(replay(&s, kept.items), 1);
    finding_list_clear(&kept);
    setup_free(&s);
}

Test(lock_order, asks_a_replay_for_what_its_iteration_had)
{
    struct setup s = setup_new();
    take(&s, s.one, s.a, s.b);
    judge(&s);
    next(&s);
    take(&s, s.two, s.b, s.a);
    judge(&s);
    struct finding_list kept = keep(&s);
    cr_expect_eq(replay(&s, kept.items), 1);
    next(&s);
    take(&s, s.one, s.a, s.b);
    cr_expect_eq(replay(&s, kept.items), 0);
    finding_list_clear(&kept);
    setup_free(&s);
}

/* -- The real thing ---------------------------------------------------------*/

Test(lock_order, comes_true_where_its_tasks_wait)
{
    struct setup s = setup_new();
    take(&s, s.one, s.a, s.b);
    take(&s, s.two, s.b, s.a);
    judge(&s);
    struct finding_list order_found = keep(&s);
    static const uint64_t waits[][2] = {
        {0x121, 0x211}, {0x121, 0x212}, {0x1210, 0x211}};
    for (size_t i = 0; i < 3; i++) {
        next(&s);
        deadlock_take(s.f, s.one, s.a, 0x120);
        deadlock_take(s.f, s.two, s.b, 0x210);
        deadlock_wait(s.f, s.one, OP_KIND_MUTEX_LOCK, s.b, waits[i][0]);
        deadlock_wait(s.f, s.two, OP_KIND_MUTEX_LOCK, s.a, waits[i][1]);
        deadlock_end(s.f);
        fixture_check(s.f);
        cr_assert_eq(s.f->findings.count, 1);
        cr_expect_eq(
            lock_order_came_true(order_found.items, s.f->findings.items), !i,
            "waits %zu", i);
    }
    cr_expect_not(lock_order_came_true(order_found.items, order_found.items));
    finding_list_clear(&order_found);
    setup_free(&s);
}
