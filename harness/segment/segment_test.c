#include <criterion/criterion.h>
#include <mpstress/mpstress.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "read.h"
#include "write.h"

static struct segment *segment;

static void map(void)
{
    segment = mmap(NULL, sizeof(*segment), PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(segment, MAP_FAILED);
    segment->header = (struct segment_header){SEGMENT_MAGIC, SEGMENT_VERSION,
                                              sizeof(*segment), 77};
    segment_reset(segment);
}

static void unmap(void)
{
    munmap(segment, sizeof(*segment));
}

TestSuite(segment, .init = map, .fini = unmap, .timeout = 60);

static uint64_t op(uint32_t task, enum op_kind kind, uint64_t argument)
{
    struct segment_op what = {.kind = (uint16_t)kind, .argument = argument};
    return segment_op_begin(segment, task, &what);
}

Test(segment, a_changed_header_is_damage)
{
    cr_assert(segment_intact(segment, 77));
    cr_assert_not(segment_intact(segment, 78));
    segment->header.magic ^= 1;
    cr_assert_not(segment_intact(segment, 77));
}

Test(segment, what_no_scheduler_writes_is_damage)
{
    segment_task_new(segment, 0, 0);
    segment_task_new(segment, 1, 0);
    struct segment_schedule *schedule = &segment->schedule;
    schedule->alive[0] = 1;
    schedule->alive_count = 1;
    schedule->holder = 2 | SCHEDULE_DECIDING;
    cr_assert(segment_plausible(segment));
    schedule->holder = SCHEDULE_RUNNER | SCHEDULE_DECIDING;
    cr_assert(segment_plausible(segment));

    uint32_t *const words[] = {
        &schedule->verdict,
        &schedule->holder,
        &schedule->alive[0],
        &schedule->alive_count,
        &segment->tasks[1].turn.state,
        &segment->tasks[0].parent,
        &segment->tasks[1].state,
        &segment->tasks[1].is_thread,
        &segment->task_count,
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        uint32_t before = *words[i];
        *words[i] = 0x9e3779b9;
        cr_expect_not(segment_plausible(segment), "word %zu", i);
        *words[i] = before;
    }
}

Test(segment, tasks_are_named_by_their_path)
{
    char path[TASK_PATH_BYTES];
    int root = segment_task_new(segment, 0, 0);
    int first = segment_task_new(segment, (uint32_t)root + 1, 0);
    int second = segment_task_new(segment, (uint32_t)root + 1, 0);
    int below = segment_task_new(segment, (uint32_t)second + 1, 0);
    cr_assert_str_eq(segment_task_path(segment, (uint32_t)root, path), "0");
    cr_assert_str_eq(segment_task_path(segment, (uint32_t)first, path), "0.0");
    cr_assert_str_eq(segment_task_path(segment, (uint32_t)below, path),
                     "0.1.0");
}

Test(segment, a_parent_loop_ends_in_a_question_mark)
{
    char path[TASK_PATH_BYTES];
    segment_task_new(segment, 0, 0);
    segment->tasks[0].parent = 1;
    segment_task_path(segment, 0, path);
    cr_assert_eq(path[0], '?');
    segment->tasks[0].parent = 4000000;
    cr_assert_str_eq(segment_task_path(segment, 0, path), "?.0");
}

Test(segment, a_full_task_table_refuses_and_counts)
{
    for (int i = 0; i < SEGMENT_TASKS; i++) {
        cr_assert_eq(segment_task_new(segment, 0, 0), i);
        segment_task_end(segment, (uint32_t)i);
    }
    cr_assert_eq(segment_task_new(segment, 0, 0), -1);
    cr_assert_eq(segment_task_new(segment, 0, 0), -1);
    cr_assert_eq(segment->control.tasks_refused, 2);
    cr_assert_eq(segment_task_count(segment), SEGMENT_TASKS);
}

Test(segment, a_crowd_of_living_tasks_is_refused)
{
    for (int i = 0; i < SEGMENT_LIVING; i++)
        cr_assert_eq(segment_task_new(segment, 0, 0), i);
    cr_assert_eq(segment_task_new(segment, 0, 0), -1);
    segment_task_end(segment, 5);
    segment_task_end(segment, 5);
    cr_assert_eq(segment_task_new(segment, 0, 0), SEGMENT_LIVING);
    cr_assert_eq(segment_task_new(segment, 0, 0), -1);
}

Test(segment, ops_come_back_in_ring_order_with_results)
{
    segment_task_new(segment, 0, 0);
    uint64_t first = op(0, OP_KIND_MUTEX_LOCK, 1);
    segment_op_end(segment, 0, first, -11);
    op(0, OP_KIND_READ, 2);
    uint64_t at = 0;
    const struct segment_op *seen = segment_op_next(segment, &at);
    cr_assert_eq(seen->kind, OP_KIND_MUTEX_LOCK);
    cr_assert_eq(seen->result, -11);
    cr_assert(seen->end > seen->begin);
    seen = segment_op_next(segment, &at);
    cr_assert_eq(seen->kind, OP_KIND_READ);
    cr_assert_eq(seen->end, 0);
    cr_assert_null(segment_op_next(segment, &at));
    cr_assert_eq(segment_op_current(segment, 0), seen);
    cr_assert_eq(segment->tasks[0].state, TASK_IN_OP);
}

Test(segment, an_old_iteration_is_not_read_again)
{
    segment_task_new(segment, 0, 0);
    op(0, OP_KIND_READ, 1);
    segment_record_add(segment, 0, MPS_RECORD_INT, "x", "12345678", 8, 0);
    segment->config.iteration = 1;
    segment_reset(segment);
    uint64_t at = 0;
    size_t record_at = 0;
    struct observation observation;
    cr_assert_null(segment_op_next(segment, &at));
    cr_assert_not(segment_observation_next(segment, &record_at, &observation));
    segment_task_new(segment, 0, 0);
    segment_record_add(segment, 0, MPS_RECORD_INT, "y", "", 0, 0);
    cr_assert(segment_observation_next(segment, &record_at, &observation));
    cr_assert_str_eq(observation.name, "y");
    cr_assert_not(segment_observation_next(segment, &record_at, &observation));
}

Test(segment, the_ring_keeps_the_newest_and_counts_the_lost)
{
    segment_task_new(segment, 0, 0);
    for (uint64_t i = 0; i < SEGMENT_OPS + 10; i++)
        op(0, OP_KIND_WRITE, i);
    uint64_t at = 0;
    cr_assert_eq(segment_op_next(segment, &at)->argument, 10);
    cr_assert_eq(segment_ops_lost(segment), 10);
}

Test(segment, an_observation_left_half_written_does_not_hide_the_next)
{
    segment_task_new(segment, 0, 0);
    segment_record_add(segment, 0, MPS_RECORD_INT, "first", "12345678", 8, 0);
    /* What a task killed between reserving and writing leaves. */
    segment->records_head += 64;
    memset(segment->records + 48, 0xff, 64);
    segment_record_add(segment, 0, MPS_RECORD_TEXT, "last", "abc", 3, 0);
    size_t at = 0;
    struct observation observation;
    cr_assert(segment_observation_next(segment, &at, &observation));
    cr_assert_str_eq(observation.name, "first");
    cr_assert(segment_observation_next(segment, &at, &observation));
    cr_assert_str_eq(observation.name, "last");
    cr_assert_eq(observation.size, 3);
    cr_assert_not(segment_observation_next(segment, &at, &observation));
}

Test(segment, a_full_arena_refuses_and_counts)
{
    segment_task_new(segment, 0, 0);
    static char block[1 << 20];
    for (int i = 0; i < 10; i++)
        segment_record_add(segment, 0, MPS_RECORD_EMIT, "big", block,
                           sizeof(block), 0);
    cr_assert_eq(segment->control.records_refused, 3);
    size_t at = 0, count = 0;
    struct observation observation;
    while (segment_observation_next(segment, &at, &observation))
        count++;
    cr_assert_eq(count, 7);
}

Test(segment, one_object_has_one_number)
{
    segment_task_new(segment, 0, 0);
    uint32_t a =
        segment_object_intern(segment, OBJECT_MUTEX, 1, 64, 0, 0, "/ring");
    cr_assert_eq(
        a, segment_object_intern(segment, OBJECT_MUTEX, 1, 64, 0, 0, NULL));
    uint32_t b = segment_object_intern(segment, OBJECT_SEM, 1, 64, 0, 0, NULL);
    cr_assert_neq(a, b);
    char text[128];
    cr_assert_str_eq(segment_object_text(segment, a, text, sizeof(text)),
                     "mutex /ring+0x40");
    cr_assert_str_eq(segment_object_text(segment, b, text, sizeof(text)),
                     "semaphore 0:1");
    cr_assert_str_eq(segment_object_text(segment, 999999, text, sizeof(text)),
                     "unknown object");
}

Test(segment, a_full_object_table_says_so)
{
    segment_task_new(segment, 0, 0);
    for (uint64_t i = 0; i < SEGMENT_OBJECTS; i++)
        cr_assert_neq(
            segment_object_intern(segment, OBJECT_WORD, i, 0, 0, 0, NULL), 0);
    cr_assert_eq(
        segment_object_intern(segment, OBJECT_WORD, 1u << 30, 0, 0, 0, NULL),
        0);
    cr_assert_neq(segment_object_intern(segment, OBJECT_WORD, 5, 0, 0, 0, NULL),
                  0);
}

Test(segment, an_object_has_the_same_key_whenever_it_is_met)
{
    segment_task_new(segment, 0, 0);
    uint32_t lock =
        segment_object_intern(segment, OBJECT_MUTEX, 7, 64, 0, 0, "/ring");
    uint32_t next =
        segment_object_intern(segment, OBJECT_MUTEX, 7, 72, 0, 0, "/ring");
    uint32_t sem =
        segment_object_intern(segment, OBJECT_SEM, 7, 64, 0, 0, "/ring");
    uint64_t key = segment_object_key(segment, lock);
    cr_expect_neq(key, 0);
    cr_expect_neq(key, segment_object_key(segment, next));
    cr_expect_neq(key, segment_object_key(segment, sem));
    cr_expect_eq(segment_object_key(segment, 0), 0);
    cr_expect_eq(segment_object_key(segment, 999999), 0);
    segment_reset(segment);
    segment_task_new(segment, 0, 0);
    segment_object_intern(segment, OBJECT_WORD, 1, 0, 0, 0, NULL);
    /* An inode of another iteration is another number. */
    lock = segment_object_intern(segment, OBJECT_MUTEX, 8, 64, 0, 0, "/ring");
    cr_expect_eq(segment_object_key(segment, lock), key);
}

/* Several processes at once on the same few objects and names: each child
 * reports through its exit status whether a number changed its meaning. */
Test(segment, tables_stay_consistent_under_concurrent_writers)
{
    enum { WRITERS = 4, ROUNDS = 20000 };
    segment_task_new(segment, 0, 0);
    pid_t pids[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        pids[w] = fork();
        if (pids[w])
            continue;
        for (uint64_t i = 0; i < ROUNDS; i++) {
            uint64_t key = i * 7 % 1000;
            uint32_t number =
                segment_object_intern(segment, OBJECT_WORD, key, 8, 0, 0, NULL);
            if (!number || segment->objects[number].backing != key)
                _exit(1);
            char name[8] = {'n', (char)('a' + key % 20), 0};
            number = segment_name_intern(segment, name);
            if (!number || strcmp(segment->names[number], name))
                _exit(2);
            segment_op_end(segment, 0, op(0, OP_KIND_POINT, key), 0);
        }
        _exit(0);
    }
    for (int w = 0; w < WRITERS; w++) {
        int status;
        cr_assert_eq(waitpid(pids[w], &status, 0), pids[w]);
        cr_assert_eq(status, 0);
    }
    /* A lost race may waste a number, never a meaning. */
    unsigned living = 0;
    for (uint32_t i = 1; i <= segment->object_count; i++)
        living += segment_object_get(segment, i) != NULL;
    cr_assert_eq(living, 1000);
}

/* Garbage of all kinds, as a target gone wild may leave it: the readers must
 * come to an end inside the segment. */
Test(segment, garbage_is_read_without_harm)
{
    uint64_t state = 12345;
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i + 8 <= sizeof(*segment); i += 8) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            uint64_t word = round % 2 ? state : state >> 40;
            memcpy((char *)segment + i, &word, 8);
        }
        uint64_t at = 0;
        size_t record_at = 0;
        struct observation observation;
        char path[TASK_PATH_BYTES], text[200];
        unsigned bytes = 0;
        for (const struct segment_op *seen;
             (seen = segment_op_next(segment, &at));) {
            segment_task_path(segment, seen->task, path);
            segment_object_text(segment, seen->object, text, sizeof(text));
            segment_module_of(segment, seen->site);
            cr_assert(*op_kind_name(seen->kind));
        }
        while (segment_observation_next(segment, &record_at, &observation))
            for (size_t i = 0; i < observation.size; i++)
                bytes += ((const unsigned char *)observation.data)[i];
        for (size_t i = 0; i < segment_task_count(segment); i++)
            segment_op_current(segment, (uint32_t)i);
        cr_assert(bytes < UINT32_MAX);
    }
}
