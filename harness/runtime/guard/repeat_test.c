/* Repeated instructions made for the program, against the processor's own. */
#include "repeat.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "copy.h"
#include "ranges.h"

enum { SIZE = 3 * GUARD_PAGE };
static uint8_t from[SIZE], to[SIZE], expected[SIZE];
static uint64_t registers[16];

static struct accesses of(uint8_t kind, uint16_t size, uint64_t times)
{
    return (struct accesses){.times = times,
                             .left = times,
                             .instruction = {.length = 2,
                                             .kind = kind,
                                             .flags = INSTRUCTION_REPEATED,
                                             .size = size}};
}

static void fill(void)
{
    for (unsigned i = 0; i < SIZE; i++)
        from[i] = (uint8_t)(i * 31 + i / 256);
    memset(to, 1, SIZE);
    memset(expected, 1, SIZE);
}

Test(repeat, moves)
{
    fill();
    struct accesses accesses = of(INSTRUCTION_MOVS, 8, 100);
    registers[REGISTER_RSI] = (uintptr_t)from + 3;
    registers[REGISTER_RDI] = (uintptr_t)to + 5;
    cr_assert_eq(repeat(&accesses, registers, false), 100);
    memcpy(expected + 5, from + 3, 800);
    cr_expect(!memcmp(to, expected, SIZE));
}

Test(repeat, moves_backwards)
{
    fill();
    struct accesses accesses = of(INSTRUCTION_MOVS, 4, 100);
    registers[REGISTER_RSI] = (uintptr_t)from + 1000;
    registers[REGISTER_RDI] = (uintptr_t)to + 2000;
    cr_assert_eq(repeat(&accesses, registers, true), 100);
    memcpy(expected + 2000 - 396, from + 1000 - 396, 400);
    cr_expect(!memcmp(to, expected, SIZE));
}

Test(repeat, stores)
{
    fill();
    struct accesses accesses = of(INSTRUCTION_STOS, 4, 700);
    registers[REGISTER_RDI] = (uintptr_t)to + 7;
    registers[REGISTER_RAX] = 0x8877665544332211;
    cr_assert_eq(repeat(&accesses, registers, false), 700);
    for (unsigned i = 0; i < 700; i++)
        memcpy(expected + 7 + 4 * i, &registers[REGISTER_RAX], 4);
    cr_expect(!memcmp(to, expected, SIZE));
}

/* There, each element may depend on the one before. */
Test(repeat, leaves_what_overlaps)
{
    fill();
    struct accesses accesses = of(INSTRUCTION_MOVS, 1, 100);
    registers[REGISTER_RSI] = (uintptr_t)to + 10;
    registers[REGISTER_RDI] = (uintptr_t)to + 11;
    cr_expect_eq(repeat(&accesses, registers, false), 0);
    cr_expect(!memcmp(to, expected, SIZE));
}

Test(repeat, leaves_other_instructions)
{
    struct accesses accesses = of(INSTRUCTION_LODS, 1, 100);
    cr_expect_eq(repeat(&accesses, registers, false), 0);
    accesses = of(INSTRUCTION_MOVS, 1, 100);
    accesses.instruction.flags = 0;
    cr_expect_eq(repeat(&accesses, registers, false), 0);
}

static void survive(int signal, siginfo_t *info, void *context)
{
    greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
    uintptr_t after = guard_copy_fault((uintptr_t)regs[REG_RIP]);
    (void)signal, (void)info;
    if (!after)
        _exit(9);
    regs[REG_RIP] = (greg_t)after;
}

Test(repeat, stops_where_memory_does)
{
    uint8_t *memory = mmap(NULL, 2 * GUARD_PAGE, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(memory, MAP_FAILED);
    cr_assert(!mprotect(memory + GUARD_PAGE, GUARD_PAGE, PROT_NONE));
    struct sigaction action = {.sa_sigaction = survive, .sa_flags = SA_SIGINFO};
    cr_assert(!sigaction(SIGSEGV, &action, NULL));
    fill();
    struct accesses accesses = of(INSTRUCTION_MOVS, 8, 20);
    registers[REGISTER_RSI] = (uintptr_t)from;
    registers[REGISTER_RDI] = (uintptr_t)memory + GUARD_PAGE - 60;
    cr_expect_eq(repeat(&accesses, registers, false), 7);
    cr_expect(!memcmp(memory + GUARD_PAGE - 60, from, 60));
    registers[REGISTER_RSI] = (uintptr_t)memory + GUARD_PAGE;
    registers[REGISTER_RDI] = (uintptr_t)to;
    cr_expect_eq(repeat(&accesses, registers, false), 0);
    accesses = of(INSTRUCTION_STOS, 2, 1000);
    registers[REGISTER_RDI] = (uintptr_t)memory + GUARD_PAGE - 1200;
    cr_expect_eq(repeat(&accesses, registers, false), 600);
    registers[REGISTER_RDI] = (uintptr_t)memory + GUARD_PAGE + 8;
    cr_expect_eq(repeat(&accesses, registers, true), 0);
}
