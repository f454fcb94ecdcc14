/* The shadow: what is kept of a word's past, what is noted of a race, what is
 * forgotten. */
#include <criterion/criterion.h>
#include <string.h>

#include "fixture_test.h"

static struct fixture f;

enum { TASKS = 8, W = MEMORY_WRITE, A = MEMORY_ATOMIC };

static void make(void)
{
    fixture_init(&f, TASKS);
}

static void drop(void)
{
    cr_expect_eq(f.memory->off, MEMORY_ON);
    fixture_fini(&f);
}

TestSuite(race, .init = make, .fini = drop, .timeout = 60);

static bool known(uint32_t task, uint32_t offset, uint32_t size, uint32_t flags)
{
    return race_is_known(f.memory, f.chunk, offset, size, task, flags);
}

static uint32_t flags_of(uint32_t offset, uint32_t size)
{
    return race_flags(f.memory, f.chunk, offset, size, 0, false);
}

/* -- Which pairs race ------------------------------------------------------*/

Test(race, needs_a_write_and_a_plain_access)
{
    for (uint32_t before = 0; before < 4; before++)
        for (uint32_t now = 0; now < 4; now++) {
            fixture_reset(&f, TASKS);
            fixture_access(&f, 1, 8, 4, before);
            bool racy = ((before | now) & W) && !(before & now & A);
            cr_expect_eq(fixture_access(&f, 2, 8, 4, now), racy, "%u %u",
                         before, now);
            cr_expect_eq(f.memory->race_count, racy);
        }
}

Test(race, needs_a_common_byte)
{
    for (uint32_t at = 0; at < 16; at++)
        for (uint32_t size = 1; size <= 16; size++) {
            fixture_reset(&f, TASKS);
            fixture_access(&f, 1, 6, 4, W);
            bool common = at < 10 && at + size > 6;
            cr_expect_eq(fixture_access(&f, 2, at, size, 0), common, "%u+%u",
                         at, size);
            if (common)
                cr_expect_eq(f.memory->races[0].offset, at > 6 ? at : 6);
        }
}

Test(race, needs_two_tasks)
{
    fixture_write(&f, 1, 8);
    fixture_unlock(&f, 1);
    cr_expect_not(fixture_write(&f, 1, 8));
}

Test(race, is_seen_whatever_came_between)
{
    /* The writer's task, and others that are ordered behind it, go on. */
    fixture_write(&f, 1, 8);
    for (uint32_t i = 0; i < 10; i++) {
        fixture_unlock(&f, 1);
        fixture_lock(&f, 2 + i % 2);
        cr_expect_not(fixture_write(&f, 2 + i % 2, 8));
        fixture_unlock(&f, 2 + i % 2);
        fixture_lock(&f, 1);
        cr_expect_not(fixture_read(&f, 1, 8));
    }
    cr_expect(fixture_read(&f, 4, 8));
}

Test(race, a_read_does_not_push_out_the_write_before_it)
{
    fixture_write(&f, 1, 8);
    fixture_unlock(&f, 1);
    for (uint32_t i = 0; i < 20; i++) {
        fixture_lock(&f, 2);
        fixture_read(&f, 2, 8);
        fixture_unlock(&f, 2);
    }
    cr_expect(fixture_read(&f, 3, 8));
}

Test(race, an_access_to_a_part_does_not_push_out_one_to_the_whole)
{
    fixture_access(&f, 1, 8, 8, W);
    fixture_unlock(&f, 1);
    fixture_lock(&f, 1);
    fixture_access(&f, 1, 8, 2, W);
    cr_expect(fixture_access(&f, 2, 14, 1, 0));
}

Test(race, an_atomic_write_does_not_push_out_a_plain_read)
{
    fixture_access(&f, 1, 8, 4, 0);
    fixture_unlock(&f, 1);
    fixture_access(&f, 1, 8, 4, W | A);
    cr_expect(fixture_access(&f, 2, 8, 4, W | A));
}

Test(race, among_more_tasks_than_cells_the_newest_are_found)
{
    for (uint32_t task = 1; task < TASKS; task++)
        cr_expect_eq(fixture_write(&f, task, 8), task > 1);
}

Test(race, two_chunks_of_one_backing_are_apart)
{
    fixture_write(&f, 1, 8);
    f.chunk = race_chunk(f.memory, 1, 1, 0, NULL);
    cr_expect_not(fixture_write(&f, 2, 8));
}

/* -- Long ranges -----------------------------------------------------------*/

Test(race, a_range_meets_each_of_its_words)
{
    const uint32_t from = 1003, size = 30001;
    const uint32_t inside[] = {from, from + 1, 1008, 20000, from + size - 1};
    const uint32_t outside[] = {from - 1, from + size};
    for (size_t i = 0; i < 5; i++) {
        fixture_reset(&f, TASKS);
        fixture_access(&f, 1, inside[i], 1, W);
        cr_expect(fixture_access(&f, 2, from, size, 0));
        cr_expect_eq(f.memory->races[0].offset, inside[i]);
        cr_expect_eq(f.memory->race_count, 1);
    }
    for (size_t i = 0; i < 2; i++) {
        fixture_reset(&f, TASKS);
        fixture_access(&f, 1, outside[i], 1, W);
        cr_expect_not(fixture_access(&f, 2, from, size, 0));
    }
}

Test(race, a_range_ends_with_its_chunk)
{
    fixture_access(&f, 1, MEMORY_CHUNK_BYTES - 4, UINT32_MAX, W);
    fixture_access(&f, 1, MEMORY_CHUNK_BYTES, 4, W);
    fixture_access(&f, 1, UINT32_MAX, UINT32_MAX, W);
    cr_expect(fixture_access(&f, 2, MEMORY_CHUNK_BYTES - 1, 1, 0));
    cr_expect_not(fixture_access(&f, 2, 0, MEMORY_CHUNK_BYTES - 4, 0));
}

/* -- The quick way out -----------------------------------------------------*/

Test(race, known_is_what_is_no_stronger_in_the_same_epoch)
{
    for (uint32_t before = 0; before < 4; before++)
        for (uint32_t now = 0; now < 4; now++) {
            fixture_reset(&f, TASKS);
            cr_expect_not(known(1, 8, 4, now));
            fixture_access(&f, 1, 8, 4, before);
            bool weaker =
                (before & W) >= (now & W) && (before & A) <= (now & A);
            cr_expect_eq(known(1, 8, 4, now), weaker, "%u %u", before, now);
            cr_expect_not(known(2, 8, 4, now));
        }
}

Test(race, known_is_what_lies_within)
{
    fixture_access(&f, 1, 10, 4, W);
    cr_expect(known(1, 10, 4, 0));
    cr_expect(known(1, 12, 2, W));
    cr_expect_not(known(1, 9, 4, 0));
    cr_expect_not(known(1, 8, 8, 0));
    cr_expect_not(known(1, 10, 8, 0));
}

Test(race, a_range_is_known_when_all_of_it_is)
{
    fixture_access(&f, 1, 3, 5000, W);
    cr_expect(known(1, 3, 5000, W));
    cr_expect(known(1, 4, 100, 0));
    cr_expect_not(known(1, 2, 5000, 0));
    cr_expect_not(known(1, 3, 5001, 0));
}

Test(race, nothing_is_known_after_a_release)
{
    fixture_access(&f, 1, 8, 4, W);
    fixture_unlock(&f, 1);
    cr_expect_not(known(1, 8, 4, W));
}

Test(race, an_access_that_is_known_changes_nothing)
{
    static struct memory_shadow before;
    fixture_access(&f, 1, 8, 8, W);
    fixture_access(&f, 2, 16, 8, A);
    memcpy(&before, &f.memory->shadow[f.chunk], sizeof(before));
    fixture_access(&f, 1, 10, 2, 0);
    fixture_access(&f, 1, 8, 8, W | A);
    fixture_access(&f, 2, 16, 8, A);
    cr_expect_eq(memcmp(&before, &f.memory->shadow[f.chunk], sizeof(before)),
                 0);
}

/* -- What is known of words ------------------------------------------------*/

Test(race, words_are_shared_written_and_racy)
{
    cr_expect_eq(flags_of(8, 4), 0);
    fixture_read(&f, 1, 8);
    cr_expect_eq(flags_of(8, 4), MEMORY_SHARED, "once task 0 touches it");
    cr_expect_eq(race_flags(f.memory, f.chunk, 8, 4, 1, false), 0);
    cr_expect_eq(race_flags(f.memory, f.chunk, 8, 4, 1, true), MEMORY_WRITTEN);
    fixture_write(&f, 1, 8);
    cr_expect_eq(race_flags(f.memory, f.chunk, 8, 4, 1, false), MEMORY_WRITTEN);
    fixture_lock(&f, 2);
    fixture_read(&f, 2, 8);
    cr_expect_eq(race_flags(f.memory, f.chunk, 8, 4, 1, false),
                 MEMORY_SHARED | MEMORY_WRITTEN | MEMORY_RACY);
    cr_expect_eq(flags_of(16, 4), 0);
    cr_expect_eq(flags_of(0, 20), MEMORY_SHARED | MEMORY_WRITTEN | MEMORY_RACY);
}

/* -- Forgetting ------------------------------------------------------------*/

Test(race, new_memory_has_no_past)
{
    fixture_access(&f, 1, 8, 4000, W);
    race_forget(f.memory, f.chunk, 8, 4000);
    cr_expect_not(fixture_access(&f, 2, 8, 4000, W));
    cr_expect_eq(flags_of(16, 8), MEMORY_SHARED | MEMORY_WRITTEN);
}

Test(race, memory_beside_new_memory_has)
{
    fixture_access(&f, 1, 8, 4000, W);
    race_forget(f.memory, f.chunk, 11, 3990);
    cr_expect_not(fixture_access(&f, 2, 11, 3990, W));
    for (uint32_t i = 8; i < 11; i++)
        cr_expect(fixture_access(&f, 2, i, 1, 0));
    for (uint32_t i = 4001; i < 4008; i++)
        cr_expect(fixture_access(&f, 2, i, 1, 0));
}

Test(race, every_word_can_be_forgotten_and_used_again)
{
    for (uint32_t round = 0; round < 3; round++) {
        fixture_access(&f, 1 + round, 0, MEMORY_CHUNK_BYTES, W);
        cr_expect_eq(f.memory->chunks[f.chunk].touched, UINT64_MAX);
        race_forget(f.memory, f.chunk, 0, UINT32_MAX);
        cr_expect_eq(f.memory->chunks[f.chunk].touched, 0);
    }
    cr_expect_eq(f.memory->race_count, 0);
}

Test(race, what_was_never_touched_needs_no_shadow)
{
    fixture_access(&f, 1, 30000, 4, W);
    race_forget(f.memory, f.chunk, 0, 20000);
    race_forget(f.memory, f.chunk, 40000, 20000);
    cr_expect_eq(f.memory->chunks[f.chunk].touched, UINT64_C(1)
                                                        << (30000 / 1024));
    cr_expect(fixture_read(&f, 2, 30000));
}

/* -- What is noted ---------------------------------------------------------*/

Test(race, both_sides_are_noted)
{
    const struct memory_access first = {.task = 1,
                                        .size = 4,
                                        .flags = W,
                                        .context = 11,
                                        .locks = 12,
                                        .address = 0x1234};
    const struct memory_access second = {.task = 2,
                                         .size = 8,
                                         .flags = A,
                                         .context = 21,
                                         .locks = 22,
                                         .address = 0x5678};
    race_access(f.memory, f.chunk, 100, &first, 7);
    cr_assert(race_access(f.memory, f.chunk, 96, &second, 8));
    const struct memory_race *race = &f.memory->races[0];
    cr_expect_eq(f.memory->race_count, 1);
    cr_expect_eq(memcmp(&race->now, &second, sizeof(second)), 0);
    cr_expect_eq(race->before.task, 1);
    cr_expect_eq(race->before.size, 4);
    cr_expect_eq(race->before.flags, W);
    cr_expect_eq(race->before.context, 11);
    cr_expect_eq(race->before.locks, 12);
    cr_expect_eq(race->before.address, 0);
    cr_expect_eq(race->chunk, f.chunk);
    cr_expect_eq(race->offset, 100);
    cr_expect_eq(race->ticket, 8);
}

static void write_from(uint32_t task, uint32_t offset, uint32_t context)
{
    const struct memory_access access = {
        .task = task, .size = 4, .flags = W, .context = context};
    race_access(f.memory, f.chunk, offset, &access, 1);
}

Test(race, a_pair_of_places_is_noted_once)
{
    write_from(1, 0, 5);
    write_from(2, 0, 6);
    write_from(2, 8, 6);
    write_from(1, 8, 5);
    cr_expect_eq(f.memory->race_count, 1);
    write_from(1, 16, 5);
    write_from(2, 16, 5);
    cr_expect_eq(f.memory->race_count, 2);
}

Test(race, unknown_places_are_told_apart_by_the_word)
{
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 3; i++) {
            write_from(1, i * 8, 0);
            write_from(2, i * 8, 0);
        }
    cr_expect_eq(f.memory->race_count, 3);
}

Test(race, more_than_there_is_room_for_are_counted)
{
    for (uint32_t i = 0; i < MEMORY_RACES + 10; i++) {
        write_from(1, i * 8, 100 + i);
        write_from(2, i * 8, 100 + i);
    }
    cr_expect_eq(f.memory->race_count, MEMORY_RACES + 10);
}

/* -- Chunks and nodes ------------------------------------------------------*/

Test(race, chunks_are_found_again)
{
    const uint32_t count = MEMORY_CHUNKS / 2;
    for (uint32_t i = 0; i < count; i++)
        cr_assert_eq(race_chunk(f.memory, 2 + i % 3, i, 1, "/a"),
                     f.chunk + 1 + i);
    for (uint32_t i = 0; i < count; i++) {
        cr_assert_eq(race_chunk(f.memory, 2 + i % 3, i, 2, "/b"),
                     f.chunk + 1 + i);
        cr_assert_eq(race_find_chunk(f.memory, 2 + i % 3, i), f.chunk + 1 + i);
        cr_assert_eq(f.memory->chunks[f.chunk + 1 + i].task, 2);
    }
    cr_expect_eq(race_find_chunk(f.memory, 9, 0), 0);
    cr_expect_eq(f.memory->chunk_count, f.chunk + count);
}

static const char *name_of(uint32_t chunk)
{
    return &f.memory->names[f.memory->chunks[chunk].name];
}

Test(race, chunks_have_their_regions_names)
{
    uint32_t a = race_chunk(f.memory, 2, 0, 1, "/a");
    uint32_t b = race_chunk(f.memory, 3, 0, 1, "/bb");
    uint32_t a1 = race_chunk(f.memory, 2, 1, 1, "/a");
    uint32_t none = race_chunk(f.memory, 4, 0, 1, NULL);
    cr_expect_str_eq(name_of(a), "/a");
    cr_expect_str_eq(name_of(b), "/bb");
    cr_expect_eq(f.memory->chunks[a1].name, f.memory->chunks[a].name);
    cr_expect_eq(f.memory->chunks[none].name, 0);
    cr_expect_str_eq(name_of(none), "");
}

Test(race, equal_stacks_have_equal_nodes)
{
    const uint32_t count = 20000;
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < count; i++)
            cr_assert_eq(race_node(f.memory, i / 3, 1000 + i % 3), 1 + i);
    cr_expect_eq(f.memory->node_count, count);
    cr_expect_eq(f.memory->nodes[7].parent, 2);
    cr_expect_eq(f.memory->nodes[7].key, 1000);
}

TestSuite(race_off, .init = make, .timeout = 60);

Test(race_off, when_there_are_more_chunks_than_have_shadow)
{
    for (uint32_t i = f.chunk + 1; i < MEMORY_CHUNKS; i++)
        cr_assert_eq(race_chunk(f.memory, 2, i, 1, NULL), i);
    cr_expect_eq(race_chunk(f.memory, 3, 0, 1, NULL), 0);
    cr_expect_eq(f.memory->off, MEMORY_OFF_CHUNKS);
    fixture_fini(&f);
}

Test(race_off, when_there_are_more_nodes_than_fit)
{
    for (uint32_t i = 1; i < MEMORY_NODES; i++)
        cr_assert_eq(race_node(f.memory, i - 1, i * UINT64_C(0x123456789)), i);
    cr_expect_eq(race_node(f.memory, 0, 5), 0);
    cr_expect_eq(f.memory->off, MEMORY_OFF_NODES);
    fixture_fini(&f);
}
