/* Random programs, run by the detector and by the oracle: what the one calls a
 * race is one for the other; and as long as the cells have room for all that
 * matters, nothing is missed. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "fixture_test.h"
#include "oracle_test.h"

enum {
    STEPS = 120,
    FLAGS_END = 16, /* atomics below, payload above */
    W = MEMORY_WRITE,
    A = MEMORY_ATOMIC
};

/* Which accesses a program makes. */
enum pattern {
    PATTERN_FEW,    /* anything, four times a word at most */
    PATTERN_WRITES, /* whole words are written: a cell a task is enough */
    PATTERN_PAIR,   /* two tasks read and write whole words: two cells each */
    PATTERN_WILD
};

struct kind {
    const char *name;
    enum pattern pattern;
    uint32_t tasks;
    const uint32_t *numbers; /* of tasks, for the detector */
    bool atomics, fences;
    bool mixed; /* atomics of all sizes on the same bytes */
    uint32_t seeds;
};

static const uint32_t small[] = {0, 1, 2, 3, 4, 5};
static const uint32_t border[] = {0, MEMORY_NEAR - 1, MEMORY_NEAR, 40, 62, 33};
static const uint32_t large[] = {0, 63, 64, 90, 100, 31};

static const struct kind kinds[] = {
    {"few accesses", PATTERN_FEW, 4, small, true, true, false, 4000},
    {"few, no fences", PATTERN_FEW, 6, small, true, false, false, 2000},
    {"few, locks alone", PATTERN_FEW, 6, small, false, false, false, 2000},
    {"few, at the border", PATTERN_FEW, 6, border, true, true, false, 1000},
    {"writes", PATTERN_WRITES, 4, small, true, true, false, 3000},
    {"a pair", PATTERN_PAIR, 2, small, true, true, false, 3000},
    {"wild", PATTERN_WILD, 6, small, true, true, true, 3000},
    {"wild, many tasks", PATTERN_WILD, 6, large, true, true, true, 1000},
};

/* Whether the detector's order is just the oracle's lenient one. */
static bool is_exact(const struct kind *kind)
{
    return !kind->mixed && kind->numbers != large;
}

struct run {
    const struct kind *kind;
    uint64_t seed;
    struct rng rng;
    struct fixture f;
    struct oracle oracle;
    uint32_t holders[ORACLE_LOCKS]; /* task + 1 */
    uint32_t filled[ORACLE_QUEUES];
    bool joined[ORACLE_TASKS];
    uint32_t begun;
    uint32_t epochs[ORACLE_EVENTS];
    uint32_t used[ORACLE_BYTES / 8]; /* accesses to the word */
    bool raced[ORACLE_BYTES / 8];
    uint32_t found, missed; /* accesses in a race */
};

static uint32_t below(struct run *run, uint32_t bound)
{
    return (uint32_t)rng_below(&run->rng, bound);
}

static uint32_t number(const struct run *run, uint32_t task)
{
    return run->kind->numbers[task];
}

/* -- What tasks do but access memory ---------------------------------------*/

static uint32_t lock_sync(uint32_t lock)
{
    return MEMORY_SYNC_OBJECT + 2 * (lock + 1);
}

static uint32_t queue_sync(uint32_t queue)
{
    return MEMORY_SYNC_OBJECT + 2 * (queue + 10);
}

static void use_lock(struct run *run, uint32_t task)
{
    uint32_t lock = below(run, ORACLE_LOCKS);
    if (!run->holders[lock]) {
        run->holders[lock] = task + 1;
        oracle_lock(&run->oracle, task, lock);
        clocks_acquire(run->f.memory, number(run, task), lock_sync(lock),
                       CLOCKS_LOCK);
    } else if (run->holders[lock] == task + 1) {
        run->holders[lock] = 0;
        oracle_unlock(&run->oracle, task, lock);
        clocks_release(run->f.memory, number(run, task), lock_sync(lock),
                       CLOCKS_REPLACE, CLOCKS_LOCK);
    }
}

static void use_queue(struct run *run, uint32_t task)
{
    uint32_t queue = below(run, ORACLE_QUEUES);
    if (below(run, 2)) {
        run->filled[queue]++;
        oracle_put(&run->oracle, task, queue);
        clocks_release(run->f.memory, number(run, task), queue_sync(queue),
                       CLOCKS_JOIN, CLOCKS_HARD);
    } else if (run->filled[queue]) {
        run->filled[queue]--;
        oracle_take(&run->oracle, task, queue);
        clocks_acquire(run->f.memory, number(run, task), queue_sync(queue),
                       CLOCKS_HARD);
    }
}

static void begin(struct run *run, uint32_t task)
{
    if (run->begun == run->kind->tasks)
        return;
    uint32_t child = run->begun++;
    oracle_begin(&run->oracle, task, child);
    clocks_begin(run->f.memory, number(run, child), number(run, task) + 1);
}

static void end(struct run *run, uint32_t task)
{
    for (uint32_t lock = 0; lock < ORACLE_LOCKS; lock++)
        if (run->holders[lock] == task + 1)
            return;
    if (!task)
        return;
    oracle_end(&run->oracle, task);
    clocks_end(run->f.memory, number(run, task));
}

static void join(struct run *run, uint32_t task)
{
    uint32_t ended = below(run, run->begun);
    if (!run->oracle.tasks[ended].ended || run->joined[ended])
        return;
    run->joined[ended] = true;
    oracle_join(&run->oracle, task, ended);
    clocks_join(run->f.memory, number(run, task), number(run, ended));
}

static int any_order(struct run *run)
{
    static const int orders[] = {
        __ATOMIC_RELAXED, __ATOMIC_RELAXED, __ATOMIC_RELAXED, __ATOMIC_ACQUIRE,
        __ATOMIC_RELEASE, __ATOMIC_ACQ_REL, __ATOMIC_SEQ_CST, __ATOMIC_CONSUME};
    return orders[below(run, 8)];
}

static void fence(struct run *run, uint32_t task)
{
    int order = any_order(run);
    oracle_fence(&run->oracle, task, order);
    clocks_fence(run->f.memory, number(run, task), order);
}

/* -- Accesses --------------------------------------------------------------*/

/* The clocks agree about every earlier access with the newest event, EVENT. */
static void compare_clocks(const struct run *run, uint32_t event)
{
    const struct oracle *oracle = &run->oracle;
    const struct memory *memory = run->f.memory;
    const struct kind *kind = run->kind;
    uint32_t task = oracle->events[event].task;
    for (uint32_t other = 0; other < event; other++) {
        if (!oracle->events[other].is_access ||
            oracle->events[other].task == task)
            continue;
        uint32_t by = number(run, oracle->events[other].task);
        uint32_t now = number(run, task), epoch = run->epochs[other];
        bool full = clocks_before(memory, by, epoch, now, MEMORY_ROW_CLOCK);
        bool hard = clocks_before(memory, by, epoch, now, MEMORY_ROW_HARD);
        bool strict = oracle_before(oracle, other, event, ORACLE_STRICT);
        bool lenient = oracle_before(oracle, other, event, ORACLE_LENIENT);
        bool hardly = oracle_before(oracle, other, event, ORACLE_HARD);
        cr_assert(full || !strict, "%s, seed %u: order lost", kind->name,
                  (unsigned)run->seed);
        cr_assert(hard || !hardly, "%s, seed %u: hard order lost", kind->name,
                  (unsigned)run->seed);
        cr_assert(full || !hard);
        if (is_exact(kind))
            cr_assert_eq(full, lenient, "%s, seed %u", kind->name,
                         (unsigned)run->seed);
        if (!kind->atomics)
            cr_assert_eq(hard, hardly, "%s, seed %u", kind->name,
                         (unsigned)run->seed);
    }
}

/* Every race noted since there were COUNT is between EVENT and the one that its
 * context tells. */
static void expect_true_races(const struct run *run, uint32_t count,
                              uint32_t event)
{
    const struct memory *memory = run->f.memory;
    for (uint32_t i = count; i < memory->race_count && i < MEMORY_RACES; i++) {
        const struct memory_race *race = &memory->races[i];
        uint32_t before = race->before.context - 1;
        cr_assert_eq(race->now.context - 1, event);
        cr_assert(before < event);
        cr_assert_eq(race->before.task,
                     number(run, run->oracle.events[before].task));
        cr_assert(oracle_race(&run->oracle, before, event, ORACLE_STRICT),
                  "%s, seed %u: a false alarm", run->kind->name,
                  (unsigned)run->seed);
    }
}

static bool races(const struct run *run, uint32_t event,
                  enum oracle_order order)
{
    for (uint32_t other = 0; other < event; other++)
        if (oracle_race(&run->oracle, other, event, order))
            return true;
    return false;
}

static void access_at(struct run *run, uint32_t task, uint32_t offset,
                      uint32_t size, uint32_t flags, enum clocks_access access)
{
    struct memory *memory = run->f.memory;
    int order = any_order(run);
    uint32_t event = run->oracle.count, by = number(run, task);
    uint32_t word = offset / 8, count = memory->race_count;
    run->epochs[event] = clocks_epoch(memory, by, MEMORY_ROW_CLOCK);
    bool known = race_is_known(memory, run->f.chunk, offset, size, by, flags);
    const struct memory_access now = {
        .task = by, .size = size, .flags = flags, .context = event + 1};
    bool found = race_access(memory, run->f.chunk, offset, &now, event);
    oracle_access(&run->oracle, task, offset, size, flags, access, order);
    if (flags & A)
        clocks_atomic(memory, by, run->f.chunk, offset, size, access, order);
    compare_clocks(run, event);
    expect_true_races(run, count, event);
    cr_assert(!found || races(run, event, ORACLE_STRICT),
              "%s, seed %u, event %u: a false alarm", run->kind->name,
              (unsigned)run->seed, event);
    bool due = races(run, event, ORACLE_LENIENT);
    run->found += found;
    run->missed += due && !found && !known;
    if (run->kind->pattern == PATTERN_WILD)
        return;
    cr_assert(found || known || !due, "%s, seed %u, event %u: missed",
              run->kind->name, (unsigned)run->seed, event);
    cr_assert(found || !due || run->raced[word] || (flags & A),
              "%s, seed %u, event %u: known, yet new", run->kind->name,
              (unsigned)run->seed, event);
    run->raced[word] |= due;
}

/* An atomic access below FLAGS_END. */
static void use_flag(struct run *run, uint32_t task)
{
    uint32_t size = run->kind->mixed ? 1u << below(run, 4) : 4;
    uint32_t offset = below(run, FLAGS_END / size) * size;
    enum clocks_access access = below(run, 3);
    access_at(run, task, offset, size, access == CLOCKS_LOAD ? A : A | W,
              access);
}

/* An access above, of which the pattern wants; if it is one for atomics, at a
 * place of theirs. */
static void use_payload(struct run *run, uint32_t task)
{
    uint32_t word = FLAGS_END / 8 + below(run, (ORACLE_BYTES - FLAGS_END) / 8);
    uint32_t size = 8, first = 0, flags = below(run, 2) ? W : 0;
    enum clocks_access access = flags ? CLOCKS_STORE : CLOCKS_LOAD;
    switch (run->kind->pattern) {
    case PATTERN_WRITES:
        flags = W;
        break;
    case PATTERN_PAIR:
        break;
    case PATTERN_FEW:
        if (run->used[word]++ >= MEMORY_CELLS)
            return;
        __attribute__((fallthrough));
    case PATTERN_WILD:
        if (run->kind->atomics && !below(run, 4)) {
            flags |= A;
            size = 4;
        } else {
            size = 1 + below(run, 8);
            first = below(run, 9 - size);
        }
        break;
    }
    access_at(run, task, word * 8 + first, size, flags, access);
}

/* -- Programs --------------------------------------------------------------*/

static void step(struct run *run)
{
    uint32_t task = below(run, run->begun), what = below(run, 100);
    if (run->oracle.tasks[task].ended)
        return;
    if (what < 40)
        use_payload(run, task);
    else if (what < 60)
        run->kind->atomics ? use_flag(run, task) : use_lock(run, task);
    else if (what < 70)
        run->kind->fences ? fence(run, task) : use_queue(run, task);
    else if (what < 85)
        use_lock(run, task);
    else if (what < 90)
        use_queue(run, task);
    else if (what < 97)
        begin(run, task);
    else if (what < 98)
        end(run, task);
    else
        join(run, task);
}

static void play(struct run *run, uint64_t seed)
{
    const struct kind *kind = run->kind;
    struct fixture f = run->f;
    memset(run, 0, sizeof(*run));
    run->kind = kind;
    run->seed = seed;
    run->f = f;
    rng_seed(&run->rng, rng_mix(seed, 1, (uint64_t)(kind - kinds)));
    fixture_reset(&run->f, 1);
    run->begun = 1;
    run->oracle.tasks[0].begun = true;
    for (uint32_t i = 0; i < STEPS; i++)
        step(run);
    cr_assert_eq(run->f.memory->off, MEMORY_ON);
}

static void play_all(const struct kind *kind)
{
    static struct run run;
    run.kind = kind;
    fixture_init(&run.f, 1);
    uint64_t found = 0, missed = 0;
    for (uint64_t seed = 0; seed < kind->seeds; seed++) {
        play(&run, seed);
        found += run.found;
        missed += run.missed;
    }
    fixture_fini(&run.f);
    /* As many as show that the programs have something to find. */
    cr_expect_gt(found, kind->seeds / 2, "%s: %u found", kind->name,
                 (unsigned)found);
    /* Where there are more accesses than cells, hardly anything is missed. */
    cr_expect_lt(missed * 10, found, "%s: %u found, %u missed", kind->name,
                 (unsigned)found, (unsigned)missed);
    cr_log_info("%s: %u found, %u missed", kind->name, (unsigned)found,
                (unsigned)missed);
}

TestSuite(detect_property, .timeout = 120);

Test(detect_property, races_are_those_of_the_oracle)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        play_all(&kinds[i]);
}
