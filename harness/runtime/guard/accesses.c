#include "accesses.h"

#include "ranges.h"

/* -- Strings ----------------------------------------------------------------*/

/* Repetitions that start in the page of AT, at least one. */
static uint64_t in_page(uintptr_t at, size_t size, bool backwards)
{
    size_t within = at % GUARD_PAGE;
    return backwards ? within / size + 1
                     : (GUARD_PAGE - within + size - 1) / size;
}

static struct access string_access(uintptr_t at, size_t size, uint64_t times,
                                   bool backwards, bool writes)
{
    if (backwards)
        at -= (times - 1) * size;
    return (struct access){at, size * times, !writes, writes, ACCESS_PLAIN};
}

static void find_string(struct accesses *out,
                        const uint64_t registers[static 16], bool backwards)
{
    const struct instruction *instruction = &out->instruction;
    size_t size = instruction->size;
    uintptr_t from = registers[REGISTER_RSI], to = registers[REGISTER_RDI];
    uint8_t kind = instruction->kind;
    bool has_from = kind == INSTRUCTION_MOVS || kind == INSTRUCTION_CMPS ||
                    kind == INSTRUCTION_LODS;
    bool has_to = kind != INSTRUCTION_LODS;
    bool writes = kind == INSTRUCTION_MOVS || kind == INSTRUCTION_STOS;
    out->times = out->left = 1;
    if (instruction->flags & INSTRUCTION_REPEATED)
        out->left = registers[REGISTER_RCX];
    /* Those that compare may stop at any time. */
    if (writes || kind == INSTRUCTION_LODS) {
        out->times = out->left;
        uint64_t fit = has_from ? in_page(from, size, backwards) : out->times;
        if (fit < out->times)
            out->times = fit;
        fit = has_to ? in_page(to, size, backwards) : out->times;
        if (fit < out->times)
            out->times = fit;
    }
    if (has_from)
        out->list[out->count++] =
            string_access(from, size, out->times, backwards, false);
    if (has_to)
        out->list[out->count++] =
            string_access(to, size, out->times, backwards, writes);
}

/* -- One operand ------------------------------------------------------------*/

/* Atomics of the languages are aligned, and 1, 2, 4 or 8 bytes large where no
 * lock prefix is needed. */
static bool may_be_atomic(uintptr_t address, size_t size)
{
    return size <= 8 && !(size & (size - 1)) && !(address & (size - 1));
}

static void find_operand(struct accesses *out, uintptr_t pc,
                         const uint64_t registers[static 16], uintptr_t fault)
{
    const struct instruction *instruction = &out->instruction;
    unsigned flags = instruction->flags;
    struct access access = {
        .address = fault, /* nobody here knows the base of a segment */
        .size = instruction->size,
        .reads = flags & INSTRUCTION_READS,
        .writes = flags & INSTRUCTION_WRITES,
    };
    if (!(flags & INSTRUCTION_SEGMENT))
        access.address = decode_address(instruction, pc, registers);
    if (access.reads && access.writes)
        access.nature =
            flags & INSTRUCTION_LOCKED ? ACCESS_ATOMIC : ACCESS_HALVES;
    else if (may_be_atomic(access.address, access.size))
        access.nature = ACCESS_EITHER;
    out->list[out->count++] = access;
}

/* -- The whole --------------------------------------------------------------*/

static bool covers(const struct accesses *accesses, uintptr_t fault)
{
    for (unsigned i = 0; i < accesses->count; i++)
        if (fault - accesses->list[i].address < accesses->list[i].size)
            return true;
    return false;
}

void accesses_find(struct accesses *out, uintptr_t pc,
                   const uint64_t registers[static 16], bool backwards,
                   uintptr_t fault, bool writing)
{
    *out = (struct accesses){.times = 1, .left = 1};
    const uint8_t *code = (const uint8_t *)pc;
    /* An instruction that reaches into the next page was fetched from there. */
    size_t limit = GUARD_PAGE - pc % GUARD_PAGE;
    if (decode(&out->instruction, code, limit) ||
        decode(&out->instruction, code, DECODE_LONGEST)) {
        uint8_t kind = out->instruction.kind;
        if (kind >= INSTRUCTION_MOVS && kind <= INSTRUCTION_SCAS)
            find_string(out, registers, backwards);
        else if (out->instruction.flags & INSTRUCTION_MEMORY)
            find_operand(out, pc, registers, fault);
        if (covers(out, fault))
            return;
        out->count = 0;
        out->times = out->left = 1;
    }
    out->instruction.length = 0;
    out->list[out->count++] =
        (struct access){fault, 1, !writing, writing, ACCESS_EITHER};
}
