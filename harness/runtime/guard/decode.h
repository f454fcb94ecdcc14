/* What an x86-64 instruction does to memory and registers, as far as page
 * guarding wants to know: which bytes it reads and writes, whether in one
 * atomic step, and from where to where values move.
 *
 * Pure: bytes in, a struct out. An instruction that it does not know is said to
 * be unknown, never guessed. */
#ifndef MPS_RUNTIME_GUARD_DECODE_H
#define MPS_RUNTIME_GUARD_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DECODE_LONGEST = 15 };

/* Registers: 0 .. 15 as the processor numbers them (rax, rcx, rdx, rbx, rsp,
 * rbp, rsi, rdi, r8 ..), then those of vectors. */
enum {
    REGISTER_RAX,
    REGISTER_RCX,
    REGISTER_RDX,
    REGISTER_RBX,
    REGISTER_RSP,
    REGISTER_RBP,
    REGISTER_RSI,
    REGISTER_RDI,
    REGISTER_VECTOR = 16,
    REGISTERS = 48,
    REGISTER_RIP, /* as a base alone */
    REGISTER_NONE
};

enum instruction_kind {
    INSTRUCTION_PLAIN,
    INSTRUCTION_MOVS, /* string instructions: operands in rsi and rdi */
    INSTRUCTION_CMPS,
    INSTRUCTION_STOS,
    INSTRUCTION_LODS,
    INSTRUCTION_SCAS,
    INSTRUCTION_JUMP,   /* to its end + IMMEDIATE */
    INSTRUCTION_BRANCH, /* the same, perhaps */
    INSTRUCTION_CALL,
    INSTRUCTION_STOP,   /* ret, an indirect jump, ud2: what follows is other
                           code */
    INSTRUCTION_STACK,  /* push, pop, enter, leave: moves the stack pointer */
    INSTRUCTION_WIDE,   /* mul, div: rax and rdx take part */
    INSTRUCTION_COMPARE /* cmpxchg: rax takes part */
};

enum instruction_flag {
    INSTRUCTION_READS = 1,      /* its operand in memory (or register RM) */
    INSTRUCTION_WRITES = 2,     /* likewise */
    INSTRUCTION_READS_REG = 4,  /* register REG */
    INSTRUCTION_WRITES_REG = 8, /* likewise */
    INSTRUCTION_MEMORY = 16,    /* the operand is in memory */
    INSTRUCTION_LOCKED = 32,    /* one atomic step */
    INSTRUCTION_REPEATED = 64,  /* rep: rcx times */
    INSTRUCTION_SEGMENT = 128,  /* relative to fs or gs */
    INSTRUCTION_BITS = 256,     /* bt and kin: REG is a bit number that may
                                   reach beyond the operand */
    INSTRUCTION_CLEARS = 512,   /* xor of a register with itself */
    INSTRUCTION_NARROW = 1024   /* addresses have 32 bits */
};

struct instruction {
    uint8_t length;
    uint8_t kind;               /* enum instruction_kind */
    uint16_t flags;             /* enum instruction_flag */
    uint16_t size;              /* bytes of the operand in memory */
    uint8_t base, index, scale; /* of its address */
    uint8_t reg, rm, third;     /* third: read by three-operand forms, too */
    int32_t displacement;
    int64_t immediate;
};

/* Decode the instruction at BYTES, of which LIMIT may be read. False when it is
 * unknown, or longer than LIMIT. */
bool decode(struct instruction *out, const uint8_t *bytes, size_t limit);

/* Where the operand in memory of INSTRUCTION, which stands at PC, is; REGISTERS
 * has the values of the first 16. Those relative to a segment come without its
 * base. */
uintptr_t decode_address(const struct instruction *instruction, uintptr_t pc,
                         const uint64_t registers[static 16]);

#endif
