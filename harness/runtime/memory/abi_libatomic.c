/* The calls of libatomic that clang leaves in instrumented code for operations
 * that it thinks the processor cannot do at once: those on 16 bytes without
 * -mcx16, and on structs of other sizes.
 *
 * Here instead of in libatomic, the hooks see them, and they hold between
 * processes, too, where the size allows it at all. */
#include <string.h>

#include "abi.h"
#include "primitives.h"

/* The names are the compiler's own: each function gets its one as a label. */
#define LIBATOMIC(type, name, label, params) \
    EXPORT type name params __asm__(#label); \
    EXPORT type name params

/* -- 16 bytes ---------------------------------------------------------------*/

extern word128 hook_load(const volatile word128 *a,
                         int order) __asm__("__tsan_atomic128_load");
extern void hook_store(volatile word128 *a, word128 value,
                       int order) __asm__("__tsan_atomic128_store");
extern word128 hook_exchange(volatile word128 *a, word128 value,
                             int order) __asm__("__tsan_atomic128_exchange");
extern int
hook_compare(volatile word128 *a, word128 *expected, word128 value, int order,
             int failure) __asm__("__tsan_atomic128_compare_exchange_strong");

LIBATOMIC(word128, load_16, __atomic_load_16,
          (const volatile void *a, int order))
{
    return hook_load(a, order);
}

LIBATOMIC(void, store_16, __atomic_store_16,
          (volatile void *a, word128 value, int order))
{
    hook_store(a, value, order);
}

LIBATOMIC(word128, exchange_16, __atomic_exchange_16,
          (volatile void *a, word128 value, int order))
{
    return hook_exchange(a, value, order);
}

LIBATOMIC(bool, compare_exchange_16, __atomic_compare_exchange_16,
          (volatile void *a, void *expected, word128 value, int order,
           int failure))
{
    return hook_compare(a, expected, value, order, failure);
}

#define FETCH_16(bits, name)                                          \
    extern word128 hook_##name(                                       \
        volatile word128 *a, word128 value,                           \
        int order) __asm__("__tsan_atomic128_fetch_" #name);          \
    LIBATOMIC(word128, fetch_##name##_16, __atomic_fetch_##name##_16, \
              (volatile void *a, word128 value, int order))           \
    {                                                                 \
        return hook_##name(a, value, order);                          \
    }
FETCH_OPERATIONS(FETCH_16, 128)

/* -- Any size ---------------------------------------------------------------*/

/* Sizes that are not a word's need a lock, of this process alone: so does
 * libatomic. */
static char locks[64];

static char *lock_of(const volatile void *a)
{
    char *lock = &locks[((uintptr_t)a >> 4) % sizeof(locks)];
    while (__atomic_test_and_set(lock, __ATOMIC_ACQUIRE))
        ;
    return lock;
}

/* Whether ADDRESS can hold a word of SIZE bytes. */
static bool is_word(const volatile void *address, size_t size)
{
    return size && size <= 16 && !(size & (size - 1)) &&
           !((uintptr_t)address & (size - 1));
}

/* Without a call of memcpy(), which is intercepted. */
static void copy(volatile void *to, const volatile void *from, size_t size)
{
    volatile char *out = to;
    const volatile char *in = from;
    while (size--)
        *out++ = *in++;
}

static bool differs(const volatile void *a, const volatile void *b, size_t size)
{
    const volatile char *left = a, *right = b;
    while (size--)
        if (*left++ != *right++)
            return true;
    return false;
}

/* CALL for the word of SIZE bytes at A, if it is one: then return. */
#define WORD_CASE(bits, call)                   \
    if (is_word(a, size) && size == bits / 8) { \
        call(bits);                             \
    }
#define WORD_CASES(call) \
    WORD_CASE(8, call)   \
    WORD_CASE(16, call)  \
    WORD_CASE(32, call)  \
    WORD_CASE(64, call)  \
    WORD_CASE(128, call)

#define DECLARE(bits)                                                          \
    extern word##bits hook_load##bits(const volatile word##bits *a,            \
                                      int order) __asm__("__tsan_atomic" #bits \
                                                         "_load");             \
    extern void hook_store##bits(volatile word##bits *a, word##bits value,     \
                                 int order) __asm__("__tsan_atomic" #bits      \
                                                    "_store");                 \
    extern word##bits hook_exchange##bits(                                     \
        volatile word##bits *a, word##bits value,                              \
        int order) __asm__("__tsan_atomic" #bits "_exchange");                 \
    extern int hook_compare##bits(                                             \
        volatile word##bits *a, word##bits *expected, word##bits value,        \
        int order, int failure) __asm__("__tsan_atomic" #bits                  \
                                        "_compare_exchange_strong");
DECLARE(8)
DECLARE(16)
DECLARE(32)
DECLARE(64)
DECLARE(128)

/* An access to a struct under a lock: as atomic as any to those who look. */
static struct access_atomic begin(const volatile void *a, size_t size,
                                  enum clocks_access kind, const void *pc)
{
    struct access_atomic atomic = {.noted = false};
    if (access_is_watched(a))
        access_atomic_begin(&atomic, a, (uint32_t)size, kind, pc);
    return atomic;
}

static void end(struct access_atomic *atomic, enum clocks_access kind,
                int order, bool changed)
{
    if (atomic->noted)
        access_atomic_end(atomic, kind, primitive_order(order), 0, changed);
}

LIBATOMIC(void, load_any, __atomic_load,
          (size_t size, const volatile void *a, void *result, int order))
{
#define CALL(bits)                                \
    word##bits found = hook_load##bits(a, order); \
    copy(result, &found, size);                   \
    return
    WORD_CASES(CALL)
#undef CALL
    struct access_atomic atomic = begin(a, size, CLOCKS_LOAD, CALLER());
    char *lock = lock_of(a);
    copy(result, a, size);
    __atomic_clear(lock, __ATOMIC_RELEASE);
    end(&atomic, CLOCKS_LOAD, order, true);
}

LIBATOMIC(void, store_any, __atomic_store,
          (size_t size, volatile void *a, const void *value, int order))
{
#define CALL(bits)                    \
    word##bits word;                  \
    copy(&word, value, size);         \
    hook_store##bits(a, word, order); \
    return
    WORD_CASES(CALL)
#undef CALL
    struct access_atomic atomic = begin(a, size, CLOCKS_STORE, CALLER());
    char *lock = lock_of(a);
    copy(a, value, size);
    __atomic_clear(lock, __ATOMIC_RELEASE);
    end(&atomic, CLOCKS_STORE, order, true);
}

LIBATOMIC(void, exchange_any, __atomic_exchange,
          (size_t size, volatile void *a, const void *value, void *result,
           int order))
{
#define CALL(bits)                                          \
    word##bits word;                                        \
    copy(&word, value, size);                               \
    word##bits found = hook_exchange##bits(a, word, order); \
    copy(result, &found, size);                             \
    return
    WORD_CASES(CALL)
#undef CALL
    struct access_atomic atomic = begin(a, size, CLOCKS_UPDATE, CALLER());
    char *lock = lock_of(a);
    /* RESULT may be where VALUE is. */
    for (size_t i = 0; i < size; i++) {
        char byte = ((const char *)value)[i];
        ((char *)result)[i] = ((volatile char *)a)[i];
        ((volatile char *)a)[i] = byte;
    }
    __atomic_clear(lock, __ATOMIC_RELEASE);
    end(&atomic, CLOCKS_UPDATE, order, true);
}

LIBATOMIC(bool, compare_exchange_any, __atomic_compare_exchange,
          (size_t size, volatile void *a, void *expected, const void *value,
           int order, int failure))
{
#define CALL(bits)                                                       \
    word##bits word, wanted;                                             \
    copy(&word, value, size);                                            \
    copy(&wanted, expected, size);                                       \
    bool changed = hook_compare##bits(a, &wanted, word, order, failure); \
    if (!changed)                                                        \
        copy(expected, &wanted, size);                                   \
    return changed
    WORD_CASES(CALL)
#undef CALL
    struct access_atomic atomic = begin(a, size, CLOCKS_UPDATE, CALLER());
    char *lock = lock_of(a);
    bool same = !differs(a, expected, size);
    if (same)
        copy(a, value, size);
    else
        copy(expected, a, size);
    __atomic_clear(lock, __ATOMIC_RELEASE);
    end(&atomic, same ? CLOCKS_UPDATE : CLOCKS_LOAD, same ? order : failure,
        true);
    return same;
}
