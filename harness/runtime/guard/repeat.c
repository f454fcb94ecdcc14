#include "repeat.h"

#include <string.h>

#include "copy.h"

/* Whether the copy reads what it has written before: then its result depends on
 * the order of the elements. */
static bool overlaps(uintptr_t to, uintptr_t from, size_t bytes)
{
    return to - from < bytes || from - to < bytes;
}

static uint64_t move(const struct accesses *accesses,
                     const uint64_t registers[static 16], bool backwards)
{
    size_t size = accesses->instruction.size, bytes = size * accesses->times;
    uintptr_t to = registers[REGISTER_RDI], from = registers[REGISTER_RSI];
    if (overlaps(to, from, bytes))
        return 0;
    if (backwards) {
        to -= bytes - size;
        from -= bytes - size;
    }
    size_t left = guard_copy((void *)to, (const void *)from, bytes);
    /* Backwards, what was copied is the wrong end. */
    return backwards ? (left ? 0 : accesses->times) : (bytes - left) / size;
}

static uint64_t store(const struct accesses *accesses,
                      const uint64_t registers[static 16], bool backwards)
{
    enum { PIECE = 512 };
    size_t size = accesses->instruction.size;
    uint8_t pattern[PIECE];
    for (size_t at = 0; at < PIECE; at += size)
        memcpy(pattern + at, &registers[REGISTER_RAX], size);
    uintptr_t to = registers[REGISTER_RDI];
    if (backwards)
        to -= (accesses->times - 1) * size;
    for (size_t at = 0, bytes = size * accesses->times; at < bytes;) {
        size_t part = bytes - at < PIECE ? bytes - at : PIECE;
        size_t left = guard_copy((void *)(to + at), pattern, part);
        at += part - left;
        if (left)
            return backwards ? 0 : at / size;
    }
    return accesses->times;
}

uint64_t repeat(const struct accesses *accesses,
                const uint64_t registers[static 16], bool backwards)
{
    const struct instruction *instruction = &accesses->instruction;
    if (!instruction->length || !(instruction->flags & INSTRUCTION_REPEATED) ||
        !accesses->times || (instruction->flags & INSTRUCTION_NARROW))
        return 0;
    if (instruction->kind == INSTRUCTION_MOVS)
        return move(accesses, registers, backwards);
    if (instruction->kind == INSTRUCTION_STOS)
        return store(accesses, registers, backwards);
    return 0;
}
