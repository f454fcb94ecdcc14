/* Well-known algorithms of atomics alone, run by two tasks in thousands of
 * orders: correct ones are clean, with one order too weak they are not. */
#include <criterion/criterion.h>

#include "base/rng.h"
#include "fixture_test.h"

enum {
    RLX = __ATOMIC_RELAXED,
    ACQ = __ATOMIC_ACQUIRE,
    REL = __ATOMIC_RELEASE,
    ACQ_REL = __ATOMIC_ACQ_REL,
    SEQ_CST = __ATOMIC_SEQ_CST
};

/* -- A machine of two tasks, variables and steps ---------------------------*/

/* Variables; those with _ME and _OTHER are one for each task. */
enum variable { FLAG_ME, FLAG_OTHER, TURN, NEXT, VARIABLES };

/* Values that depend on the task. */
enum { ME = 100, OTHER, TICKET };

enum op {
    END,
    SET,      /* variable := value */
    SWAP,     /* the same; the old value is TICKET from now on */
    ADD,      /* likewise */
    JUMP_IF,  /* it is value: goto */
    JUMP_NOT, /* it is not: goto */
    JUMP_HAD, /* TICKET is value: goto */
    JUMP,
    FENCE,
    USE, /* write the payload, plainly */
    READ /* read it */
};

struct step {
    enum op op;
    enum variable variable;
    int value, order, target;
};

struct machine {
    int values[2][VARIABLES];
    int at[2], ticket[2];
    bool racy;
};

static struct fixture f;

static int *variable(struct machine *machine, uint32_t who, enum variable name)
{
    switch (name) {
    case FLAG_ME:
        return &machine->values[who][FLAG_ME];
    case FLAG_OTHER:
        return &machine->values[!who][FLAG_ME];
    case TURN:
    case NEXT:
    case VARIABLES:
        break;
    }
    return &machine->values[0][name];
}

static int value(const struct machine *machine, uint32_t who, int value)
{
    switch (value) {
    case ME:
        return (int)who;
    case OTHER:
        return !who;
    case TICKET:
        return machine->ticket[who];
    default:
        return value;
    }
}

/* The atomic access to *VARIABLE, as the detector sees it. */
static void see(struct machine *machine, uint32_t who, const int *variable,
                enum clocks_access access, int order)
{
    uint32_t offset =
        FIXTURE_FLAG + (uint32_t)(variable - machine->values[0]) * 4;
    fixture_access(&f, who + 1, offset, 4,
                   access == CLOCKS_LOAD ? MEMORY_ATOMIC
                                         : MEMORY_ATOMIC | MEMORY_WRITE);
    clocks_atomic(f.memory, who + 1, f.chunk, offset, 4, access, order);
}

static void do_step(struct machine *machine, uint32_t who,
                    const struct step *step)
{
    int *at = variable(machine, who, step->variable);
    int wanted = value(machine, who, step->value);
    switch (step->op) {
    case SET:
        see(machine, who, at, CLOCKS_STORE, step->order);
        *at = wanted;
        break;
    case SWAP:
    case ADD:
        see(machine, who, at, CLOCKS_UPDATE, step->order);
        machine->ticket[who] = *at;
        *at = step->op == ADD ? *at + wanted : wanted;
        break;
    case JUMP_IF:
    case JUMP_NOT:
        see(machine, who, at, CLOCKS_LOAD, step->order);
        if ((*at == wanted) == (step->op == JUMP_IF)) {
            machine->at[who] = step->target;
            return;
        }
        break;
    case JUMP_HAD:
        if (machine->ticket[who] != wanted)
            break;
        __attribute__((fallthrough));
    case JUMP:
        machine->at[who] = step->target;
        return;
    case FENCE:
        clocks_fence(f.memory, who + 1, step->order);
        break;
    case USE:
        machine->racy |= fixture_write(&f, who + 1, FIXTURE_PAYLOAD);
        break;
    case READ:
        machine->racy |= fixture_read(&f, who + 1, FIXTURE_PAYLOAD);
        break;
    case END:
        return;
    }
    machine->at[who]++;
}

enum { STEPS = 400, SEEDS = 1500 };

/* Whether a race is found in any of SEEDS orders. Task 1 runs FIRST, task 2
 * SECOND; at END they start again. */
static bool races(const struct step *first, const struct step *second)
{
    const struct step *programs[] = {first, second};
    bool racy = false;
    for (uint64_t seed = 0; seed < SEEDS && !racy; seed++) {
        struct rng rng;
        rng_seed(&rng, rng_mix(seed, 1, 1));
        fixture_reset(&f, 3);
        struct machine machine = {0};
        uint32_t who = 0;
        for (int i = 0; i < STEPS; i++) {
            if (!rng_below(&rng, 3))
                who = !who;
            const struct step *step = &programs[who][machine.at[who]];
            if (step->op == END)
                machine.at[who] = 0;
            else
                do_step(&machine, who, step);
        }
        racy = machine.racy;
    }
    return racy;
}

/* -- Algorithms ------------------------------------------------------------*/

struct algorithm {
    const char *name;
    bool racy;
    struct step steps[20];
};

static const struct algorithm algorithms[] = {
    {"a spin lock",
     false,
     {{SWAP, TURN, 1, ACQ, 0},
      {JUMP_HAD, 0, 1, 0, 0},
      {USE, 0, 0, 0, 0},
      {SET, TURN, 0, REL, 0}}},
    {"a spin lock that does not release",
     true,
     {{SWAP, TURN, 1, ACQ, 0},
      {JUMP_HAD, 0, 1, 0, 0},
      {USE, 0, 0, 0, 0},
      {SET, TURN, 0, RLX, 0}}},
    {"Peterson's, by an exchange",
     false,
     {{SET, FLAG_ME, 1, RLX, 0},
      {SWAP, TURN, OTHER, ACQ_REL, 0},
      {JUMP_IF, FLAG_OTHER, 0, ACQ, 4},
      {JUMP_IF, TURN, OTHER, ACQ, 2},
      {USE, 0, 0, 0, 0},
      {SET, FLAG_ME, 0, REL, 0}}},
    {"Peterson's, by a seq_cst fence",
     false,
     {{SET, FLAG_ME, 1, RLX, 0},
      {SET, TURN, OTHER, REL, 0},
      {FENCE, 0, 0, SEQ_CST, 0},
      {JUMP_IF, FLAG_OTHER, 0, ACQ, 5},
      {JUMP_IF, TURN, OTHER, ACQ, 3},
      {USE, 0, 0, 0, 0},
      {SET, FLAG_ME, 0, REL, 0}}},
    /* The other one is through and back again, between the two loads: only
     * what it wrote to the turn tells. */
    {"Peterson's, whose turn is not acquired",
     true,
     {{SET, FLAG_ME, 1, RLX, 0},
      {SWAP, TURN, OTHER, ACQ_REL, 0},
      {JUMP_IF, FLAG_OTHER, 0, ACQ, 4},
      {JUMP_IF, TURN, OTHER, RLX, 2},
      {USE, 0, 0, 0, 0},
      {SET, FLAG_ME, 0, REL, 0}}},
    {"Peterson's, whose turn is not released",
     true,
     {{SET, FLAG_ME, 1, RLX, 0},
      {SET, TURN, OTHER, RLX, 0},
      {FENCE, 0, 0, SEQ_CST, 0},
      {JUMP_IF, FLAG_OTHER, 0, ACQ, 5},
      {JUMP_IF, TURN, OTHER, ACQ, 3},
      {USE, 0, 0, 0, 0},
      {SET, FLAG_ME, 0, REL, 0}}},
    {"Peterson's, seq_cst throughout",
     false,
     {{SET, FLAG_ME, 1, SEQ_CST, 0},
      {SET, TURN, OTHER, SEQ_CST, 0},
      {JUMP_IF, FLAG_OTHER, 0, SEQ_CST, 4},
      {JUMP_IF, TURN, OTHER, SEQ_CST, 2},
      {USE, 0, 0, 0, 0},
      {SET, FLAG_ME, 0, SEQ_CST, 0}}},
    {"Peterson's, left by a relaxed store",
     true,
     {{SET, FLAG_ME, 1, RLX, 0},
      {SET, TURN, OTHER, REL, 0},
      {FENCE, 0, 0, SEQ_CST, 0},
      {JUMP_IF, FLAG_OTHER, 0, ACQ, 5},
      {JUMP_IF, TURN, OTHER, ACQ, 3},
      {USE, 0, 0, 0, 0},
      {SET, FLAG_ME, 0, RLX, 0}}},
    {"Peterson's, entered by relaxed loads",
     true,
     {{SET, FLAG_ME, 1, RLX, 0},
      {SET, TURN, OTHER, REL, 0},
      {FENCE, 0, 0, SEQ_CST, 0},
      {JUMP_IF, FLAG_OTHER, 0, RLX, 5},
      {JUMP_IF, TURN, OTHER, ACQ, 3},
      {USE, 0, 0, 0, 0},
      {SET, FLAG_ME, 0, REL, 0}}},
    {"Dekker's, by fences alone",
     false,
     {{SET, FLAG_ME, 1, RLX, 0},
      {FENCE, 0, 0, SEQ_CST, 0},
      {JUMP_IF, FLAG_OTHER, 0, RLX, 9},
      {JUMP_IF, TURN, ME, RLX, 2},
      {SET, FLAG_ME, 0, RLX, 0},
      {JUMP_NOT, TURN, ME, RLX, 5},
      {SET, FLAG_ME, 1, RLX, 0},
      {FENCE, 0, 0, SEQ_CST, 0},
      {JUMP, 0, 0, 0, 2},
      {FENCE, 0, 0, ACQ, 0},
      {USE, 0, 0, 0, 0},
      {SET, TURN, OTHER, RLX, 0},
      {FENCE, 0, 0, REL, 0},
      {SET, FLAG_ME, 0, RLX, 0}}},
    {"Dekker's, without the last acquire fence",
     true,
     {{SET, FLAG_ME, 1, RLX, 0},
      {FENCE, 0, 0, SEQ_CST, 0},
      {JUMP_IF, FLAG_OTHER, 0, RLX, 9},
      {JUMP_IF, TURN, ME, RLX, 2},
      {SET, FLAG_ME, 0, RLX, 0},
      {JUMP_NOT, TURN, ME, RLX, 5},
      {SET, FLAG_ME, 1, RLX, 0},
      {FENCE, 0, 0, SEQ_CST, 0},
      {JUMP, 0, 0, 0, 2},
      {USE, 0, 0, 0, 0},
      {SET, TURN, OTHER, RLX, 0},
      {FENCE, 0, 0, REL, 0},
      {SET, FLAG_ME, 0, RLX, 0}}},
    {"Dekker's, left without a release fence",
     true,
     {{SET, FLAG_ME, 1, RLX, 0},
      {FENCE, 0, 0, SEQ_CST, 0},
      {JUMP_IF, FLAG_OTHER, 0, RLX, 9},
      {JUMP_IF, TURN, ME, RLX, 2},
      {SET, FLAG_ME, 0, RLX, 0},
      {JUMP_NOT, TURN, ME, RLX, 5},
      {SET, FLAG_ME, 1, RLX, 0},
      {FENCE, 0, 0, SEQ_CST, 0},
      {JUMP, 0, 0, 0, 2},
      {FENCE, 0, 0, ACQ, 0},
      {USE, 0, 0, 0, 0},
      {SET, TURN, OTHER, RLX, 0},
      {SET, FLAG_ME, 0, RLX, 0}}},
    {"a ticket lock",
     false,
     {{ADD, NEXT, 1, RLX, 0},
      {JUMP_NOT, TURN, TICKET, ACQ, 1},
      {USE, 0, 0, 0, 0},
      {ADD, TURN, 1, REL, 0}}},
    {"a ticket lock that does not acquire",
     true,
     {{ADD, NEXT, 1, ACQ_REL, 0},
      {JUMP_NOT, TURN, TICKET, RLX, 1},
      {USE, 0, 0, 0, 0},
      {ADD, TURN, 1, REL, 0}}},
};

static void make(void)
{
    fixture_init(&f, 3);
}

static void drop(void)
{
    cr_expect_eq(f.memory->off, MEMORY_ON);
    fixture_fini(&f);
}

TestSuite(algorithms, .init = make, .fini = drop, .timeout = 120);

Test(algorithms, that_are_correct_are_clean_and_others_are_not)
{
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
        cr_expect_eq(races(algorithms[i].steps, algorithms[i].steps),
                     algorithms[i].racy, "%s", algorithms[i].name);
}

/* The reader says what it reads, fences, and looks again; the reclaimer takes
 * the pointer away, fences, and waits until nobody reads. */
static bool hazard_races(int leave)
{
    const struct step reader[] = {
        {SET, FLAG_ME, 1, RLX, 0},   {FENCE, 0, 0, SEQ_CST, 0},
        {JUMP_IF, TURN, 1, RLX, 4},  {READ, 0, 0, 0, 0},
        {SET, FLAG_ME, 0, leave, 0}, {END, 0, 0, 0, 0}};
    const struct step reclaimer[] = {{SET, TURN, 1, RLX, 0},
                                     {FENCE, 0, 0, SEQ_CST, 0},
                                     {JUMP_NOT, FLAG_OTHER, 0, ACQ, 2},
                                     {USE, 0, 0, 0, 0},
                                     {JUMP, 0, 0, 0, 4}};
    return races(reader, reclaimer);
}

Test(algorithms, hazard_pointers_need_a_release_when_they_are_dropped)
{
    cr_expect_not(hazard_races(REL));
    cr_expect(hazard_races(RLX));
}
