/* Atomic operations of each width, as the compiler's hooks name them: on
 * words of 8 to 128 bits, with a memory order that is known at run time only.
 *
 * The order is that of the program where that may cost less, else the
 * strongest: a stronger one is never wrong. */
#ifndef MPS_RUNTIME_MEMORY_PRIMITIVES_H
#define MPS_RUNTIME_MEMORY_PRIMITIVES_H

#include <stdbool.h>
#include <stdint.h>

typedef uint8_t word8;
typedef uint16_t word16;
typedef uint32_t word32;
typedef uint64_t word64;
__extension__ typedef unsigned __int128 word128;

/* The ones that fetch, by the last part of their names. */
#define FETCH_OPERATIONS(X, bits) \
    X(bits, add)                  \
    X(bits, sub)                  \
    X(bits, and)                  \
    X(bits, or)                   \
    X(bits, xor)                  \
    X(bits, nand)

/* gcc may set bits above the order. */
static inline int primitive_order(int order)
{
    return order & 0x7fff;
}

#define PRIMITIVE_FETCH(bits, name)                                         \
    static inline word##bits primitive_##name##bits(volatile word##bits *a, \
                                                    word##bits value)       \
    {                                                                       \
        return __atomic_fetch_##name(a, value, __ATOMIC_SEQ_CST);           \
    }

#define PRIMITIVES(bits)                                                      \
    static inline word##bits primitive_load##bits(                            \
        const volatile word##bits *a, int order)                              \
    {                                                                         \
        return order == __ATOMIC_RELAXED                                      \
                   ? __atomic_load_n(a, __ATOMIC_RELAXED)                     \
                   : __atomic_load_n(a, __ATOMIC_SEQ_CST);                    \
    }                                                                         \
    static inline void primitive_store##bits(volatile word##bits *a,          \
                                             word##bits value, int order)     \
    {                                                                         \
        if (order == __ATOMIC_RELAXED)                                        \
            __atomic_store_n(a, value, __ATOMIC_RELAXED);                     \
        else if (order == __ATOMIC_RELEASE)                                   \
            __atomic_store_n(a, value, __ATOMIC_RELEASE);                     \
        else                                                                  \
            __atomic_store_n(a, value, __ATOMIC_SEQ_CST);                     \
    }                                                                         \
    static inline word##bits primitive_exchange##bits(volatile word##bits *a, \
                                                      word##bits value)       \
    {                                                                         \
        return __atomic_exchange_n(a, value, __ATOMIC_SEQ_CST);               \
    }                                                                         \
    /* What was found; it was changed if that is EXPECTED. */                 \
    static inline word##bits primitive_cas##bits(                             \
        volatile word##bits *a, word##bits expected, word##bits value)        \
    {                                                                         \
        __atomic_compare_exchange_n(a, &expected, value, false,               \
                                    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);      \
        return expected;                                                      \
    }                                                                         \
    FETCH_OPERATIONS(PRIMITIVE_FETCH, bits)

PRIMITIVES(8)
PRIMITIVES(16)
PRIMITIVES(32)
PRIMITIVES(64)

/* -- 128 bits ---------------------------------------------------------------*/

/* The compiler's own would be calls of libatomic, which the target may not
 * have. A load is a compare-exchange, which faults where the program may not
 * write; so does libatomic's on most processors. */
#if defined(__GCC_HAVE_SYNC_COMPARE_AND_SWAP_16)
static inline word128 primitive_cas128(volatile word128 *a, word128 expected,
                                       word128 value)
{
    return __sync_val_compare_and_swap(a, expected, value);
}
#else
/* One lock for all of them: for threads of one process only. */
extern char primitive_lock128;
static inline word128 primitive_cas128(volatile word128 *a, word128 expected,
                                       word128 value)
{
    while (__atomic_test_and_set(&primitive_lock128, __ATOMIC_ACQUIRE))
        ;
    word128 found = *a;
    if (found == expected)
        *a = value;
    __atomic_clear(&primitive_lock128, __ATOMIC_RELEASE);
    return found;
}
#endif

static inline word128 primitive_load128(const volatile word128 *a, int order)
{
    (void)order;
    union {
        const volatile word128 *given;
        volatile word128 *plain;
    } address = {a};
    return primitive_cas128(address.plain, 0, 0);
}

#define PRIMITIVE_LOOP128(name, expression)                               \
    static inline word128 primitive_##name##128(volatile word128 * a,     \
                                                word128 value)            \
    {                                                                     \
        word128 found = primitive_load128(a, __ATOMIC_SEQ_CST), expected; \
        do {                                                              \
            expected = found;                                             \
            found = primitive_cas128(a, expected, (expression));          \
        } while (found != expected);                                      \
        return found;                                                     \
    }
PRIMITIVE_LOOP128(exchange, value)
PRIMITIVE_LOOP128(add, expected + value)
PRIMITIVE_LOOP128(sub, expected - value)
PRIMITIVE_LOOP128(and, expected &value)
PRIMITIVE_LOOP128(or, expected | value)
PRIMITIVE_LOOP128(xor, expected ^ value)
PRIMITIVE_LOOP128(nand, ~(expected &value))

static inline void primitive_store128(volatile word128 *a, word128 value,
                                      int order)
{
    (void)order;
    primitive_exchange128(a, value);
}

#endif
