/* Machine code whose atomics look like plain accesses: what may have been
 * ordered is, and what loses an update is found. */
#include "either.h"

#include <criterion/criterion.h>

#include "fixture_test.h"

static struct fixture f;

enum {
    TASKS = 12,
    W = MEMORY_WRITE,
    PLAIN = 0,
    EITHER = MEMORY_ATOMIC | MEMORY_EITHER,
    HALF = EITHER | MEMORY_HALF
};

static void make(void)
{
    fixture_init(&f, TASKS);
}

static void drop(void)
{
    cr_expect_eq(f.memory->off, MEMORY_ON);
    fixture_fini(&f);
}

TestSuite(either, .init = make, .fini = drop, .timeout = 60);

static bool load(uint32_t task, uint32_t offset, uint32_t size)
{
    either_load(f.memory, task, f.chunk, offset, size);
    return fixture_access(&f, task, offset, size, EITHER);
}

static bool store(uint32_t task, uint32_t offset, uint32_t size, uint32_t flags)
{
    bool racy = fixture_access(&f, task, offset, size, flags | W);
    either_store(f.memory, task, f.chunk, offset, size);
    return racy;
}

/* x = x + 1, whose two halves nobody comes between. */
static bool add(uint32_t task, uint32_t offset)
{
    bool racy = load(task, offset, 8);
    return store(task, offset, 8, HALF) || racy;
}

static bool update(uint32_t task, uint32_t offset)
{
    either_atomic(f.memory, task, f.chunk, offset, 4);
    bool racy = fixture_access(&f, task, offset, 4, MEMORY_ATOMIC | W);
    clocks_atomic(f.memory, task, f.chunk, offset, 4, CLOCKS_UPDATE,
                  __ATOMIC_SEQ_CST);
    return racy;
}

/* -- Orders -----------------------------------------------------------------*/

Test(either, orders_a_reader_after_what_it_reads)
{
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    cr_expect_not(store(1, FIXTURE_FLAG, 4, EITHER));
    cr_expect_not(load(2, FIXTURE_FLAG, 4));
    cr_expect_not(fixture_read(&f, 2, FIXTURE_PAYLOAD));
    cr_expect_not(fixture_write(&f, 2, FIXTURE_PAYLOAD));
}

Test(either, orders_nobody_who_does_not_read)
{
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    store(1, FIXTURE_FLAG, 4, EITHER);
    cr_expect(fixture_read(&f, 2, FIXTURE_PAYLOAD));
}

/* Once a word's clock is exact, what comes after a store is not let out. */
Test(either, lets_out_what_was_done_before_the_store)
{
    store(1, FIXTURE_FLAG, 4, EITHER);
    load(2, FIXTURE_FLAG, 4);
    store(1, FIXTURE_FLAG, 4, EITHER);
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    load(2, FIXTURE_FLAG, 4);
    cr_expect(fixture_read(&f, 2, FIXTURE_PAYLOAD));
}

/* Readers push the writer's access out of the word's cells. */
Test(either, remembers_the_writer_behind_many_readers)
{
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    store(1, FIXTURE_FLAG, 4, EITHER);
    fixture_unlock(&f, 1);
    for (uint32_t task = 2; task < 10; task++) {
        fixture_lock(&f, task);
        cr_expect_not(load(task, FIXTURE_FLAG, 4));
    }
    cr_expect_not(load(10, FIXTURE_FLAG, 4));
    cr_expect_not(fixture_read(&f, 10, FIXTURE_PAYLOAD));
}

Test(either, remembers_two_writers_of_one_word)
{
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    store(1, FIXTURE_FLAG, 4, EITHER);
    store(2, FIXTURE_FLAG + 4, 4, EITHER);
    cr_expect_not(load(3, FIXTURE_FLAG, 4));
    cr_expect_not(fixture_read(&f, 3, FIXTURE_PAYLOAD));
}

Test(either, reads_of_both_halves_take_in_both)
{
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    fixture_write(&f, 2, FIXTURE_PAYLOAD + 8);
    store(1, FIXTURE_FLAG, 4, EITHER);
    store(2, FIXTURE_FLAG + 4, 4, EITHER);
    load(3, FIXTURE_FLAG, 8);
    cr_expect_not(fixture_read(&f, 3, FIXTURE_PAYLOAD));
    cr_expect_not(fixture_read(&f, 3, FIXTURE_PAYLOAD + 8));
}

/* A lock that is taken by xchg and given back by mov. */
Test(either, orders_critical_sections)
{
    for (uint32_t round = 0; round < 20; round++) {
        uint32_t task = 1 + round % 3;
        cr_expect_not(update(task, FIXTURE_FLAG));
        cr_expect_not(fixture_write(&f, task, FIXTURE_PAYLOAD));
        cr_expect_not(store(task, FIXTURE_FLAG, 4, EITHER));
    }
}

Test(either, makes_no_clocks_for_what_is_ordered)
{
    for (uint32_t at = 0; at < 8000; at += 8) {
        store(1, at, 8, EITHER);
        load(1, at, 8);
    }
    fixture_unlock(&f, 1);
    fixture_lock(&f, 2);
    for (uint32_t at = 0; at < 8000; at += 8) {
        cr_expect_not(load(2, at, 8));
        cr_expect_not(store(2, at, 8, EITHER));
    }
    cr_expect_eq(f.memory->clock_count, 0);
}

/* -- Races ------------------------------------------------------------------*/

Test(either, may_be_atomic_on_both_sides)
{
    store(1, FIXTURE_FLAG, 8, EITHER);
    cr_expect_not(store(2, FIXTURE_FLAG, 8, EITHER));
    cr_expect_not(load(3, FIXTURE_FLAG, 8));
    cr_expect_not(load(4, FIXTURE_FLAG, 4));
}

Test(either, races_with_what_cannot_be_atomic)
{
    fixture_access(&f, 1, FIXTURE_FLAG, 16, W | PLAIN);
    cr_expect(load(2, FIXTURE_FLAG + 8, 8));
    fixture_access(&f, 3, FIXTURE_FLAG + 64, 16, PLAIN);
    cr_expect(store(2, FIXTURE_FLAG + 64, 8, EITHER));
}

Test(either, finds_the_lost_update)
{
    load(1, FIXTURE_FLAG, 8);
    load(2, FIXTURE_FLAG, 8);
    cr_expect_not(store(1, FIXTURE_FLAG, 8, HALF));
    cr_expect(store(2, FIXTURE_FLAG, 8, HALF));
    cr_expect_eq(f.memory->race_count, 1);
}

Test(either, lets_one_task_count_and_others_look)
{
    for (uint32_t round = 0; round < 10; round++) {
        cr_expect_not(add(1, FIXTURE_FLAG));
        cr_expect_not(load(2, FIXTURE_FLAG, 8));
        cr_expect_not(load(3, FIXTURE_FLAG, 8));
    }
}

Test(either, takes_updates_that_were_read_for_ordered)
{
    for (uint32_t round = 0; round < 10; round++)
        cr_expect_not(add(1 + round % 3, FIXTURE_FLAG));
}

/* The half that is written stands for a store as well, but not the other way
 * round. */
Test(either, keeps_halves_apart_from_stores)
{
    load(1, FIXTURE_FLAG, 8);
    load(2, FIXTURE_FLAG, 8);
    fixture_access(&f, 1, FIXTURE_FLAG, 8, EITHER | W);
    cr_expect_not(
        race_is_known(f.memory, f.chunk, FIXTURE_FLAG, 8, 1, HALF | W));
    fixture_access(&f, 1, FIXTURE_FLAG, 8, HALF | W);
    cr_expect(race_is_known(f.memory, f.chunk, FIXTURE_FLAG, 8, 1, EITHER | W));
    cr_expect(store(2, FIXTURE_FLAG, 8, HALF));
}

Test(either, survives_wrong_numbers)
{
    either_load(f.memory, 1, 0, 0, 8);
    either_store(f.memory, 1, MEMORY_CHUNKS, 0, 8);
    either_atomic(f.memory, 1, f.chunk, MEMORY_CHUNK_BYTES, 4);
    either_load(f.memory, 1, f.chunk, UINT32_MAX, 4);
    struct memory_word *word = &f.memory->shadow[f.chunk].words[2];
    word->writer = UINT16_MAX;
    word->epoch = UINT32_MAX;
    cr_expect_not(load(1, 16, 8));
}
