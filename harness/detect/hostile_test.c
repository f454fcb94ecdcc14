/* A target that goes wild writes over struct memory while the detector works
 * in it: nothing outside is touched, and every call comes back. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "fixture_test.h"

static struct fixture f;

static void make(void)
{
    fixture_init(&f, 4);
}

static void drop(void)
{
    fixture_fini(&f);
}

TestSuite(detect_hostile, .init = make, .fini = drop, .timeout = 120);

/* A number that is small, wild, or next to a limit. */
static uint32_t odd(struct rng *rng, uint32_t limit)
{
    switch (rng_below(rng, 4)) {
    case 0:
        return (uint32_t)rng_next(rng);
    case 1:
        return limit - 2 + (uint32_t)rng_below(rng, 5);
    default:
        return (uint32_t)rng_below(rng, limit < 64 ? limit : 64);
    }
}

static void drive(struct rng *rng, uint32_t calls)
{
    struct memory *memory = f.memory;
    for (uint32_t i = 0; i < calls; i++) {
        if (rng_below(rng, 2))
            memory->off = 0; /* or else not much happens */
        uint32_t task = odd(rng, MEMORY_TASKS), other = odd(rng, MEMORY_TASKS);
        uint32_t sync = odd(rng, MEMORY_SYNCS), chunk = odd(rng, MEMORY_CHUNKS);
        uint32_t offset = odd(rng, MEMORY_CHUNK_BYTES);
        uint32_t size = odd(rng, MEMORY_CHUNK_BYTES);
        const struct memory_access access = {
            .task = task, .size = size, .flags = (uint32_t)rng_next(rng)};
        switch (rng_below(rng, 16)) {
        case 0:
            clocks_begin(memory, task, other);
            break;
        case 1:
            clocks_release(memory, task, sync, rng_below(rng, 2),
                           rng_below(rng, 2));
            break;
        case 2:
            clocks_acquire(memory, task, sync, rng_below(rng, 2));
            break;
        case 3:
            clocks_join(memory, task, other);
            break;
        case 4:
            clocks_end(memory, task);
            break;
        case 5:
            clocks_forget(memory, sync);
            break;
        case 6:
            clocks_before(memory, task, 1, other, MEMORY_ROW_HARD);
            clocks_epoch(memory, task, MEMORY_ROW_CLOCK);
            break;
        case 7:
        case 8:
            clocks_atomic(memory, task, chunk, offset,
                          1 + (uint32_t)rng_below(rng, 16), rng_below(rng, 3),
                          (int)rng_below(rng, 8) - 1);
            break;
        case 9:
            clocks_fence(memory, task, (int)rng_below(rng, 8) - 1);
            break;
        case 10:
            clocks_forget_words(memory, chunk, offset, size);
            break;
        case 11:
            race_chunk(memory, rng_below(rng, 8), rng_below(rng, 8), task,
                       "/name");
            break;
        case 12:
            race_flags(memory, chunk, offset, size, task, true);
            race_is_known(memory, chunk, offset, size, task, access.flags);
            break;
        case 13:
            race_access(memory, chunk, offset, &access, 1);
            break;
        case 14:
            race_forget(memory, chunk, offset, size);
            break;
        default:
            race_node(memory, odd(rng, MEMORY_NODES), rng_below(rng, 64));
            break;
        }
    }
}

static void scribble(struct rng *rng, void *at, size_t size)
{
    uint8_t *bytes = at;
    for (size_t i = 0; i + 8 <= size; i += 8) {
        uint64_t value = rng_next(rng);
        memcpy(bytes + i, &value, sizeof(value));
    }
}

/* The small tables as a whole, and what the first tasks, chunks and words are
 * kept in. */
static void scribble_all(struct rng *rng)
{
    struct memory *m = f.memory;
    scribble(rng, m, 4096);
    scribble(rng, m->near, 65536);
    scribble(rng, m->near[MEMORY_SYNC_ROW], 65536);
    scribble(rng, m->words, sizeof(m->words));
    scribble(rng, m->word_slots, sizeof(m->word_slots));
    scribble(rng, m->chunk_slots, sizeof(m->chunk_slots));
    scribble(rng, m->chunks, sizeof(m->chunks));
    scribble(rng, m->node_slots, 65536);
    scribble(rng, m->nodes, 65536);
    scribble(rng, m->names, 65536);
    scribble(rng, m->far, 65536);
    for (uint32_t chunk = 1; chunk < 4; chunk++) {
        scribble(rng, m->shadow[chunk].cells, 65536);
        scribble(rng, m->shadow[chunk].words, sizeof(m->shadow[chunk].words));
    }
}

Test(detect_hostile, garbage_everywhere)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct rng rng;
        rng_seed(&rng, seed);
        scribble_all(&rng);
        drive(&rng, 300);
    }
}

Test(detect_hostile, now_and_then_a_wild_word)
{
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct rng rng;
        rng_seed(&rng, seed + 1000);
        fixture_reset(&f, 4);
        for (uint32_t round = 0; round < 40; round++) {
            drive(&rng, 20);
            uint8_t *bytes = (uint8_t *)f.memory;
            bytes[rng_below(&rng, offsetof(struct memory, races))] =
                (uint8_t)rng_next(&rng);
            bytes[rng_below(&rng, offsetof(struct memory, nodes))] =
                (uint8_t)rng_next(&rng);
        }
    }
}

Test(detect_hostile, a_table_with_no_free_slot_ends_the_search)
{
    memset(f.memory->node_slots, 0xff, sizeof(f.memory->node_slots));
    memset(f.memory->chunk_slots, 0xff, sizeof(f.memory->chunk_slots));
    memset(f.memory->word_slots, 0xff, sizeof(f.memory->word_slots));
    cr_expect_eq(race_node(f.memory, 0, 1), 0);
    cr_expect_eq(f.memory->off, MEMORY_OFF_NODES);
    f.memory->off = 0;
    cr_expect_eq(race_chunk(f.memory, 5, 5, 0, "/x"), 0);
    cr_expect_eq(f.memory->off, MEMORY_OFF_CHUNKS);
    f.memory->off = 0;
    clocks_atomic(f.memory, 1, f.chunk, 8, 4, CLOCKS_LOAD, __ATOMIC_ACQUIRE);
    cr_expect_eq(f.memory->off, MEMORY_OFF_SYNCS);
}
