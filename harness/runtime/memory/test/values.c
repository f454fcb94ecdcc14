/* Every entry point of the compilers' hooks, with no harness around: each must
 * do what the operation it stands for does, from an ifunc resolver on. The
 * names are called one by one, whatever this compiler would call. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef unsigned __int128 word128;
typedef uint8_t word8;
typedef uint16_t word16;
typedef uint32_t word32;
typedef uint64_t word64;

static int failures;

#define SAME(a, b)                                                       \
    do {                                                                 \
        if ((a) != (b)) {                                                \
            printf("%s:%d: %s is not %s\n", __FILE__, __LINE__, #a, #b); \
            failures++;                                                  \
        }                                                                \
    } while (0)

/* Not by its own name: compilers know what they are to do and warn, or do it
 * themselves. */
#define CALL(bits, name, type, params) \
    extern type name##_##bits params __asm__("__tsan_atomic" #bits "_" #name);
#define FETCHES(X, bits)                   \
    X(bits, fetch_add, before + value)     \
    X(bits, fetch_sub, before - value)     \
    X(bits, fetch_and, before &value)      \
    X(bits, fetch_or, before | value)      \
    X(bits, fetch_xor, before ^ value)     \
    X(bits, fetch_nand, ~(before & value)) \
    X(bits, exchange, value)

#define DECLARE_FETCH(bits, name, after) \
    CALL(bits, name, word##bits, (volatile word##bits *, word##bits, int))
#define DECLARE(bits)                                                 \
    CALL(bits, load, word##bits, (const volatile word##bits *, int))  \
    CALL(bits, store, void, (volatile word##bits *, word##bits, int)) \
    FETCHES(DECLARE_FETCH, bits)                                      \
    CALL(bits, compare_exchange_val, word##bits,                      \
         (volatile word##bits *, word##bits, word##bits, int, int))   \
    CALL(bits, compare_exchange_strong, int,                          \
         (volatile word##bits *, word##bits *, word##bits, int, int)) \
    CALL(bits, compare_exchange_weak, int,                            \
         (volatile word##bits *, word##bits *, word##bits, int, int))

#define TEST_FETCH(bits, name, after)                                       \
    for (int order = 0; order < 6; order++) {                               \
        word##bits before = (word##bits)PATTERN, value = (word##bits)OTHER; \
        words[1] = before;                                                  \
        SAME(name##_##bits(&words[1], value, order), before);               \
        SAME(words[1], (word##bits)(after));                                \
    }

#define TEST(bits)                                                            \
    DECLARE(bits)                                                             \
    static void test_##bits(void)                                             \
    {                                                                         \
        /* What lies beside it stays as it is. */                             \
        static volatile word##bits words[3];                                  \
        words[0] = words[2] = (word##bits) ~PATTERN;                          \
        FETCHES(TEST_FETCH, bits)                                             \
        for (int order = 0; order < 6; order++) {                             \
            word##bits expected = 5;                                          \
            store_##bits(&words[1], (word##bits)PATTERN, order);              \
            SAME(words[1], (word##bits)PATTERN);                              \
            SAME(load_##bits(&words[1], order | 0x10000), words[1]);          \
            SAME(compare_exchange_strong_##bits(&words[1], &expected, 9,      \
                                                order, 0),                    \
                 0);                                                          \
            SAME(expected, (word##bits)PATTERN);                              \
            SAME(compare_exchange_strong_##bits(&words[1], &expected, 9,      \
                                                order, 0),                    \
                 1);                                                          \
            SAME(words[1], 9);                                                \
            expected = 9;                                                     \
            SAME(compare_exchange_weak_##bits(&words[1], &expected, 7, order, \
                                              0),                             \
                 1);                                                          \
            SAME(compare_exchange_weak_##bits(&words[1], &expected, 7, order, \
                                              0),                             \
                 0);                                                          \
            SAME(expected, 7);                                                \
            SAME(compare_exchange_val_##bits(&words[1], 8, 3, order, 0), 7);  \
            SAME(words[1], 7);                                                \
            SAME(compare_exchange_val_##bits(&words[1], 7, 3, order, 0), 7);  \
            SAME(words[1], 3);                                                \
        }                                                                     \
        SAME(words[0], (word##bits) ~PATTERN);                                \
        SAME(words[2], (word##bits) ~PATTERN);                                \
    }

#define PATTERN (((word128)0x8091a2b3c4d5e6f7 << 64) | 0xfedcba9876543281)
#define OTHER   (((word128)0x1122334455667788 << 64) | 0x99aabbccddeeff03)
TEST(8)
TEST(16)
TEST(32)
TEST(64)
TEST(128)

/* -- libatomic's ------------------------------------------------------------*/

struct odd {
    char bytes[24];
};

extern void load_any(size_t, const volatile void *, void *,
                     int) __asm__("__atomic_load");
extern void store_any(size_t, volatile void *, const void *,
                      int) __asm__("__atomic_store");
extern void exchange_any(size_t, volatile void *, const void *, void *,
                         int) __asm__("__atomic_exchange");
extern _Bool compare_any(size_t, volatile void *, void *, const void *, int,
                         int) __asm__("__atomic_compare_exchange");
extern word128 add_wide(volatile void *, word128,
                        int) __asm__("__atomic_fetch_add_16");
extern word128 load_wide(const volatile void *,
                         int) __asm__("__atomic_load_16");

static void test_libatomic(void)
{
    static const size_t sizes[] = {1, 2, 3, 4, 8, 16, 24};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size_t size = sizes[i];
        _Alignas(16) struct odd object, value, result, zero;
        memset(&object, 0, sizeof(object));
        memset(&zero, 0, sizeof(zero));
        memset(&value, 0x5a, sizeof(value));
        store_any(size, &object, &value, 5);
        SAME(memcmp(&object, &value, size), 0);
        SAME(memcmp(object.bytes + size, zero.bytes, sizeof(zero) - size), 0);
        memset(&result, 0, sizeof(result));
        load_any(size, &object, &result, 5);
        SAME(memcmp(&result, &value, size), 0);
        SAME(memcmp(result.bytes + size, zero.bytes, sizeof(zero) - size), 0);
        exchange_any(size, &object, &zero, &result, 5);
        SAME(memcmp(&object, &zero, size), 0);
        SAME(memcmp(&result, &value, size), 0);
        SAME(compare_any(size, &object, &result, &value, 5, 5), 0);
        SAME(memcmp(&result, &zero, size), 0);
        SAME(compare_any(size, &object, &result, &value, 5, 5), 1);
        SAME(memcmp(&object, &value, size), 0);
    }
    _Alignas(16) static word128 wide = PATTERN;
    SAME(add_wide(&wide, OTHER, 5), PATTERN);
    SAME(load_wide(&wide, 5), PATTERN + OTHER);
}

/* -- Accesses and frames: nothing to see, but they must be there
 * -------------*/

#define SIZES(X) X(1) X(2) X(4) X(8) X(16)
#define ACCESS(size)                                           \
    extern void __tsan_read##size(void *);                     \
    extern void __tsan_write##size(void *);                    \
    extern void __tsan_unaligned_read##size(void *);           \
    extern void __tsan_unaligned_write##size(void *);          \
    extern void __tsan_read_write##size(void *);               \
    extern void __tsan_unaligned_read_write##size(void *);     \
    extern void __tsan_volatile_read##size(void *);            \
    extern void __tsan_volatile_write##size(void *);           \
    extern void __tsan_unaligned_volatile_read##size(void *);  \
    extern void __tsan_unaligned_volatile_write##size(void *); \
    extern void __tsan_read##size##_pc(void *, void *);        \
    extern void __tsan_write##size##_pc(void *, void *);
SIZES(ACCESS)
extern void __tsan_read_range(void *, long);
extern void __tsan_write_range(void *, long);
extern void __tsan_vptr_update(void *, void *);
extern void __tsan_vptr_read(void *);
extern void __tsan_func_entry(void *);
extern void leave_function(void) __asm__("__tsan_func_exit");
extern void __tsan_init(void);
extern void __tsan_atomic_thread_fence(int);
extern void __tsan_atomic_signal_fence(int);

static void test_accesses(void)
{
    static char bytes[64], same[64];
    void *p = bytes;
#define CALL_ALL(size)                        \
    __tsan_read##size(p);                     \
    __tsan_write##size(p);                    \
    __tsan_unaligned_read##size(p);           \
    __tsan_unaligned_write##size(p);          \
    __tsan_read_write##size(p);               \
    __tsan_unaligned_read_write##size(p);     \
    __tsan_volatile_read##size(p);            \
    __tsan_volatile_write##size(p);           \
    __tsan_unaligned_volatile_read##size(p);  \
    __tsan_unaligned_volatile_write##size(p); \
    __tsan_read##size##_pc(p, p);             \
    __tsan_write##size##_pc(p, p);
    SIZES(CALL_ALL)
    __tsan_read_range(p, 63);
    __tsan_write_range(p, 63);
    __tsan_vptr_update(p, p);
    __tsan_vptr_read(p);
    leave_function();
    __tsan_func_entry(p);
    __tsan_init();
    for (int order = 0; order < 6; order++) {
        __tsan_atomic_thread_fence(order);
        __tsan_atomic_signal_fence(order);
    }
    SAME(memcmp(bytes, same, sizeof(bytes)), 0);
}

/* -- Before anything is initialised
 * ------------------------------------------*/

static int chosen, resolved;

static int by_resolver(void)
{
    return chosen;
}

__attribute__((noinline)) static void count(int *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
}

__attribute__((used)) static int (*resolve(void))(void)
{
    count(&resolved);
    return by_resolver;
}
int through_ifunc(void) __attribute__((ifunc("resolve")));

int main(void)
{
    chosen = 42;
    test_8();
    test_16();
    test_32();
    test_64();
    test_128();
    test_libatomic();
    test_accesses();
    SAME(through_ifunc(), 42);
    SAME(resolved > 0, 1);
    return failures != 0;
}
