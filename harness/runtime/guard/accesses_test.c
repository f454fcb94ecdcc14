#include "accesses.h"

#include <criterion/criterion.h>
#include <string.h>

#include "ranges.h"

/* Instructions at a place of their own, so that nothing stands behind them. */
static uint8_t code[64];
static uint64_t registers[16];
static struct accesses found;

#define CODE(...)                                \
    do {                                         \
        const uint8_t bytes[] = {__VA_ARGS__};   \
        memset(code, 0x90, sizeof(code));        \
        memcpy(code, bytes, sizeof(bytes));      \
        memset(registers, 0, sizeof(registers)); \
    } while (0)

static void find(uintptr_t fault, bool writing)
{
    accesses_find(&found, (uintptr_t)code, registers, false, fault, writing);
}

static void expect(unsigned i, uintptr_t address, size_t size, bool writes,
                   enum access_nature nature)
{
    cr_assert_gt(found.count, i);
    const struct access *access = &found.list[i];
    cr_expect_eq(access->address, address, "%lx", (long)access->address);
    cr_expect_eq(access->size, size, "%zu", access->size);
    cr_expect_eq(access->writes, writes);
    cr_expect_eq(access->nature, nature, "%d", access->nature);
}

Test(accesses, of_moves_may_be_atomic_when_aligned)
{
    CODE(0x89, 0x03); /* mov %eax, (%rbx) */
    registers[REGISTER_RBX] = 0x1000;
    find(0x1000, true);
    expect(0, 0x1000, 4, true, ACCESS_EITHER);
    registers[REGISTER_RBX] = 0x1002;
    find(0x1004, true);
    expect(0, 0x1002, 4, true, ACCESS_PLAIN);
    CODE(0x0f, 0x10, 0x03); /* movups (%rbx), %xmm0 */
    registers[REGISTER_RBX] = 0x1000;
    find(0x1000, false);
    expect(0, 0x1000, 16, false, ACCESS_PLAIN);
}

Test(accesses, of_one_instruction_that_reads_and_writes)
{
    CODE(0x83, 0x03, 0x01); /* addl $1, (%rbx) */
    registers[REGISTER_RBX] = 0x1000;
    find(0x1000, true);
    expect(0, 0x1000, 4, true, ACCESS_HALVES);
    cr_expect(found.list[0].reads);
    CODE(0xf0, 0x83, 0x03, 0x01); /* with lock */
    registers[REGISTER_RBX] = 0x1000;
    find(0x1000, true);
    expect(0, 0x1000, 4, true, ACCESS_ATOMIC);
    CODE(0x87, 0x03); /* xchg %eax, (%rbx) */
    registers[REGISTER_RBX] = 0x1000;
    find(0x1000, true);
    expect(0, 0x1000, 4, true, ACCESS_ATOMIC);
}

Test(accesses, of_strings_are_as_many_as_stay_in_a_page)
{
    CODE(0xf3, 0x48, 0xa5); /* rep movsq */
    registers[REGISTER_RSI] = 0x10000;
    registers[REGISTER_RDI] = 0x20f00;
    registers[REGISTER_RCX] = 1000;
    find(0x20f00, true);
    cr_expect_eq(found.times, 32);
    cr_expect_eq(found.left, 1000);
    expect(0, 0x10000, 256, false, ACCESS_PLAIN);
    expect(1, 0x20f00, 256, true, ACCESS_PLAIN);
    registers[REGISTER_RDI] = 0x20ffc; /* over the edge: that one alone */
    find(0x21000, true);
    cr_expect_eq(found.times, 1);
    expect(1, 0x20ffc, 8, true, ACCESS_PLAIN);
}

Test(accesses, of_strings_go_backwards)
{
    CODE(0xf3, 0xaa); /* rep stosb */
    registers[REGISTER_RDI] = 0x20010;
    registers[REGISTER_RCX] = 1000;
    accesses_find(&found, (uintptr_t)code, registers, true, 0x20010, true);
    cr_expect_eq(found.times, 17);
    expect(0, 0x20000, 17, true, ACCESS_PLAIN);
}

Test(accesses, of_comparing_strings_are_one_by_one)
{
    CODE(0xf3, 0xa6); /* repe cmpsb */
    registers[REGISTER_RSI] = 0x10000;
    registers[REGISTER_RDI] = 0x20000;
    registers[REGISTER_RCX] = 1000;
    find(0x20000, false);
    cr_expect_eq(found.times, 1);
    cr_expect_eq(found.count, 2);
    expect(1, 0x20000, 1, false, ACCESS_PLAIN);
}

Test(accesses, relative_to_a_segment_begin_at_the_fault)
{
    CODE(0x64, 0x8b, 0x03); /* mov %fs:(%rbx), %eax */
    registers[REGISTER_RBX] = 0x10;
    find(0x7000, false);
    expect(0, 0x7000, 4, false, ACCESS_EITHER);
}

/* What is not known, or is said to be elsewhere: the byte that faulted. */
Test(accesses, always_cover_the_fault)
{
    CODE(0xc4, 0xe2, 0x6d, 0x90, 0x1c, 0x8b); /* vpgatherdd */
    find(0x7005, false);
    cr_expect_eq(found.count, 1);
    expect(0, 0x7005, 1, false, ACCESS_EITHER);
    cr_expect_eq(found.instruction.length, 0);
    CODE(0x89, 0x03);
    registers[REGISTER_RBX] = 0x1000;
    find(0x5000, true);
    cr_expect_eq(found.count, 1);
    expect(0, 0x5000, 1, true, ACCESS_EITHER);
}

/* -- Ranges -----------------------------------------------------------------*/

enum { P = GUARD_PAGE, READ = 1, BOTH = 3 };

static int protection_at(uintptr_t page)
{
    const struct range *range = ranges_find(page * P + 5);
    return range ? range->protection : -1;
}

Test(ranges, are_found_by_any_of_their_bytes)
{
    cr_assert(ranges_add(10 * P, 3 * P - 100, BOTH, false));
    cr_expect_null(ranges_find(10 * P - 1));
    cr_expect_not_null(ranges_find(10 * P));
    cr_expect_not_null(ranges_find(13 * P - 1));
    cr_expect_null(ranges_find(13 * P));
}

Test(ranges, are_cut_by_what_changes_in_the_middle)
{
    cr_assert(ranges_add(10 * P, 5 * P, BOTH, false));
    cr_assert(ranges_protect(12 * P, P, READ));
    cr_expect_eq(protection_at(11), BOTH);
    cr_expect_eq(protection_at(12), READ);
    cr_expect_eq(protection_at(13), BOTH);
    cr_assert(ranges_remove(11 * P, P));
    cr_expect_eq(protection_at(10), BOTH);
    cr_expect_eq(protection_at(11), -1);
    cr_expect_eq(protection_at(12), READ);
    cr_assert(ranges_protect(0, 100 * P, 0));
    cr_expect_eq(protection_at(10), 0);
    cr_expect_eq(protection_at(11), -1);
    cr_expect_eq(protection_at(14), 0);
    cr_expect_eq(protection_at(15), -1);
}

Test(ranges, move)
{
    cr_assert(ranges_add(10 * P, 4 * P, READ, false));
    cr_assert(ranges_move(11 * P, 2 * P, 50 * P, 3 * P));
    cr_expect_eq(protection_at(10), READ);
    cr_expect_eq(protection_at(11), -1);
    cr_expect_eq(protection_at(13), READ);
    cr_expect_eq(protection_at(52), READ);
    cr_assert(ranges_move(50 * P, 0, 70 * P, P)); /* a second view */
    cr_expect_eq(protection_at(50), READ);
    cr_expect_eq(protection_at(70), READ);
    cr_assert(ranges_move(90 * P, P, 50 * P, P)); /* private memory, over it */
    cr_expect_eq(protection_at(50), -1);
}

Test(ranges, of_system_v_go_as_a_whole)
{
    cr_assert(ranges_add(10 * P, 4 * P, BOTH, true));
    cr_assert(ranges_add(20 * P, P, BOTH, true));
    cr_assert(ranges_protect(11 * P, P, READ));
    cr_assert(ranges_detach(10 * P));
    cr_expect_eq(protection_at(10), -1);
    cr_expect_eq(protection_at(13), -1);
    cr_expect_eq(protection_at(20), BOTH);
}

Test(ranges, say_when_there_are_too_many)
{
    uintptr_t at = 0;
    while (ranges_add(at * 2 * P + P, P, BOTH, false) && at < 100000)
        at++;
    cr_expect_gt(at, 100);
    cr_expect_lt(at, 100000);
}
