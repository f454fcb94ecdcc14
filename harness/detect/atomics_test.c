/* C11's memory orders and fences: for every rule a message that it delivers,
 * and one that it does not. */
#include <criterion/criterion.h>

#include "fixture_test.h"

static struct fixture f;

enum { TASKS = 5 };

static void make(void)
{
    fixture_init(&f, TASKS);
}

static void drop(void)
{
    cr_expect_eq(f.memory->off, MEMORY_ON);
    fixture_fini(&f);
}

TestSuite(atomics, .init = make, .fini = drop, .timeout = 60);

/* -- Scripts ---------------------------------------------------------------*/

enum what {
    END,
    WRITE, /* the payload, plainly */
    READ,
    LOAD, /* the flag */
    STORE,
    RMW,
    FENCE
};

struct step {
    enum what what;
    uint32_t task;
    int order;
};

enum {
    RLX = __ATOMIC_RELAXED,
    CNS = __ATOMIC_CONSUME,
    ACQ = __ATOMIC_ACQUIRE,
    REL = __ATOMIC_RELEASE,
    ACQ_REL = __ATOMIC_ACQ_REL,
    SEQ_CST = __ATOMIC_SEQ_CST
};

static void atomic(uint32_t task, uint32_t offset, uint32_t size,
                   enum clocks_access access, int order)
{
    uint32_t flags =
        access == CLOCKS_LOAD ? MEMORY_ATOMIC : MEMORY_ATOMIC | MEMORY_WRITE;
    cr_expect_not(fixture_access(&f, task, offset, size, flags),
                  "atomics do not race with each other");
    clocks_atomic(f.memory, task, f.chunk, offset, size, access, order);
}

/* Whether anything in STEPS is in a race. */
static bool races(const struct step *steps)
{
    bool racy = false;
    fixture_reset(&f, TASKS);
    for (const struct step *step = steps; step->what != END; step++) {
        switch (step->what) {
        case WRITE:
            racy |= fixture_write(&f, step->task, FIXTURE_PAYLOAD);
            break;
        case READ:
            racy |= fixture_read(&f, step->task, FIXTURE_PAYLOAD);
            break;
        case LOAD:
            atomic(step->task, FIXTURE_FLAG, 4, CLOCKS_LOAD, step->order);
            break;
        case STORE:
            atomic(step->task, FIXTURE_FLAG, 4, CLOCKS_STORE, step->order);
            break;
        case RMW:
            atomic(step->task, FIXTURE_FLAG, 4, CLOCKS_UPDATE, step->order);
            break;
        case FENCE:
            clocks_fence(f.memory, step->task, step->order);
            break;
        case END:
            break;
        }
    }
    return racy;
}

struct rule {
    const char *name;
    bool racy;
    struct step steps[12];
};

static const struct rule rules[] = {
    /* Loads and stores. */
    {"release store, acquire load",
     false,
     {{WRITE, 1, 0}, {STORE, 1, REL}, {LOAD, 2, ACQ}, {READ, 2, 0}}},
    {"release store, consume load",
     false,
     {{WRITE, 1, 0}, {STORE, 1, REL}, {LOAD, 2, CNS}, {READ, 2, 0}}},
    {"seq_cst store, seq_cst load",
     false,
     {{WRITE, 1, 0}, {STORE, 1, SEQ_CST}, {LOAD, 2, SEQ_CST}, {READ, 2, 0}}},
    {"release store, relaxed load",
     true,
     {{WRITE, 1, 0}, {STORE, 1, REL}, {LOAD, 2, RLX}, {READ, 2, 0}}},
    {"relaxed store, acquire load",
     true,
     {{WRITE, 1, 0}, {STORE, 1, RLX}, {LOAD, 2, ACQ}, {READ, 2, 0}}},
    {"the load comes first",
     true,
     {{LOAD, 2, ACQ}, {WRITE, 1, 0}, {STORE, 1, REL}, {READ, 2, 0}}},
    {"written after the release",
     true,
     {{STORE, 1, REL}, {WRITE, 1, 0}, {LOAD, 2, ACQ}, {READ, 2, 0}}},
    {"a load releases nothing",
     true,
     {{WRITE, 1, 0}, {LOAD, 1, SEQ_CST}, {LOAD, 2, SEQ_CST}, {READ, 2, 0}}},
    {"a store acquires nothing",
     true,
     {{WRITE, 1, 0}, {STORE, 1, REL}, {STORE, 2, SEQ_CST}, {READ, 2, 0}}},
    /* Release sequences. */
    {"relaxed updates of others go on with it",
     false,
     {{WRITE, 1, 0},
      {STORE, 1, REL},
      {RMW, 2, RLX},
      {RMW, 3, RLX},
      {LOAD, 4, ACQ},
      {READ, 4, 0}}},
    {"a relaxed store of another task ends it",
     true,
     {{WRITE, 1, 0},
      {STORE, 1, REL},
      {STORE, 2, RLX},
      {LOAD, 3, ACQ},
      {READ, 3, 0}}},
    {"a release store of another task ends it",
     true,
     {{WRITE, 1, 0},
      {STORE, 1, REL},
      {STORE, 2, REL},
      {LOAD, 3, ACQ},
      {READ, 3, 0}}},
    {"the task's own relaxed store goes on with it",
     false,
     {{WRITE, 1, 0},
      {STORE, 1, REL},
      {STORE, 1, RLX},
      {LOAD, 2, ACQ},
      {READ, 2, 0}}},
    {"but not behind another's",
     true,
     {{WRITE, 1, 0},
      {STORE, 1, REL},
      {STORE, 2, RLX},
      {STORE, 1, RLX},
      {LOAD, 3, ACQ},
      {READ, 3, 0}}},
    {"nor does it take in what came after the release",
     true,
     {{STORE, 1, REL},
      {WRITE, 1, 0},
      {STORE, 1, RLX},
      {LOAD, 2, ACQ},
      {READ, 2, 0}}},
    /* Updates. */
    {"release update, acquire update",
     false,
     {{WRITE, 1, 0}, {RMW, 1, REL}, {RMW, 2, ACQ}, {READ, 2, 0}}},
    {"acq_rel updates",
     false,
     {{WRITE, 1, 0}, {RMW, 1, ACQ_REL}, {RMW, 2, ACQ_REL}, {READ, 2, 0}}},
    {"acquire update, acquire update",
     true,
     {{WRITE, 1, 0}, {RMW, 1, ACQ}, {RMW, 2, ACQ}, {READ, 2, 0}}},
    {"release update, release update",
     true,
     {{WRITE, 1, 0}, {RMW, 1, REL}, {RMW, 2, REL}, {READ, 2, 0}}},
    {"relaxed updates",
     true,
     {{WRITE, 1, 0}, {RMW, 1, RLX}, {RMW, 2, RLX}, {READ, 2, 0}}},
    {"written after the release update",
     true,
     {{RMW, 1, ACQ_REL}, {WRITE, 1, 0}, {RMW, 2, ACQ_REL}, {READ, 2, 0}}},
    {"a release update adds to what another let out",
     false,
     {{WRITE, 1, 0},
      {RMW, 1, REL},
      {RMW, 2, REL},
      {LOAD, 3, ACQ},
      {READ, 3, 0}}},
    /* Fences. */
    {"release fence, relaxed store, acquire load",
     false,
     {{WRITE, 1, 0},
      {FENCE, 1, REL},
      {STORE, 1, RLX},
      {LOAD, 2, ACQ},
      {READ, 2, 0}}},
    {"release store, relaxed load, acquire fence",
     false,
     {{WRITE, 1, 0},
      {STORE, 1, REL},
      {LOAD, 2, RLX},
      {FENCE, 2, ACQ},
      {READ, 2, 0}}},
    {"two fences",
     false,
     {{WRITE, 1, 0},
      {FENCE, 1, REL},
      {STORE, 1, RLX},
      {LOAD, 2, RLX},
      {FENCE, 2, ACQ},
      {READ, 2, 0}}},
    {"two seq_cst fences",
     false,
     {{WRITE, 1, 0},
      {FENCE, 1, SEQ_CST},
      {STORE, 1, RLX},
      {LOAD, 2, RLX},
      {FENCE, 2, SEQ_CST},
      {READ, 2, 0}}},
    {"fences around updates",
     false,
     {{WRITE, 1, 0},
      {FENCE, 1, REL},
      {RMW, 1, RLX},
      {RMW, 2, RLX},
      {FENCE, 2, ACQ},
      {READ, 2, 0}}},
    {"what a fence let out, updates carry on",
     false,
     {{WRITE, 1, 0},
      {FENCE, 1, ACQ_REL},
      {STORE, 1, RLX},
      {RMW, 2, RLX},
      {LOAD, 3, ACQ},
      {READ, 3, 0}}},
    {"a fence serves every later store",
     false,
     {{WRITE, 1, 0},
      {FENCE, 1, REL},
      {STORE, 1, RLX},
      {STORE, 2, RLX},
      {STORE, 1, RLX},
      {LOAD, 3, ACQ},
      {READ, 3, 0}}},
    {"the store comes before the fence",
     true,
     {{WRITE, 1, 0},
      {STORE, 1, RLX},
      {FENCE, 1, REL},
      {LOAD, 2, ACQ},
      {READ, 2, 0}}},
    {"written after the fence",
     true,
     {{FENCE, 1, REL},
      {WRITE, 1, 0},
      {STORE, 1, RLX},
      {LOAD, 2, ACQ},
      {READ, 2, 0}}},
    {"the fence comes before the load",
     true,
     {{WRITE, 1, 0},
      {STORE, 1, REL},
      {FENCE, 2, ACQ},
      {LOAD, 2, RLX},
      {READ, 2, 0}}},
    {"an acquire fence releases nothing",
     true,
     {{WRITE, 1, 0},
      {FENCE, 1, ACQ},
      {STORE, 1, RLX},
      {LOAD, 2, ACQ},
      {READ, 2, 0}}},
    {"a release fence acquires nothing",
     true,
     {{WRITE, 1, 0},
      {STORE, 1, REL},
      {LOAD, 2, RLX},
      {FENCE, 2, REL},
      {READ, 2, 0}}},
    {"a relaxed fence does nothing",
     true,
     {{WRITE, 1, 0},
      {FENCE, 1, RLX},
      {STORE, 1, RLX},
      {LOAD, 2, ACQ},
      {READ, 2, 0}}},
    {"seq_cst fences with nothing read between them",
     true,
     {{WRITE, 1, 0}, {FENCE, 1, SEQ_CST}, {FENCE, 2, SEQ_CST}, {READ, 2, 0}}},
    {"an acq_rel fence hands on what was loaded before it",
     false,
     {{WRITE, 1, 0},
      {STORE, 1, REL},
      {LOAD, 2, RLX},
      {FENCE, 2, ACQ_REL},
      {STORE, 2, RLX},
      {LOAD, 3, ACQ},
      {READ, 3, 0}}},
};

Test(atomics, each_order_delivers_what_c11_says_and_no_more)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        cr_expect_eq(races(rules[i].steps), rules[i].racy, "%s", rules[i].name);
}

/* -- Words -----------------------------------------------------------------*/

Test(atomics, an_atomic_races_with_a_plain_access)
{
    atomic(1, FIXTURE_FLAG, 4, CLOCKS_STORE, RLX);
    cr_expect(fixture_read(&f, 2, FIXTURE_FLAG));
    atomic(1, FIXTURE_PAYLOAD, 4, CLOCKS_LOAD, RLX);
    cr_expect_not(fixture_read(&f, 2, FIXTURE_PAYLOAD), "both read");
    cr_expect(fixture_write(&f, 3, FIXTURE_PAYLOAD));
}

Test(atomics, a_plain_store_takes_nothing_from_the_clock)
{
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    atomic(1, FIXTURE_FLAG, 4, CLOCKS_STORE, REL);
    fixture_write(&f, 1, FIXTURE_FLAG);
    clocks_atomic(f.memory, 2, f.chunk, FIXTURE_FLAG, 4, CLOCKS_LOAD, ACQ);
    cr_expect_not(fixture_read(&f, 2, FIXTURE_PAYLOAD));
}

Test(atomics, neighbours_do_not_order_each_other)
{
    for (uint32_t size = 1; size <= 8; size *= 2) {
        fixture_reset(&f, TASKS);
        fixture_write(&f, 1, FIXTURE_PAYLOAD);
        atomic(1, FIXTURE_FLAG, size, CLOCKS_STORE, REL);
        atomic(2, FIXTURE_FLAG + size, size, CLOCKS_LOAD, ACQ);
        cr_expect(fixture_read(&f, 2, FIXTURE_PAYLOAD), "size %u", size);
    }
}

Test(atomics, neighbours_take_nothing_from_each_other)
{
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    atomic(1, FIXTURE_FLAG, 4, CLOCKS_STORE, REL);
    atomic(2, FIXTURE_FLAG + 4, 4, CLOCKS_STORE, REL);
    atomic(3, FIXTURE_FLAG, 4, CLOCKS_LOAD, ACQ);
    cr_expect_not(fixture_read(&f, 3, FIXTURE_PAYLOAD));
}

/* The writer stores SIZE bytes at AT of 8, a second task 4 at OTHER, a third
 * loads at LOAD. */
static void expect_kept(uint32_t at, uint32_t size, uint32_t other,
                        uint32_t load)
{
    fixture_reset(&f, TASKS);
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    atomic(1, FIXTURE_FLAG + at, size, CLOCKS_STORE, REL);
    atomic(2, FIXTURE_FLAG + other, 4, CLOCKS_STORE, RLX);
    atomic(3, FIXTURE_FLAG + load, 4, CLOCKS_LOAD, ACQ);
    cr_expect_not(fixture_read(&f, 3, FIXTURE_PAYLOAD), "%u+%u, %u, %u", at,
                  size, other, load);
}

Test(atomics, overlapping_sizes_lose_no_order)
{
    expect_kept(0, 8, 0, 4);
    expect_kept(0, 8, 4, 0);
    expect_kept(4, 4, 0, 4);
    expect_kept(2, 2, 0, 0);
    expect_kept(6, 4, 4, 8); /* across the border */
    expect_kept(0, 16, 0, 8);
    expect_kept(0, 16, 8, 4);
}

Test(atomics, of_16_bytes_both_halves_order)
{
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    atomic(1, FIXTURE_FLAG, 16, CLOCKS_UPDATE, SEQ_CST);
    atomic(2, FIXTURE_FLAG + 8, 8, CLOCKS_LOAD, ACQ);
    cr_expect_not(fixture_read(&f, 2, FIXTURE_PAYLOAD));
}

Test(atomics, of_new_memory_order_nothing)
{
    const uint32_t sizes[] = {4, 8, 4096};
    for (size_t i = 0; i < 3; i++) {
        fixture_reset(&f, TASKS);
        fixture_write(&f, 1, FIXTURE_PAYLOAD);
        atomic(1, FIXTURE_FLAG, 4, CLOCKS_STORE, REL);
        clocks_forget_words(f.memory, f.chunk, FIXTURE_FLAG, sizes[i]);
        atomic(2, FIXTURE_FLAG, 4, CLOCKS_LOAD, ACQ);
        cr_expect(fixture_read(&f, 2, FIXTURE_PAYLOAD));
    }
}

Test(atomics, of_new_memory_were_released_through_by_nobody)
{
    atomic(1, FIXTURE_FLAG, 4, CLOCKS_STORE, REL);
    clocks_forget_words(f.memory, f.chunk, FIXTURE_FLAG, 8);
    fixture_write(&f, 2, FIXTURE_PAYLOAD);
    atomic(2, FIXTURE_FLAG, 4, CLOCKS_UPDATE, REL);
    atomic(1, FIXTURE_FLAG, 4, CLOCKS_STORE, RLX);
    atomic(3, FIXTURE_FLAG, 4, CLOCKS_LOAD, ACQ);
    cr_expect(fixture_read(&f, 3, FIXTURE_PAYLOAD));
}

Test(atomics, beside_new_memory_stay)
{
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    atomic(1, FIXTURE_FLAG, 4, CLOCKS_STORE, REL);
    clocks_forget_words(f.memory, f.chunk, 0, FIXTURE_FLAG);
    clocks_forget_words(f.memory, f.chunk, FIXTURE_FLAG + 4,
                        MEMORY_CHUNK_BYTES);
    atomic(2, FIXTURE_FLAG, 4, CLOCKS_LOAD, ACQ);
    cr_expect_not(fixture_read(&f, 2, FIXTURE_PAYLOAD));
}

Test(atomics, of_another_size_in_new_memory_have_clocks_of_their_own)
{
    atomic(1, FIXTURE_FLAG, 8, CLOCKS_STORE, REL);
    atomic(1, FIXTURE_FLAG, 4, CLOCKS_STORE, REL); /* mixed from now on */
    clocks_forget_words(f.memory, f.chunk, FIXTURE_FLAG, 8);
    race_forget(f.memory, f.chunk, FIXTURE_FLAG, 8);
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    atomic(1, FIXTURE_FLAG, 4, CLOCKS_STORE, REL);
    atomic(2, FIXTURE_FLAG + 4, 4, CLOCKS_LOAD, ACQ);
    cr_expect(fixture_read(&f, 2, FIXTURE_PAYLOAD));
}

Test(atomics, a_spin_lock_of_atomics_orders_races_and_locks)
{
    uint32_t epoch = clocks_epoch(f.memory, 1, MEMORY_ROW_HARD);
    atomic(1, FIXTURE_FLAG, 4, CLOCKS_STORE, REL);
    atomic(2, FIXTURE_FLAG, 4, CLOCKS_UPDATE, ACQ);
    cr_expect(clocks_before(f.memory, 1, epoch, 2, MEMORY_ROW_HARD));
}

Test(atomics, a_message_by_fences_orders_hard)
{
    uint32_t epoch = clocks_epoch(f.memory, 1, MEMORY_ROW_HARD);
    clocks_fence(f.memory, 1, REL);
    atomic(1, FIXTURE_FLAG, 4, CLOCKS_STORE, RLX);
    atomic(2, FIXTURE_FLAG, 4, CLOCKS_LOAD, RLX);
    cr_expect_not(clocks_before(f.memory, 1, epoch, 2, MEMORY_ROW_HARD));
    clocks_fence(f.memory, 2, ACQ);
    cr_expect(clocks_before(f.memory, 1, epoch, 2, MEMORY_ROW_HARD));
}

Test(atomics, thousands_have_clocks_of_their_own)
{
    const uint32_t count = 5000;
    for (uint32_t i = 0; i < count; i++) {
        fixture_write(&f, 1, 32768);
        atomic(1, i * 4, 4, CLOCKS_STORE, i % 7 ? RLX : REL);
    }
    cr_expect_eq(f.memory->clock_count, count);
    cr_expect_eq(f.memory->word_count, count / 2);
    for (uint32_t i = 0; i < count; i++) {
        clocks_begin(f.memory, TASKS, 1);
        uint32_t epoch = i / 7 + 1; /* of its release */
        atomic(TASKS, i * 4, 4, CLOCKS_LOAD, ACQ);
        if (i % 7 == 0)
            cr_assert(
                clocks_before(f.memory, 1, epoch, TASKS, MEMORY_ROW_CLOCK));
        cr_assert_not(
            clocks_before(f.memory, 1, epoch + 1, TASKS, MEMORY_ROW_CLOCK));
    }
}
