#include "decode.h"

#include "decode_table.h"

/* -- Reading bytes ----------------------------------------------------------*/

struct reader {
    const uint8_t *at, *end;
    bool short_of; /* read beyond the end */
};

static uint8_t next(struct reader *reader)
{
    if (reader->at < reader->end)
        return *reader->at++;
    reader->short_of = true;
    return 0;
}

/* SIZE bytes, little endian, sign-extended. */
static int64_t next_value(struct reader *reader, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)next(reader) << (8 * i);
    unsigned unused = 64 - 8 * size;
    return size ? (int64_t)(value << unused) >> unused : 0;
}

/* -- Prefixes ---------------------------------------------------------------*/

struct state {
    struct reader reader;
    bool operand_16, address_32, lock, segment;
    uint8_t repeat;       /* f2 or f3; 0: none */
    bool rex, vex, evex;  /* there is one */
    bool w, r, x, b;      /* bits of these */
    bool r2, x2;          /* EVEX: the fifth bit of a vector's number */
    uint8_t third;        /* VEX: vvvv */
    uint8_t vector_bytes; /* of a vector register */
    uint8_t map, opcode;
    uint8_t modrm;
};

/* Legacy prefixes; returns the first byte that is none. */
static uint8_t legacy_prefixes(struct state *state)
{
    for (;;) {
        uint8_t byte = next(&state->reader);
        switch (byte) {
        case 0x66:
            state->operand_16 = true;
            break;
        case 0x67:
            state->address_32 = true;
            break;
        case 0xf0:
            state->lock = true;
            break;
        case 0xf2:
        case 0xf3:
            state->repeat = byte;
            break;
        case 0x26:
        case 0x2e:
        case 0x36:
        case 0x3e:
            break;
        case 0x64:
        case 0x65:
            state->segment = true;
            break;
        default:
            return byte;
        }
        if (state->reader.short_of)
            return 0;
    }
}

/* The last byte of all three: W (not in c5), vvvv, L, pp. */
static void vex_last(struct state *state, uint8_t byte)
{
    static const uint8_t repeats[] = {0, 0, 0xf3, 0xf2};
    state->third = (uint8_t)(~byte >> 3 & 15);
    state->operand_16 = (byte & 3) == 1;
    state->repeat = repeats[byte & 3];
}

/* Three bits of register numbers, inverted. */
static void vex_registers(struct state *state, uint8_t byte)
{
    state->r = !(byte & 0x80);
    state->x = !(byte & 0x40);
    state->b = !(byte & 0x20);
}

/* c5, c4 or 62 has been read. False for maps that are not known. */
static bool vex_prefix(struct state *state, uint8_t first)
{
    state->vex = true;
    uint8_t byte = next(&state->reader);
    if (first == 0xc5) {
        state->map = MAP_0F;
        state->r = !(byte & 0x80);
        vex_last(state, byte);
        state->vector_bytes = byte & 4 ? 32 : 16;
        return true;
    }
    vex_registers(state, byte);
    unsigned map = byte & (first == 0x62 ? 7 : 31);
    if (map < 1 || map > 3)
        return false;
    state->map = (uint8_t)(MAP_0F + map - 1);
    uint8_t last = next(&state->reader);
    vex_last(state, last);
    state->w = last & 0x80;
    if (first == 0xc4) {
        state->vector_bytes = last & 4 ? 32 : 16;
        return true;
    }
    uint8_t evex = next(&state->reader);
    unsigned length = evex >> 5 & 3;
    state->evex = true;
    state->r2 = !(byte & 0x10);
    state->x2 = state->x;
    state->vector_bytes = (uint8_t)(16u << length);
    /* Masked, broadcast, or reserved. */
    return !(evex & 0x17) && length < 3 && (evex & 8);
}

static bool read_opcode(struct state *state)
{
    uint8_t byte = legacy_prefixes(state);
    state->map = MAP_1;
    if ((byte & 0xf0) == 0x40) {
        state->rex = true;
        state->w = byte & 8;
        state->r = byte & 4;
        state->x = byte & 2;
        state->b = byte & 1;
        byte = next(&state->reader);
    }
    if (byte == 0xc5 || byte == 0xc4 || byte == 0x62) {
        if (state->rex || state->operand_16 || state->repeat || state->lock ||
            !vex_prefix(state, byte))
            return false;
        byte = next(&state->reader);
    } else if (byte == 0x0f) {
        state->map = MAP_0F;
        byte = next(&state->reader);
        if (byte == 0x38 || byte == 0x3a) {
            state->map = byte == 0x38 ? MAP_38 : MAP_3A;
            byte = next(&state->reader);
        }
    }
    state->opcode = byte;
    return true;
}

/* -- The row ----------------------------------------------------------------*/

static const struct opcode_row *find_row(const struct state *state)
{
    unsigned prefix = state->repeat == 0xf3   ? P_F3
                      : state->repeat == 0xf2 ? P_F2
                      : state->operand_16     ? P_66
                                              : P_NONE;
    /* Looked at before it is known whether there is one: it decides. */
    int digit = state->reader.at < state->reader.end
                    ? *state->reader.at >> 3 & 7
                    : EACH;
    for (unsigned i = 0; i < opcode_row_count; i++) {
        const struct opcode_row *row = &opcode_rows[i];
        if (row->map == state->map &&
            (state->opcode & row->mask) == row->value &&
            (row->prefixes & prefix) &&
            (row->digit == EACH || row->digit == digit) &&
            (!(row->roles & ONLY_VEX) || state->vex))
            return row;
    }
    return NULL;
}

/* EVEX adds a great many instructions; known are its plain moves. */
static bool is_move(const struct state *state)
{
    static const uint8_t moves[] = {0x10, 0x11, 0x28, 0x29, 0x2b, 0x6e,
                                    0x6f, 0x7e, 0x7f, 0xd6, 0xe7};
    for (unsigned i = 0; state->map == MAP_0F && i < sizeof(moves); i++)
        if (moves[i] == state->opcode)
            return true;
    return false;
}

/* -- Sizes ------------------------------------------------------------------*/

static unsigned operand_bytes(const struct state *state)
{
    return state->w ? 8 : state->operand_16 ? 2 : 4;
}

/* Opcodes that work on MMX registers when there is no prefix. */
static bool is_mmx(const struct state *state)
{
    return !state->vex && !state->operand_16 && !state->repeat &&
           (state->map == MAP_38 || state->map == MAP_3A ||
            (state->opcode & 0xe0) == 0x60 || state->opcode >= 0xd0);
}

static unsigned size_of(const struct state *state, unsigned code)
{
    static const uint16_t fixed[] = {
        [SIZE_1] = 1,   [SIZE_2] = 2,   [SIZE_4] = 4,   [SIZE_8] = 8,
        [SIZE_10] = 10, [SIZE_16] = 16, [SIZE_28] = 28, [SIZE_512] = 512,
    };
    unsigned vector = is_mmx(state) ? 8 : state->vector_bytes;
    if (code <= SIZE_512)
        return fixed[code];
    switch (code) {
    case SIZE_V:
        return operand_bytes(state);
    case SIZE_Y:
        return state->w ? 8 : 4;
    case SIZE_STACK:
        return state->operand_16 ? 2 : 8;
    case SIZE_FAR:
        return 2 + operand_bytes(state);
    case SIZE_PAIR:
        return state->w ? 16 : 8;
    case SIZE_VEC:
        return vector;
    case SIZE_HALF:
        return vector / 2;
    case SIZE_QUARTER:
        return vector / 4;
    case SIZE_EIGHTH:
        return vector / 8;
    case SIZE_DUP:
        return vector > 16 ? vector : 8;
    case SIZE_REAL:
        return state->repeat == 0xf3   ? 4
               : state->repeat == 0xf2 ? 8
                                       : state->vector_bytes;
    default:
        return 0;
    }
}

static unsigned immediate_bytes(const struct state *state, unsigned code)
{
    switch (code) {
    case IMM_1:
        return 1;
    case IMM_2:
        return 2;
    case IMM_3:
        return 3;
    case IMM_4:
        return 4;
    case IMM_Z:
        return state->operand_16 && !state->w ? 2 : 4;
    case IMM_V:
        return operand_bytes(state);
    case IMM_ADDRESS:
        return state->address_32 ? 4 : 8;
    default:
        return 0;
    }
}

/* -- Operands ---------------------------------------------------------------*/

/* The numbers 4 .. 7 mean ah .. bh where bytes are meant and there is no REX.
 */
static uint8_t number(const struct state *state, unsigned low, bool high,
                      bool high2, bool vector, bool byte)
{
    if (vector)
        return (uint8_t)(REGISTER_VECTOR + low + 8 * high + 16 * high2);
    if (byte && !state->rex && low >= 4)
        low -= 4;
    return (uint8_t)(low + 8 * high);
}

static void read_address(struct state *state, struct instruction *out,
                         unsigned scaled)
{
    unsigned mode = state->modrm >> 6, low = state->modrm & 7;
    unsigned bytes = mode == 1 ? 1 : mode == 2 ? 4 : 0;
    out->base = (uint8_t)(low + 8 * state->b);
    out->index = REGISTER_NONE;
    if (low == 4) {
        uint8_t sib = next(&state->reader);
        unsigned index = (sib >> 3 & 7) + 8u * state->x;
        out->base = (uint8_t)((sib & 7) + 8 * state->b);
        out->index = index == 4 ? REGISTER_NONE : (uint8_t)index;
        out->scale = (uint8_t)(1u << (sib >> 6));
        if ((sib & 7) == 5 && !mode) {
            out->base = REGISTER_NONE;
            bytes = 4;
        }
    } else if (low == 5 && !mode) {
        out->base = REGISTER_RIP;
        bytes = 4;
    }
    int64_t displacement = next_value(&state->reader, bytes);
    /* EVEX counts a short one in operands. */
    if (state->evex && bytes == 1)
        displacement *= scaled;
    out->displacement = (int32_t)displacement;
}

/* -- The whole --------------------------------------------------------------*/

static bool is_clearing(const struct state *state,
                        const struct instruction *out)
{
    bool same =
        out->reg == (state->vex ? out->third : out->rm) && out->reg == out->rm;
    if (!same || state->modrm >> 6 != 3)
        return false;
    if (state->map == MAP_1)
        return (state->opcode & 0xf4) == 0x30 || /* xor */
               (state->opcode & 0xfc) == 0x28;   /* sub */
    return state->map == MAP_0F &&
           (state->opcode == 0x57 || state->opcode == 0xef);
}

/* Registers of the x87 are not followed. */
static bool is_x87(const struct state *state)
{
    return state->map == MAP_1 && (state->opcode & 0xf8) == 0xd8;
}

static void set_flags(const struct state *state, const struct opcode_row *row,
                      bool memory, struct instruction *out)
{
    unsigned roles = row->roles, flags = 0;
    if (is_x87(state) && !memory)
        roles = 0;
    flags |= roles & E_READ ? INSTRUCTION_READS : 0;
    flags |= roles & E_WRITE ? INSTRUCTION_WRITES : 0;
    flags |= roles & G_READ ? INSTRUCTION_READS_REG : 0;
    flags |= roles & G_WRITE ? INSTRUCTION_WRITES_REG : 0;
    flags |= roles & BIT_NUMBER ? INSTRUCTION_BITS : 0;
    flags |= state->segment ? INSTRUCTION_SEGMENT : 0;
    flags |= state->address_32 ? INSTRUCTION_NARROW : 0;
    if (state->vex && (roles & THREE) && (roles & G_WRITE)) {
        flags &= ~(unsigned)INSTRUCTION_READS_REG;
        out->third =
            (uint8_t)(state->third + (roles & G_VECTOR ? REGISTER_VECTOR : 0));
    }
    if (memory && row->size != SIZE_NONE) {
        flags |= INSTRUCTION_MEMORY;
        if (state->lock || (roles & ALWAYS_LOCKED))
            flags |= INSTRUCTION_LOCKED;
    } else if (memory) {
        /* lea: made of what the address is made of. */
        flags &= ~(unsigned)(INSTRUCTION_READS | INSTRUCTION_WRITES);
    }
    if (state->repeat && row->kind >= INSTRUCTION_MOVS &&
        row->kind <= INSTRUCTION_SCAS)
        flags |= INSTRUCTION_REPEATED;
    out->flags = (uint16_t)flags;
    if (is_clearing(state, out))
        out->flags |= INSTRUCTION_CLEARS;
}

bool decode(struct instruction *out, const uint8_t *bytes, size_t limit)
{
    struct state state = {
        .reader = {bytes,
                   bytes + (limit < DECODE_LONGEST ? limit : DECODE_LONGEST),
                   false},
        .vector_bytes = 16,
    };
    *out = (struct instruction){.base = REGISTER_NONE,
                                .index = REGISTER_NONE,
                                .reg = REGISTER_NONE,
                                .rm = REGISTER_NONE,
                                .third = REGISTER_NONE,
                                .scale = 1};
    if (!read_opcode(&state) || state.reader.short_of)
        return false;
    const struct opcode_row *row = find_row(&state);
    if (!row || (state.evex && !is_move(&state)))
        return false;
    unsigned size = size_of(&state, row->size);
    bool byte = row->size == SIZE_1, memory = false;
    if (row->roles & HAS_E) {
        state.modrm = next(&state.reader);
        memory = state.modrm >> 6 != 3;
        if (!(row->roles & NO_G))
            out->reg =
                number(&state, state.modrm >> 3 & 7, state.r, state.r2,
                       row->roles & G_VECTOR, byte && state.map == MAP_1);
        if (memory)
            read_address(&state, out, size);
        else
            out->rm = number(&state, state.modrm & 7, state.b, state.x2,
                             row->roles & E_VECTOR, byte);
    } else if (row->roles & OPCODE_REGISTER) {
        out->rm = number(&state, state.opcode & 7, state.b, false, false,
                         row->immediate == IMM_1);
    }
    out->immediate =
        next_value(&state.reader, immediate_bytes(&state, row->immediate));
    if (row->immediate == IMM_ADDRESS) {
        memory = true;
        out->reg = REGISTER_RAX;
    }
    out->kind = row->kind;
    out->size = (uint16_t)size;
    out->length = (uint8_t)(state.reader.at - bytes);
    set_flags(&state, row, memory, out);
    return !state.reader.short_of;
}

uintptr_t decode_address(const struct instruction *instruction, uintptr_t pc,
                         const uint64_t registers[static 16])
{
    uint64_t address = (uint64_t)(int64_t)instruction->displacement;
    if (instruction->base == REGISTER_NONE &&
        instruction->index == REGISTER_NONE && !instruction->displacement)
        address = (uint64_t)instruction->immediate; /* mov of rax */
    if (instruction->base == REGISTER_RIP)
        address += pc + instruction->length;
    else if (instruction->base < 16)
        address += registers[instruction->base];
    if (instruction->index < 16)
        address += registers[instruction->index] * instruction->scale;
    /* Bit -1 is in the byte before. */
    if ((instruction->flags & INSTRUCTION_BITS) && instruction->reg < 16) {
        unsigned bits = 8u * instruction->size;
        unsigned unused = 64 - bits;
        int64_t bit =
            (int64_t)(registers[instruction->reg] << unused) >> unused;
        int64_t step =
            bit >= 0 ? bit / (int)bits : -((-bit + (int)bits - 1) / (int)bits);
        address += (uint64_t)(step * instruction->size);
    }
    if (instruction->flags & INSTRUCTION_NARROW)
        address &= UINT32_MAX;
    return address;
}
