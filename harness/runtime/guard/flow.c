#include "flow.h"

#include <string.h>

#include "decode.h"

enum {
    FARTHEST = 4096, /* bytes of code looked at */
    SLOTS = 16,      /* of the stack frame that a value may be kept in */
    WAYS = 16        /* jumps forward that are followed */
};

/* Where the value is: registers as bits, and words of the stack frame. */
struct slot {
    int32_t displacement;
    uint8_t base;
};
struct places {
    uint64_t registers;
    struct slot slots[SLOTS];
    unsigned slot_count;
};

struct way {
    const uint8_t *to;
    struct places places;
};

struct sweep {
    struct places now;
    struct way ways[WAYS];
    unsigned way_count;
    const uint8_t *back; /* a jump back came here with... */
    struct places back_places;
};

static uint64_t bit(unsigned number)
{
    return number < REGISTERS ? UINT64_C(1) << number : 0;
}

/* What a function may change: System V ABI, 3.2.1; all vector registers. */
#define PRESERVED                                                          \
    (bit(REGISTER_RBX) | bit(REGISTER_RBP) | bit(12) | bit(13) | bit(14) | \
     bit(15))
/* And where it takes its arguments. */
#define ARGUMENTS                                                \
    (bit(REGISTER_RDI) | bit(REGISTER_RSI) | bit(REGISTER_RDX) | \
     bit(REGISTER_RCX) | bit(8) | bit(9) | UINT64_C(0xff) << REGISTER_VECTOR)

/* -- The stack frame --------------------------------------------------------*/

static bool is_slot(const struct instruction *instruction)
{
    return (instruction->flags & INSTRUCTION_MEMORY) &&
           instruction->index == REGISTER_NONE &&
           (instruction->base == REGISTER_RBP ||
            instruction->base == REGISTER_RSP);
}

static unsigned find_slot(const struct places *places,
                          const struct instruction *instruction)
{
    unsigned i = 0;
    while (i < places->slot_count &&
           (places->slots[i].base != instruction->base ||
            places->slots[i].displacement != instruction->displacement))
        i++;
    return i;
}

static void set_slot(struct places *places,
                     const struct instruction *instruction, bool has)
{
    unsigned i = find_slot(places, instruction);
    if (i < places->slot_count && !has)
        places->slots[i] = places->slots[--places->slot_count];
    else if (i == places->slot_count && has && i < SLOTS)
        places->slots[places->slot_count++] =
            (struct slot){instruction->displacement, instruction->base};
}

/* BASE points elsewhere now: what was relative to it is not found any more. */
static void drop_slots(struct places *places, unsigned base)
{
    for (unsigned i = 0; i < places->slot_count;) {
        if (places->slots[i].base == base)
            places->slots[i] = places->slots[--places->slot_count];
        else
            i++;
    }
}

/* -- One instruction --------------------------------------------------------*/

static void set_register(struct places *places, unsigned number, bool has)
{
    if (has)
        places->registers |= bit(number);
    else
        places->registers &= ~bit(number);
    if (number == REGISTER_RSP || number == REGISTER_RBP)
        drop_slots(places, number);
}

static bool is_read(const struct places *places,
                    const struct instruction *instruction)
{
    unsigned flags = instruction->flags;
    uint64_t read = bit(instruction->third);
    if (flags & INSTRUCTION_CLEARS)
        return false;
    if (flags & INSTRUCTION_READS_REG)
        read |= bit(instruction->reg);
    if ((flags & INSTRUCTION_READS) && !(flags & INSTRUCTION_MEMORY))
        read |= bit(instruction->rm);
    if ((flags & INSTRUCTION_WRITES_REG) && !(flags & INSTRUCTION_MEMORY) &&
        !(flags & (INSTRUCTION_READS | INSTRUCTION_WRITES)))
        read |= bit(instruction->base) | bit(instruction->index); /* lea */
    if (instruction->kind == INSTRUCTION_WIDE ||
        instruction->kind == INSTRUCTION_COMPARE)
        read |= bit(REGISTER_RAX) | bit(REGISTER_RDX);
    if (places->registers & read)
        return true;
    return (flags & INSTRUCTION_READS) && is_slot(instruction) &&
           find_slot(places, instruction) < places->slot_count;
}

static void step(struct places *places, const struct instruction *instruction)
{
    bool has = is_read(places, instruction);
    unsigned flags = instruction->flags;
    if (flags & INSTRUCTION_WRITES_REG)
        set_register(places, instruction->reg, has);
    if ((flags & INSTRUCTION_WRITES) && !(flags & INSTRUCTION_MEMORY))
        set_register(places, instruction->rm, has);
    else if ((flags & INSTRUCTION_WRITES) && is_slot(instruction))
        set_slot(places, instruction, has);
    if (instruction->kind == INSTRUCTION_WIDE ||
        instruction->kind == INSTRUCTION_COMPARE) {
        set_register(places, REGISTER_RAX, has);
        set_register(places, REGISTER_RDX, has);
    } else if (instruction->kind == INSTRUCTION_STACK) {
        drop_slots(places, REGISTER_RSP);
    } else if (instruction->kind == INSTRUCTION_LODS ||
               instruction->kind == INSTRUCTION_STOS) {
        set_register(places, REGISTER_RAX,
                     instruction->kind == INSTRUCTION_STOS &&
                         (places->registers & bit(REGISTER_RAX)));
    } else if (instruction->kind == INSTRUCTION_CALL) {
        bool given = places->registers & ARGUMENTS;
        places->registers &= PRESERVED;
        set_register(places, REGISTER_RAX, given);
        set_register(places, REGISTER_VECTOR, given);
    }
}

/* -- Ways -------------------------------------------------------------------*/

static void add(struct places *to, const struct places *from)
{
    to->registers |= from->registers;
    for (unsigned i = 0; i < from->slot_count; i++) {
        const struct instruction at = {
            .base = from->slots[i].base,
            .displacement = from->slots[i].displacement,
        };
        set_slot(to, &at, true);
    }
}

static void arrive(struct sweep *sweep, const uint8_t *at)
{
    for (unsigned i = 0; i < sweep->way_count; i++)
        if (sweep->ways[i].to == at)
            add(&sweep->now, &sweep->ways[i].places);
}

/* The program may go on at AT + the way of a jump. STORE is where the value is
 * wanted: a jump back to before that is one more way there. */
static void leave(struct sweep *sweep, const uint8_t *after, int64_t distance,
                  const uint8_t *store)
{
    if (distance < -FARTHEST || distance > FARTHEST)
        return;
    const uint8_t *to = after + distance;
    if (distance >= 0) {
        if (sweep->way_count < WAYS)
            sweep->ways[sweep->way_count++] = (struct way){to, sweep->now};
    } else if (to <= store && store < after && !sweep->back) {
        sweep->back = to;
        sweep->back_places = sweep->now;
    }
}

/* From AT, with SWEEP->now, up to STORE; false when it is not on the way
 * before LIMIT, or something unknown is. */
static bool follow(struct sweep *sweep, const uint8_t *at, const uint8_t *store,
                   const uint8_t *limit)
{
    while (at < limit && at != store) {
        struct instruction instruction;
        arrive(sweep, at);
        if (!decode(&instruction, at, (size_t)(limit - at)))
            return false;
        at += instruction.length;
        step(&sweep->now, &instruction);
        if (instruction.kind == INSTRUCTION_JUMP ||
            instruction.kind == INSTRUCTION_BRANCH)
            leave(sweep, at, instruction.immediate, store);
        if (instruction.kind == INSTRUCTION_JUMP ||
            instruction.kind == INSTRUCTION_STOP)
            sweep->now = (struct places){0};
    }
    arrive(sweep, at);
    return at == store;
}

bool flow_reaches(const uint8_t *load, const uint8_t *store, const uint8_t *end)
{
    struct instruction from, to;
    struct sweep sweep = {0};
    int64_t distance = store - load;
    if (distance < -FARTHEST || distance > FARTHEST || load >= end ||
        store >= end || !decode(&from, load, (size_t)(end - load)) ||
        !decode(&to, store, (size_t)(end - store)) ||
        !(to.flags & INSTRUCTION_READS_REG) ||
        !(from.flags & INSTRUCTION_READS))
        return false;
    if (from.flags & INSTRUCTION_WRITES_REG)
        sweep.now.registers = bit(from.reg);
    else if (from.kind == INSTRUCTION_WIDE || from.kind == INSTRUCTION_COMPARE)
        sweep.now.registers = bit(REGISTER_RAX) | bit(REGISTER_RDX);
    const uint8_t *limit = end - load > FARTHEST ? load + FARTHEST : end;
    const uint8_t *after = load + from.length;
    if (distance > 0)
        return follow(&sweep, after, store, limit) &&
               (sweep.now.registers & bit(to.reg));
    /* The store stands before the load: around a loop. */
    follow(&sweep, after, store, limit);
    if (!sweep.back)
        return false;
    sweep.now = sweep.back_places;
    sweep.way_count = 0;
    return follow(&sweep, sweep.back, store, limit) &&
           (sweep.now.registers & bit(to.reg));
}
