#include "decode_table.h"

#include "decode.h"

#define ROW(map, prefixes, mask, value, digit, kind, roles, size, imm) \
    {MAP_##map,          P_##prefixes, mask,        value,    digit,   \
     INSTRUCTION_##kind, roles,        SIZE_##size, IMM_##imm},
#define PLAIN(map, prefixes, mask, value, roles, size, imm) \
    ROW(map, prefixes, mask, value, EACH, PLAIN, roles, size, imm)
#define GROUP(map, prefixes, mask, value, digit, roles, size, imm) \
    ROW(map, prefixes, mask, value, digit, PLAIN, (roles) | NO_G, size, imm)

/* clang-format off */
const struct opcode_row opcode_rows[] = {
    /* -- Integer: arithmetic -- */
    PLAIN(1, ANY, 0xff, 0x38, R_E | G_READ, 1, NONE) /* cmp */
    PLAIN(1, ANY, 0xff, 0x39, R_E | G_READ, V, NONE)
    PLAIN(1, ANY, 0xff, 0x3a, R_E | G_READ, 1, NONE)
    PLAIN(1, ANY, 0xff, 0x3b, R_E | G_READ, V, NONE)
    PLAIN(1, ANY, 0xff, 0x3c, 0, NONE, 1)
    PLAIN(1, ANY, 0xff, 0x3d, 0, NONE, Z)
    PLAIN(1, ANY, 0xc7, 0x00, IN_E, 1, NONE) /* add .. xor */
    PLAIN(1, ANY, 0xc7, 0x01, IN_E, V, NONE)
    PLAIN(1, ANY, 0xc7, 0x02, IN_G, 1, NONE)
    PLAIN(1, ANY, 0xc7, 0x03, IN_G, V, NONE)
    PLAIN(1, ANY, 0xc7, 0x04, 0, NONE, 1)
    PLAIN(1, ANY, 0xc7, 0x05, 0, NONE, Z)
    GROUP(1, ANY, 0xff, 0x80, 7, R_E, 1, 1) /* cmp */
    GROUP(1, ANY, 0xff, 0x81, 7, R_E, V, Z)
    GROUP(1, ANY, 0xff, 0x83, 7, R_E, V, 1)
    GROUP(1, ANY, 0xff, 0x80, EACH, RW_E, 1, 1)
    GROUP(1, ANY, 0xff, 0x81, EACH, RW_E, V, Z)
    GROUP(1, ANY, 0xff, 0x83, EACH, RW_E, V, 1)
    PLAIN(1, ANY, 0xff, 0x63, TO_G, 4, NONE) /* movsxd */
    PLAIN(1, ANY, 0xff, 0x69, TO_G, V, Z) /* imul */
    PLAIN(1, ANY, 0xff, 0x6b, TO_G, V, 1)
    PLAIN(1, ANY, 0xff, 0x84, R_E | G_READ, 1, NONE) /* test */
    PLAIN(1, ANY, 0xff, 0x85, R_E | G_READ, V, NONE)
    PLAIN(1, ANY, 0xff, 0xa8, 0, NONE, 1)
    PLAIN(1, ANY, 0xff, 0xa9, 0, NONE, Z)
    PLAIN(1, ANY, 0xff, 0x86, IN_E | G_WRITE | ALWAYS_LOCKED, 1, NONE) /* xchg */
    PLAIN(1, ANY, 0xff, 0x87, IN_E | G_WRITE | ALWAYS_LOCKED, V, NONE)
    GROUP(1, ANY, 0xff, 0xc0, EACH, RW_E, 1, 1) /* shifts */
    GROUP(1, ANY, 0xff, 0xc1, EACH, RW_E, V, 1)
    GROUP(1, ANY, 0xfd, 0xd0, EACH, RW_E, 1, NONE)
    GROUP(1, ANY, 0xfd, 0xd1, EACH, RW_E, V, NONE)
    GROUP(1, ANY, 0xff, 0xf6, 0, R_E, 1, 1) /* test */
    GROUP(1, ANY, 0xff, 0xf6, 1, R_E, 1, 1)
    GROUP(1, ANY, 0xff, 0xf7, 0, R_E, V, Z)
    GROUP(1, ANY, 0xff, 0xf7, 1, R_E, V, Z)
    GROUP(1, ANY, 0xff, 0xf6, 2, RW_E, 1, NONE) /* not, neg */
    GROUP(1, ANY, 0xff, 0xf6, 3, RW_E, 1, NONE)
    GROUP(1, ANY, 0xff, 0xf7, 2, RW_E, V, NONE)
    GROUP(1, ANY, 0xff, 0xf7, 3, RW_E, V, NONE)
    ROW(1, ANY, 0xff, 0xf6, EACH, WIDE, R_E | NO_G, 1, NONE) /* mul, div */
    ROW(1, ANY, 0xff, 0xf7, EACH, WIDE, R_E | NO_G, V, NONE)
    GROUP(1, ANY, 0xff, 0xfe, 0, RW_E, 1, NONE) /* inc, dec */
    GROUP(1, ANY, 0xff, 0xfe, 1, RW_E, 1, NONE)
    GROUP(1, ANY, 0xff, 0xff, 0, RW_E, V, NONE)
    GROUP(1, ANY, 0xff, 0xff, 1, RW_E, V, NONE)
    ROW(1, ANY, 0xfe, 0x98, EACH, WIDE, 0, NONE, NONE) /* cdqe, cqo */

    /* -- Moves -- */
    PLAIN(1, ANY, 0xff, 0x88, TO_E, 1, NONE)
    PLAIN(1, ANY, 0xff, 0x89, TO_E, V, NONE)
    PLAIN(1, ANY, 0xff, 0x8a, TO_G, 1, NONE)
    PLAIN(1, ANY, 0xff, 0x8b, TO_G, V, NONE)
    PLAIN(1, ANY, 0xff, 0x8c, W_E | NO_G, 2, NONE) /* segments */
    PLAIN(1, ANY, 0xff, 0x8e, R_E | NO_G, 2, NONE)
    PLAIN(1, ANY, 0xff, 0x8d, TO_G, NONE, NONE) /* lea */
    ROW(1, ANY, 0xff, 0xa0, EACH, PLAIN, E_READ | G_WRITE, 1, ADDRESS)
    ROW(1, ANY, 0xff, 0xa1, EACH, PLAIN, E_READ | G_WRITE, V, ADDRESS)
    ROW(1, ANY, 0xff, 0xa2, EACH, PLAIN, E_WRITE | G_READ, 1, ADDRESS)
    ROW(1, ANY, 0xff, 0xa3, EACH, PLAIN, E_WRITE | G_READ, V, ADDRESS)
    PLAIN(1, ANY, 0xf8, 0xb0, E_WRITE | OPCODE_REGISTER, NONE, 1)
    PLAIN(1, ANY, 0xf8, 0xb8, E_WRITE | OPCODE_REGISTER, NONE, V)
    GROUP(1, ANY, 0xff, 0xc6, 0, W_E, 1, 1)
    GROUP(1, ANY, 0xff, 0xc7, 0, W_E, V, Z)
    PLAIN(1, ANY, 0xff, 0x90, 0, NONE, NONE) /* nop */
    PLAIN(1, ANY, 0xf8, 0x90, E_READ | E_WRITE | OPCODE_REGISTER, NONE, NONE)
    PLAIN(1, ANY, 0xff, 0x9b, 0, NONE, NONE) /* fwait */
    PLAIN(1, ANY, 0xfe, 0x9e, 0, NONE, NONE) /* sahf, lahf */
    PLAIN(1, ANY, 0xff, 0xf5, 0, NONE, NONE) /* flags */
    PLAIN(1, ANY, 0xfe, 0xf8, 0, NONE, NONE)
    PLAIN(1, ANY, 0xfe, 0xfc, 0, NONE, NONE)

    /* -- Strings -- */
    ROW(1, ANY, 0xff, 0xa4, EACH, MOVS, 0, 1, NONE)
    ROW(1, ANY, 0xff, 0xa5, EACH, MOVS, 0, V, NONE)
    ROW(1, ANY, 0xff, 0xa6, EACH, CMPS, 0, 1, NONE)
    ROW(1, ANY, 0xff, 0xa7, EACH, CMPS, 0, V, NONE)
    ROW(1, ANY, 0xff, 0xaa, EACH, STOS, 0, 1, NONE)
    ROW(1, ANY, 0xff, 0xab, EACH, STOS, 0, V, NONE)
    ROW(1, ANY, 0xff, 0xac, EACH, LODS, 0, 1, NONE)
    ROW(1, ANY, 0xff, 0xad, EACH, LODS, 0, V, NONE)
    ROW(1, ANY, 0xff, 0xae, EACH, SCAS, 0, 1, NONE)
    ROW(1, ANY, 0xff, 0xaf, EACH, SCAS, 0, V, NONE)

    /* -- The stack and the way of the program -- */
    ROW(1, ANY, 0xf8, 0x50, EACH, STACK, E_READ | OPCODE_REGISTER, NONE, NONE)
    ROW(1, ANY, 0xf8, 0x58, EACH, STACK, E_WRITE | OPCODE_REGISTER, NONE, NONE)
    ROW(1, ANY, 0xff, 0x68, EACH, STACK, 0, NONE, Z)
    ROW(1, ANY, 0xff, 0x6a, EACH, STACK, 0, NONE, 1)
    ROW(1, ANY, 0xff, 0x8f, 0, STACK, W_E | NO_G, STACK, NONE)
    ROW(1, ANY, 0xfe, 0x9c, EACH, STACK, 0, NONE, NONE)
    ROW(1, ANY, 0xff, 0xc8, EACH, STACK, 0, NONE, 3)
    ROW(1, ANY, 0xff, 0xc9, EACH, STACK, 0, NONE, NONE)
    ROW(1, ANY, 0xff, 0xff, 6, STACK, R_E | NO_G, STACK, NONE)
    ROW(1, ANY, 0xff, 0xff, 2, CALL, R_E | NO_G, 8, NONE)
    ROW(1, ANY, 0xff, 0xff, 3, CALL, R_E | NO_G, FAR, NONE)
    ROW(1, ANY, 0xff, 0xff, 4, STOP, R_E | NO_G, 8, NONE)
    ROW(1, ANY, 0xff, 0xff, 5, STOP, R_E | NO_G, FAR, NONE)
    ROW(1, ANY, 0xff, 0xe8, EACH, CALL, 0, NONE, 4)
    ROW(1, ANY, 0xff, 0xe9, EACH, JUMP, 0, NONE, 4)
    ROW(1, ANY, 0xff, 0xeb, EACH, JUMP, 0, NONE, 1)
    ROW(1, ANY, 0xf0, 0x70, EACH, BRANCH, 0, NONE, 1)
    ROW(1, ANY, 0xfc, 0xe0, EACH, BRANCH, 0, NONE, 1)
    ROW(1, ANY, 0xff, 0xc2, EACH, STOP, 0, NONE, 2)
    ROW(1, ANY, 0xff, 0xc3, EACH, STOP, 0, NONE, NONE)
    ROW(1, ANY, 0xff, 0xcc, EACH, STOP, 0, NONE, NONE)
    ROW(1, ANY, 0xff, 0xf4, EACH, STOP, 0, NONE, NONE)

    /* -- x87 -- */
    GROUP(1, ANY, 0xff, 0xd8, EACH, R_E, 4, NONE)
    GROUP(1, ANY, 0xff, 0xd9, 0, R_E, 4, NONE)
    GROUP(1, ANY, 0xff, 0xd9, 1, HAS_E, NONE, NONE) /* fxch */
    GROUP(1, ANY, 0xff, 0xd9, 2, W_E, 4, NONE)
    GROUP(1, ANY, 0xff, 0xd9, 3, W_E, 4, NONE)
    GROUP(1, ANY, 0xff, 0xd9, 4, R_E, 28, NONE)
    GROUP(1, ANY, 0xff, 0xd9, 5, R_E, 2, NONE)
    GROUP(1, ANY, 0xff, 0xd9, 6, W_E, 28, NONE)
    GROUP(1, ANY, 0xff, 0xd9, 7, W_E, 2, NONE)
    GROUP(1, ANY, 0xff, 0xda, EACH, R_E, 4, NONE)
    GROUP(1, ANY, 0xff, 0xdb, 0, R_E, 4, NONE)
    GROUP(1, ANY, 0xff, 0xdb, 5, R_E, 10, NONE)
    GROUP(1, ANY, 0xff, 0xdb, 7, W_E, 10, NONE)
    GROUP(1, ANY, 0xff, 0xdb, EACH, W_E, 4, NONE)
    GROUP(1, ANY, 0xff, 0xdc, EACH, R_E, 8, NONE)
    GROUP(1, ANY, 0xff, 0xdd, 0, R_E, 8, NONE)
    GROUP(1, ANY, 0xff, 0xdd, 7, W_E, 2, NONE)
    GROUP(1, ANY, 0xff, 0xdd, EACH, W_E, 8, NONE)
    GROUP(1, ANY, 0xff, 0xde, EACH, R_E, 2, NONE)
    GROUP(1, ANY, 0xff, 0xdf, 0, R_E, 2, NONE)
    GROUP(1, ANY, 0xff, 0xdf, 4, R_E, 10, NONE)
    GROUP(1, ANY, 0xff, 0xdf, 5, R_E, 8, NONE)
    GROUP(1, ANY, 0xff, 0xdf, 6, W_E, 10, NONE)
    GROUP(1, ANY, 0xff, 0xdf, 7, W_E, 8, NONE)
    GROUP(1, ANY, 0xff, 0xdf, EACH, W_E, 2, NONE)

    /* -- Integer, after 0f -- */
    GROUP(0F, ANY, 0xfe, 0x00, EACH, HAS_E, NONE, NONE) /* xgetbv, rdtscp */
    ROW(0F, ANY, 0xff, 0x05, EACH, PLAIN, 0, NONE, NONE) /* syscall */
    ROW(0F, ANY, 0xff, 0x0b, EACH, STOP, 0, NONE, NONE) /* ud2 */
    GROUP(0F, ANY, 0xff, 0x0d, EACH, HAS_E, NONE, NONE) /* prefetchw */
    GROUP(0F, ANY, 0xf8, 0x18, EACH, HAS_E, NONE, NONE) /* prefetch, nop */
    ROW(0F, ANY, 0xff, 0x31, EACH, WIDE, 0, NONE, NONE) /* rdtsc */
    ROW(0F, ANY, 0xff, 0xa2, EACH, WIDE, 0, NONE, NONE) /* cpuid */
    ROW(0F, ANY, 0xff, 0xb9, EACH, STOP, HAS_E, NONE, NONE) /* ud1 */
    PLAIN(0F, ANY, 0xf0, 0x40, IN_G, V, NONE) /* cmov */
    ROW(0F, ANY, 0xf0, 0x80, EACH, BRANCH, 0, NONE, 4)
    GROUP(0F, ANY, 0xf0, 0x90, EACH, W_E, 1, NONE) /* setcc */
    PLAIN(0F, ANY, 0xff, 0xa3, R_E | G_READ | BIT_NUMBER, V, NONE)
    PLAIN(0F, ANY, 0xff, 0xab, RW_E | BIT_NUMBER, V, NONE) /* bts */
    PLAIN(0F, ANY, 0xff, 0xb3, RW_E | BIT_NUMBER, V, NONE) /* btr */
    PLAIN(0F, ANY, 0xff, 0xbb, RW_E | BIT_NUMBER, V, NONE) /* btc */
    GROUP(0F, ANY, 0xff, 0xba, 4, R_E, V, 1) /* bt */
    GROUP(0F, ANY, 0xff, 0xba, EACH, RW_E, V, 1)
    PLAIN(0F, ANY, 0xf7, 0xa4, IN_E, V, 1) /* shld, shrd */
    PLAIN(0F, ANY, 0xf7, 0xa5, IN_E, V, NONE)
    GROUP(0F, PACKED, 0xff, 0xae, 0, W_E, 512, NONE) /* fxsave */
    GROUP(0F, PACKED, 0xff, 0xae, 1, R_E, 512, NONE)
    GROUP(0F, NONE, 0xff, 0xae, 2, R_E, 4, NONE) /* ldmxcsr */
    GROUP(0F, NONE, 0xff, 0xae, 3, W_E, 4, NONE)
    GROUP(0F, ANY, 0xff, 0xae, EACH, HAS_E, NONE, NONE) /* fences */
    PLAIN(0F, ANY, 0xff, 0xaf, IN_G, V, NONE) /* imul */
    ROW(0F, ANY, 0xff, 0xb0, EACH, COMPARE, IN_E, 1, NONE) /* cmpxchg */
    ROW(0F, ANY, 0xff, 0xb1, EACH, COMPARE, IN_E, V, NONE)
    PLAIN(0F, ANY, 0xff, 0xb6, TO_G, 1, NONE) /* movzx */
    PLAIN(0F, ANY, 0xff, 0xb7, TO_G, 2, NONE)
    PLAIN(0F, F3, 0xff, 0xb8, TO_G, V, NONE) /* popcnt */
    PLAIN(0F, ANY, 0xfe, 0xbc, TO_G, V, NONE) /* bsf, bsr */
    PLAIN(0F, ANY, 0xff, 0xbe, TO_G, 1, NONE) /* movsx */
    PLAIN(0F, ANY, 0xff, 0xbf, TO_G, 2, NONE)
    PLAIN(0F, ANY, 0xff, 0xc0, IN_E | G_WRITE, 1, NONE) /* xadd */
    PLAIN(0F, ANY, 0xff, 0xc1, IN_E | G_WRITE, V, NONE)
    PLAIN(0F, NONE, 0xff, 0xc3, TO_E, Y, NONE) /* movnti */
    ROW(0F, ANY, 0xff, 0xc7, 1, COMPARE, RW_E | NO_G, PAIR, NONE)
    GROUP(0F, ANY, 0xff, 0xc7, EACH, HAS_E | E_WRITE, NONE, NONE) /* rdrand */
    PLAIN(0F, ANY, 0xf8, 0xc8, E_READ | E_WRITE | OPCODE_REGISTER, NONE, NONE)
    PLAIN(38, PACKED, 0xff, 0xf0, TO_G, V, NONE) /* movbe */
    PLAIN(38, PACKED, 0xff, 0xf1, TO_E, V, NONE)
    PLAIN(38, F2, 0xff, 0xf0, IN_G, 1, NONE) /* crc32 */
    PLAIN(38, F2, 0xff, 0xf1, IN_G, V, NONE)
    PLAIN(38, ANY, 0xff, 0xf2, TO_G | THREE | ONLY_VEX, Y, NONE) /* andn */
    GROUP(38, ANY, 0xff, 0xf3, EACH, R_E | ONLY_VEX, Y, NONE) /* blsr */
    PLAIN(38, ANY, 0xff, 0xf5, TO_G | THREE | ONLY_VEX, Y, NONE)
    PLAIN(38, ANY, 0xff, 0xf6, TO_G | THREE | ONLY_VEX, Y, NONE)
    PLAIN(38, ANY, 0xff, 0xf7, TO_G | THREE | ONLY_VEX, Y, NONE)
    PLAIN(3A, ANY, 0xff, 0xf0, TO_G | ONLY_VEX, Y, 1) /* rorx */

    /* -- Vectors: moves -- */
    PLAIN(0F, ANY, 0xff, 0x10, TO_G | XMM, REAL, NONE) /* movups, movsd */
    PLAIN(0F, ANY, 0xff, 0x11, TO_E | XMM, REAL, NONE)
    PLAIN(0F, PACKED, 0xfb, 0x12, IN_G | XMM | THREE, 8, NONE)
    PLAIN(0F, PACKED, 0xfb, 0x13, TO_E | XMM, 8, NONE)
    PLAIN(0F, F2, 0xff, 0x12, TO_G | XMM, DUP, NONE) /* movddup */
    PLAIN(0F, F3, 0xfb, 0x12, TO_G | XMM, VEC, NONE)
    PLAIN(0F, PACKED, 0xff, 0x28, TO_G | XMM, VEC, NONE)
    PLAIN(0F, PACKED, 0xfd, 0x29, TO_E | XMM, VEC, NONE) /* and movnt */
    PLAIN(0F, PACKED, 0xff, 0x6e, TO_G | G_VECTOR, Y, NONE)
    PLAIN(0F, PACKED, 0xff, 0x7e, TO_E | G_VECTOR, Y, NONE)
    PLAIN(0F, F3, 0xff, 0x7e, TO_G | XMM, 8, NONE) /* movq */
    PLAIN(0F, 66, 0xff, 0xd6, TO_E | XMM, 8, NONE)
    PLAIN(0F, ANY, 0xff, 0x6f, TO_G | XMM, VEC, NONE) /* movdqa */
    PLAIN(0F, ANY, 0xff, 0x7f, TO_E | XMM, VEC, NONE)
    PLAIN(0F, PACKED, 0xff, 0xe7, TO_E | XMM, VEC, NONE) /* movntdq */
    PLAIN(0F, F2, 0xff, 0xf0, TO_G | XMM, VEC, NONE) /* lddqu */
    PLAIN(38, 66, 0xff, 0x2a, TO_G | XMM, VEC, NONE) /* movntdqa */

    /* -- Vectors: between integers and reals -- */
    PLAIN(0F, PACKED, 0xff, 0x2a, TO_G | G_VECTOR, 8, NONE)
    PLAIN(0F, SCALAR, 0xff, 0x2a, IN_G | G_VECTOR | THREE, Y, NONE)
    PLAIN(0F, NONE, 0xfe, 0x2c, TO_G | E_VECTOR, 8, NONE)
    PLAIN(0F, ANY, 0xfe, 0x2c, TO_G | E_VECTOR, REAL, NONE)
    PLAIN(0F, NONE, 0xfe, 0x2e, R_E | G_READ | XMM, 4, NONE) /* ucomiss */
    PLAIN(0F, 66, 0xfe, 0x2e, R_E | G_READ | XMM, 8, NONE)
    PLAIN(0F, NONE, 0xff, 0x5a, TO_G | XMM, HALF, NONE) /* cvtps2pd */
    PLAIN(0F, PACKED, 0xff, 0x5a, TO_G | XMM, VEC, NONE)
    PLAIN(0F, ANY, 0xff, 0x5b, TO_G | XMM, VEC, NONE)
    PLAIN(0F, F3, 0xff, 0xe6, TO_G | XMM, HALF, NONE)
    PLAIN(0F, ANY, 0xff, 0xe6, TO_G | XMM, VEC, NONE)

    /* -- Vectors: the rest reads E into G -- */
    PLAIN(0F, PACKED, 0xfe, 0x14, IN_G | XMM | THREE, VEC, NONE)
    PLAIN(0F, PACKED, 0xff, 0x50, TO_G | E_VECTOR, VEC, NONE)
    PLAIN(0F, ANY, 0xff, 0x51, IN_G | XMM | THREE, REAL, NONE)
    PLAIN(0F, ANY, 0xfe, 0x52, IN_G | XMM | THREE, REAL, NONE)
    PLAIN(0F, ANY, 0xf0, 0x50, IN_G | XMM | THREE, REAL, NONE)
    PLAIN(0F, NONE, 0xfe, 0x60, IN_G | XMM, 4, NONE) /* MMX: punpckl */
    PLAIN(0F, NONE, 0xff, 0x62, IN_G | XMM, 4, NONE)
    PLAIN(0F, ANY, 0xff, 0x70, TO_G | XMM, VEC, 1) /* pshufd */
    GROUP(0F, PACKED, 0xfc, 0x70, EACH, HAS_E | E_READ | E_WRITE | E_VECTOR, VEC, 1)
    PLAIN(0F, PACKED, 0xf0, 0x60, IN_G | XMM | THREE, VEC, NONE)
    PLAIN(0F, ANY, 0xff, 0x77, 0, NONE, NONE) /* emms, vzeroupper */
    PLAIN(0F, PACKED, 0xfc, 0x74, IN_G | XMM | THREE, VEC, NONE)
    PLAIN(0F, ANY, 0xfe, 0x7c, IN_G | XMM | THREE, VEC, NONE)
    PLAIN(0F, ANY, 0xff, 0xc2, IN_G | XMM | THREE, REAL, 1)
    PLAIN(0F, PACKED, 0xff, 0xc4, IN_G | G_VECTOR | THREE, 2, 1)
    PLAIN(0F, PACKED, 0xff, 0xc5, TO_G | E_VECTOR, NONE, 1)
    PLAIN(0F, PACKED, 0xff, 0xc6, IN_G | XMM | THREE, VEC, 1)
    PLAIN(0F, PACKED, 0xff, 0xd7, TO_G | E_VECTOR, NONE, NONE)
    PLAIN(0F, PACKED, 0xf0, 0xd0, IN_G | XMM | THREE, VEC, NONE)
    PLAIN(0F, PACKED, 0xf0, 0xe0, IN_G | XMM | THREE, VEC, NONE)
    PLAIN(0F, PACKED, 0xf8, 0xf0, IN_G | XMM | THREE, VEC, NONE)
    PLAIN(0F, PACKED, 0xf8, 0xf8, IN_G | XMM | THREE, VEC, NONE)
    PLAIN(38, PACKED, 0xf0, 0x00, IN_G | XMM | THREE, VEC, NONE)
    PLAIN(38, 66, 0xff, 0x10, IN_G | XMM, VEC, NONE) /* blends */
    PLAIN(38, 66, 0xfe, 0x14, IN_G | XMM, VEC, NONE)
    PLAIN(38, 66, 0xff, 0x18, TO_G | XMM | ONLY_VEX, 4, NONE) /* broadcasts */
    PLAIN(38, 66, 0xff, 0x19, TO_G | XMM | ONLY_VEX, 8, NONE)
    PLAIN(38, 66, 0xff, 0x1a, TO_G | XMM | ONLY_VEX, 16, NONE)
    PLAIN(38, 66, 0xff, 0x58, TO_G | XMM | ONLY_VEX, 4, NONE)
    PLAIN(38, 66, 0xff, 0x59, TO_G | XMM | ONLY_VEX, 8, NONE)
    PLAIN(38, 66, 0xff, 0x5a, TO_G | XMM | ONLY_VEX, 16, NONE)
    PLAIN(38, 66, 0xff, 0x78, TO_G | XMM | ONLY_VEX, 1, NONE)
    PLAIN(38, 66, 0xff, 0x79, TO_G | XMM | ONLY_VEX, 2, NONE)
    PLAIN(38, PACKED, 0xfc, 0x1c, TO_G | XMM, VEC, NONE) /* pabs */
    PLAIN(38, 66, 0xff, 0x17, R_E | G_READ | XMM, VEC, NONE) /* ptest */
    PLAIN(38, 66, 0xef, 0x20, TO_G | XMM, HALF, NONE) /* pmovsx, pmovzx */
    PLAIN(38, 66, 0xef, 0x21, TO_G | XMM, QUARTER, NONE)
    PLAIN(38, 66, 0xef, 0x22, TO_G | XMM, EIGHTH, NONE)
    PLAIN(38, 66, 0xef, 0x23, TO_G | XMM, HALF, NONE)
    PLAIN(38, 66, 0xef, 0x24, TO_G | XMM, QUARTER, NONE)
    PLAIN(38, 66, 0xef, 0x25, TO_G | XMM, HALF, NONE)
    PLAIN(38, 66, 0xfc, 0x28, IN_G | XMM | THREE, VEC, NONE)
    PLAIN(38, 66, 0xfe, 0x36, IN_G | XMM | THREE, VEC, NONE)
    PLAIN(38, 66, 0xff, 0x45, IN_G | XMM | THREE | ONLY_VEX, VEC, NONE)
    PLAIN(38, 66, 0xfe, 0x46, IN_G | XMM | THREE | ONLY_VEX, VEC, NONE)
    PLAIN(38, 66, 0xfe, 0x96, IN_G | XMM | ONLY_VEX, VEC, NONE) /* a*b+c */
    PLAIN(38, 66, 0xfe, 0xa6, IN_G | XMM | ONLY_VEX, VEC, NONE)
    PLAIN(38, 66, 0xfe, 0xb6, IN_G | XMM | ONLY_VEX, VEC, NONE)
    PLAIN(38, 66, 0xf9, 0x98, IN_G | XMM | ONLY_VEX, VEC, NONE)
    PLAIN(38, 66, 0xf9, 0xa8, IN_G | XMM | ONLY_VEX, VEC, NONE)
    PLAIN(38, 66, 0xf9, 0xb8, IN_G | XMM | ONLY_VEX, VEC, NONE)
    PLAIN(38, 66, 0xf9, 0x99, IN_G | XMM | ONLY_VEX, Y, NONE)
    PLAIN(38, 66, 0xf9, 0xa9, IN_G | XMM | ONLY_VEX, Y, NONE)
    PLAIN(38, 66, 0xf9, 0xb9, IN_G | XMM | ONLY_VEX, Y, NONE)
    PLAIN(38, 66, 0xf8, 0x38, IN_G | XMM | THREE, VEC, NONE)
    PLAIN(38, 66, 0xfe, 0x40, IN_G | XMM | THREE, VEC, NONE)
    PLAIN(38, 66, 0xf8, 0xd8, IN_G | XMM | THREE, VEC, NONE) /* aes */
    PLAIN(3A, 66, 0xff, 0x0a, IN_G | XMM | THREE, 4, 1) /* roundss */
    PLAIN(3A, 66, 0xff, 0x0b, IN_G | XMM | THREE, 8, 1)
    PLAIN(3A, 66, 0xfe, 0x08, TO_G | XMM, VEC, 1)
    PLAIN(3A, PACKED, 0xfc, 0x0c, IN_G | XMM | THREE, VEC, 1)
    PLAIN(3A, 66, 0xff, 0x14, TO_E | G_VECTOR, 1, 1) /* pextr */
    PLAIN(3A, 66, 0xff, 0x15, TO_E | G_VECTOR, 2, 1)
    PLAIN(3A, 66, 0xff, 0x16, TO_E | G_VECTOR, Y, 1)
    PLAIN(3A, 66, 0xff, 0x17, TO_E | G_VECTOR, 4, 1)
    PLAIN(3A, 66, 0xdf, 0x18, IN_G | XMM | THREE | ONLY_VEX, 16, 1)
    PLAIN(3A, 66, 0xdf, 0x19, TO_E | XMM | ONLY_VEX, 16, 1)
    PLAIN(3A, 66, 0xff, 0x20, IN_G | G_VECTOR | THREE, 1, 1) /* pinsr */
    PLAIN(3A, 66, 0xff, 0x21, IN_G | XMM | THREE, 4, 1)
    PLAIN(3A, 66, 0xff, 0x22, IN_G | G_VECTOR | THREE, Y, 1)
    PLAIN(3A, 66, 0xfc, 0x40, IN_G | XMM | THREE, VEC, 1)
    PLAIN(3A, 66, 0xff, 0x44, IN_G | XMM | THREE, VEC, 1) /* pclmul */
    PLAIN(3A, 66, 0xfe, 0x4a, IN_G | XMM | THREE | ONLY_VEX, VEC, 1)
    PLAIN(3A, 66, 0xff, 0x4c, IN_G | XMM | THREE | ONLY_VEX, VEC, 1)
    PLAIN(3A, 66, 0xf8, 0x00, IN_G | XMM | ONLY_VEX, VEC, 1) /* permutes */
    PLAIN(3A, 66, 0xff, 0x46, IN_G | XMM | THREE | ONLY_VEX, VEC, 1)
    PLAIN(3A, 66, 0xfc, 0x60, R_E | G_READ | XMM, VEC, 1) /* pcmpstr */
};
/* clang-format on */
const unsigned opcode_row_count = sizeof(opcode_rows) / sizeof(opcode_rows[0]);
