/* The instructions that decode.c knows: one row a group of opcodes, the first
 * that fits counts. Intel SDM volume 2, appendix A. */
#ifndef MPS_RUNTIME_GUARD_DECODE_TABLE_H
#define MPS_RUNTIME_GUARD_DECODE_TABLE_H

#include <stdint.h>

/* Opcode maps: one byte; after 0f; 0f 38; 0f 3a. */
enum { MAP_1, MAP_0F, MAP_38, MAP_3A };

/* Prefixes that belong to the opcode. */
enum {
    P_NONE = 1,
    P_66 = 2,
    P_F3 = 4,
    P_F2 = 8,
    P_ANY = 15,
    P_PACKED = P_NONE | P_66,
    P_SCALAR = P_F3 | P_F2
};

/* Sizes of the operand in memory. */
enum operand_size {
    SIZE_NONE, /* not in memory: lea, prefetch, nop */
    SIZE_1,
    SIZE_2,
    SIZE_4,
    SIZE_8,
    SIZE_10,
    SIZE_16,
    SIZE_28,
    SIZE_512,
    SIZE_V,     /* 2, 4 or 8: prefixes 66 and REX.W */
    SIZE_Y,     /* 4 or 8: REX.W */
    SIZE_STACK, /* 8, or 2 with prefix 66 */
    SIZE_FAR,   /* 6 or 10 */
    SIZE_PAIR,  /* cmpxchg8b, cmpxchg16b */
    SIZE_VEC,   /* MMX: 8; SSE: 16; as long as VEX says */
    SIZE_HALF,  /* half, a quarter, an eighth of that */
    SIZE_QUARTER,
    SIZE_EIGHTH,
    SIZE_DUP, /* movddup: 8, or 32 */
    SIZE_REAL /* scalar or packed by prefix: F3 4, F2 8 */
};

enum operand_immediate {
    IMM_NONE,
    IMM_1,
    IMM_2,
    IMM_3,      /* enter */
    IMM_4,      /* always */
    IMM_Z,      /* 2 or 4 */
    IMM_V,      /* 2, 4 or 8 */
    IMM_ADDRESS /* 8: mov between rax and memory */
};

enum operand_roles {
    HAS_E = 1, /* a ModRM byte */
    E_READ = 2,
    E_WRITE = 4,
    G_READ = 8,
    G_WRITE = 16,
    E_VECTOR = 32, /* E is a vector register when it is one */
    G_VECTOR = 64,
    THREE = 128,    /* VEX: the third operand instead of what G was */
    ONLY_VEX = 256, /* exists only with VEX */
    NO_G = 512,     /* the field that would be G is part of the opcode */
    ALWAYS_LOCKED = 1024,
    BIT_NUMBER = 2048,
    OPCODE_REGISTER = 4096 /* E is the register in the opcode's low bits */
};

#define RW_E (HAS_E | E_READ | E_WRITE)
#define R_E  (HAS_E | E_READ)
#define W_E  (HAS_E | E_WRITE)
#define XMM  (E_VECTOR | G_VECTOR)
#define TO_G (R_E | G_WRITE)          /* G := E */
#define IN_G (R_E | G_READ | G_WRITE) /* G := G op E */
#define TO_E (W_E | G_READ)           /* E := G */
#define IN_E (RW_E | G_READ)          /* E := E op G */

enum { EACH = -1 }; /* a digit */

struct opcode_row {
    uint8_t map, prefixes;
    uint8_t mask, value;
    int8_t digit; /* of the ModRM byte's middle field, or EACH */
    uint8_t kind; /* enum instruction_kind */
    uint16_t roles;
    uint8_t size, immediate;
};

extern const struct opcode_row opcode_rows[];
extern const unsigned opcode_row_count;

#endif
