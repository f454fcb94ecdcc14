/* Atomic operations and fences, which compilers leave to the runtime. */
#include "abi.h"
#include "primitives.h"

#if !defined(__GCC_HAVE_SYNC_COMPARE_AND_SWAP_16)
char primitive_lock128;
#endif

/* A word as a number to compare by: whether it has changed since. */
#define AS_NUMBER(word, bits) \
    ((uint64_t)(word) ^ (bits > 64 ? (uint64_t)((word128)(word) >> 64) : 0))

#define BEGIN(bits, kind)        \
    struct access_atomic atomic; \
    access_atomic_begin(&atomic, a, bits / 8, (kind), CALLER())
#define END(bits, kind, order, found, changed)                 \
    access_atomic_end(&atomic, (kind), primitive_order(order), \
                      AS_NUMBER(found, bits), (changed))

/* -- Loads and stores -------------------------------------------------------*/

#define LOAD_STORE(bits)                                                    \
    ABI(word##bits, __tsan_atomic##bits##_load,                             \
        (const volatile word##bits *a, int order))                          \
    {                                                                       \
        if (!access_is_watched(a))                                          \
            return primitive_load##bits(a, primitive_order(order));         \
        BEGIN(bits, CLOCKS_LOAD);                                           \
        word##bits found = primitive_load##bits(a, primitive_order(order)); \
        END(bits, CLOCKS_LOAD, order, found, false);                        \
        return found;                                                       \
    }                                                                       \
    ABI(void, __tsan_atomic##bits##_store,                                  \
        (volatile word##bits * a, word##bits value, int order))             \
    {                                                                       \
        if (!access_is_watched(a)) {                                        \
            primitive_store##bits(a, value, primitive_order(order));        \
            return;                                                         \
        }                                                                   \
        BEGIN(bits, CLOCKS_STORE);                                          \
        primitive_store##bits(a, value, primitive_order(order));            \
        END(bits, CLOCKS_STORE, order, value, true);                        \
    }

/* -- Read, modify, write ----------------------------------------------------*/

/* What finds in the word what it puts there has changed nothing, however often
 * it is tried: a spinlock that is held. */
#define UPDATE(bits, name, after)                                \
    ABI(word##bits, __tsan_atomic##bits##_##name,                \
        (volatile word##bits * a, word##bits value, int order))  \
    {                                                            \
        if (!access_is_watched(a))                               \
            return after;                                        \
        BEGIN(bits, CLOCKS_UPDATE);                              \
        word##bits found = after;                                \
        END(bits, CLOCKS_UPDATE, order, found,                   \
            primitive_load##bits(a, __ATOMIC_RELAXED) != found); \
        return found;                                            \
    }
#define FETCH(bits, name) \
    UPDATE(bits, fetch_##name, primitive_##name##bits(a, value))
#define UPDATES(bits)                                          \
    UPDATE(bits, exchange, primitive_exchange##bits(a, value)) \
    FETCH_OPERATIONS(FETCH, bits)

/* -- Compare and exchange ---------------------------------------------------*/

#define COMPARE(bits)                                                       \
    static word##bits compare##bits(volatile word##bits *a,                 \
                                    word##bits expected, word##bits value,  \
                                    int order, int failure, const void *pc) \
    {                                                                       \
        struct access_atomic atomic;                                        \
        access_atomic_begin(&atomic, a, bits / 8, CLOCKS_UPDATE, pc);       \
        word##bits found = primitive_cas##bits(a, expected, value);         \
        if (found == expected)                                              \
            END(bits, CLOCKS_UPDATE, order, found, value != found);         \
        else                                                                \
            END(bits, CLOCKS_LOAD, failure, found, false);                  \
        return found;                                                       \
    }                                                                       \
    ABI(word##bits, __tsan_atomic##bits##_compare_exchange_val,             \
        (volatile word##bits * a, word##bits expected, word##bits value,    \
         int order, int failure))                                           \
    {                                                                       \
        if (!access_is_watched(a))                                          \
            return primitive_cas##bits(a, expected, value);                 \
        return compare##bits(a, expected, value, order, failure, CALLER()); \
    }                                                                       \
    COMPARE_INTO(bits, strong)                                              \
    COMPARE_INTO(bits, weak)

#define COMPARE_INTO(bits, how)                                             \
    ABI(int, __tsan_atomic##bits##_compare_exchange_##how,                  \
        (volatile word##bits * a, word##bits * expected, word##bits value,  \
         int order, int failure))                                           \
    {                                                                       \
        word##bits wanted = *expected;                                      \
        word##bits found =                                                  \
            access_is_watched(a)                                            \
                ? compare##bits(a, wanted, value, order, failure, CALLER()) \
                : primitive_cas##bits(a, wanted, value);                    \
        if (found == wanted)                                                \
            return 1;                                                       \
        *expected = found;                                                  \
        return 0;                                                           \
    }

#define ATOMIC(bits) LOAD_STORE(bits) UPDATES(bits) COMPARE(bits)

ATOMIC(8)
ATOMIC(16)
ATOMIC(32)
ATOMIC(64)
ATOMIC(128)

/* -- Fences -----------------------------------------------------------------*/

ABI(void, __tsan_atomic_thread_fence, (int order))
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (access_mode)
        access_fence(primitive_order(order));
}

/* Orders a thread and its own signal handlers, who are one task. */
ABI(void, __tsan_atomic_signal_fence, (int order))
{
    (void)order;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}
