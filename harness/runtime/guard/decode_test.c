#include "decode.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "decode_cases_test.h"

/* The assembler's bytes: a table of where each instruction begins and ends. */
#define BYTES(text)                                             \
    "1: " text "\n2:\n.pushsection .data.rel.ro.cases,\"aw\"\n" \
    ".quad 1b, 2b\n.popsection\n"
#define CASE_BYTES(text, size, flags, address)   BYTES(text)
#define STRING_BYTES(text, size, kind, repeated) BYTES(text)
#define TABLE(name, cases, bytes)                                 \
    __asm__(".pushsection .data.rel.ro.cases,\"aw\"\n" #name      \
            ":\n.popsection\n"                                    \
            ".pushsection .text\n" cases(bytes) ".popsection\n"); \
    extern const uint8_t *const name[][2]

TABLE(cases_at, CASES, CASE_BYTES);
TABLE(strings_at, STRING_CASES, STRING_BYTES);
TABLE(unknown_at, UNKNOWN_CASES, BYTES);

static uint64_t values[16];

static void set_values(void)
{
    for (unsigned i = 0; i < 16; i++)
        values[i] = UINT64_C(0x7f0000000000) + (uint64_t)i * 0x10010;
    values[0] = 24;
    values[REGISTER_RBP] = 64 + 3;       /* a bit number */
    values[14] = (uint64_t)(int64_t)-65; /* likewise */
    values[15] = 0x1122334455;
}

#define rax (values[0])
#define rcx (values[1])
#define rbx (values[3])
#define rsp (values[4])
#define rsi (values[6])
#define rdi (values[7])
#define r9  (values[9])
#define r10 (values[10])
#define r11 (values[11])
#define r12 (values[12])
#define r13 (values[13])
#define r15 (values[15])
#define rip ((uintptr_t)end)

static void flags_text(const struct instruction *instruction, char text[8])
{
    bool memory = instruction->flags & INSTRUCTION_MEMORY;
    snprintf(text, 8, "%s%s%s%s",
             memory && instruction->flags & INSTRUCTION_READS ? "r" : "",
             memory && instruction->flags & INSTRUCTION_WRITES ? "w" : "",
             instruction->flags & INSTRUCTION_LOCKED ? "L" : "",
             instruction->flags & INSTRUCTION_REPEATED ? "p" : "");
}

static void check(const char *text, const uint8_t *start, const uint8_t *end,
                  unsigned size, const char *flags, uint64_t address)
{
    struct instruction instruction;
    char have[8];
    cr_assert(decode(&instruction, start, (size_t)(end - start)), "%s", text);
    cr_expect_eq(instruction.length, end - start, "%s: length %u", text,
                 instruction.length);
    flags_text(&instruction, have);
    cr_expect_str_eq(have, flags, "%s: %s", text, have);
    if (!size)
        return;
    cr_expect_eq(instruction.size, size, "%s: size %u", text, instruction.size);
    uintptr_t at = decode_address(&instruction, (uintptr_t)start, values);
    cr_expect_eq(at, address, "%s: address %lx", text, (unsigned long)at);
}

Test(decode, knows_what_the_assembler_makes)
{
    set_values();
    unsigned n = 0;
    const uint8_t *start, *end;
#define CHECK(text, size, flags, address) \
    start = cases_at[n][0];               \
    end = cases_at[n++][1];               \
    check(text, start, end, size, flags, (uint64_t)(address));
    CASES(CHECK)
    cr_assert(n > 100);
}

Test(decode, knows_string_instructions)
{
    unsigned n = 0;
#define CHECK_STRING(text, bytes, name, repeated)                             \
    {                                                                         \
        struct instruction instruction;                                       \
        const uint8_t *const *at = strings_at[n++];                           \
        cr_assert(decode(&instruction, at[0], (size_t)(at[1] - at[0])), "%s", \
                  text);                                                      \
        cr_expect_eq(instruction.kind, INSTRUCTION_##name, "%s", text);       \
        cr_expect_eq(instruction.size, bytes, "%s", text);                    \
        cr_expect_eq(!!(instruction.flags & INSTRUCTION_REPEATED), repeated,  \
                     "%s", text);                                             \
    }
    STRING_CASES(CHECK_STRING)
}

Test(decode, does_not_guess)
{
    unsigned n = 0;
#define CHECK_UNKNOWN(text)                                              \
    {                                                                    \
        struct instruction instruction;                                  \
        const uint8_t *const *at = unknown_at[n++];                      \
        cr_expect_not(decode(&instruction, at[0], DECODE_LONGEST), "%s", \
                      text);                                             \
    }
    UNKNOWN_CASES(CHECK_UNKNOWN)
}

Test(decode, wants_all_bytes)
{
    unsigned n = 0;
#define CHECK_SHORT(text, size, flags, address)                                \
    {                                                                          \
        struct instruction instruction;                                        \
        const uint8_t *const *at = cases_at[n++];                              \
        for (size_t limit = 0; limit < (size_t)(at[1] - at[0]); limit++)       \
            cr_expect_not(decode(&instruction, at[0], limit), "%s: %zu", text, \
                          limit);                                              \
    }
    CASES(CHECK_SHORT)
}

/* Whatever the bytes: an answer, and none that is longer than possible. */
Test(decode, survives_nonsense)
{
    uint64_t state = 1;
    for (unsigned round = 0; round < 200000; round++) {
        uint8_t bytes[DECODE_LONGEST];
        for (unsigned i = 0; i < sizeof(bytes); i++) {
            state =
                state * UINT64_C(6364136223846793005) + 1442695040888963407u;
            bytes[i] = (uint8_t)(state >> 56);
        }
        struct instruction instruction;
        if (!decode(&instruction, bytes, sizeof(bytes)))
            continue;
        cr_assert(instruction.length >= 1 &&
                  instruction.length <= DECODE_LONGEST);
        cr_assert(instruction.reg <= REGISTER_NONE &&
                  instruction.rm <= REGISTER_NONE &&
                  instruction.third <= REGISTER_NONE);
    }
}
