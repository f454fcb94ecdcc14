/* The C library's allocator, interposed: memory that it hands out is new, even
 * if another thread had it before, and what ordered the two was a lock inside
 * the allocator that nobody sees.
 *
 * As long as that is of no interest, which it is in all processes with one
 * thread, a call costs one more test and jump. A program that brings its own
 * allocator never comes here: its symbols are found first. */
#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "context.h"
#include "look.h"
#include "real.h"
#include "whereabouts.h"

#define HEAP(X)       \
    X(malloc)         \
    X(calloc)         \
    X(realloc)        \
    X(reallocarray)   \
    X(free)           \
    X(posix_memalign) \
    X(aligned_alloc)  \
    X(memalign)       \
    X(valloc)         \
    X(pvalloc)

#define FIELD(name) __typeof__(&name) name;
static struct {
    HEAP(FIELD)
    bool resolved, resolving;
} heap;

/* -- Before the real one is known
 * --------------------------------------------*/

/* dlsym() itself may allocate. What it gets then is never given back. */
static _Alignas(16) char early[4096];
static size_t early_used;

static bool is_early(const void *block)
{
    return (const char *)block >= early &&
           (const char *)block < early + sizeof(early);
}

static void *take_early(size_t size)
{
    size_t start = early_used;
    if (size > sizeof(early) - start)
        return NULL;
    early_used += (size + 15) & ~(size_t)15;
    if (early_used > sizeof(early))
        early_used = sizeof(early);
    return early + start;
}

/* Whether the real functions can be called. */
static bool resolve(void)
{
    if (heap.resolving)
        return false;
    heap.resolving = true;
    void *found;
#define FIND(name)                   \
    found = dlsym(RTLD_NEXT, #name); \
    memcpy(&heap.name, &found, sizeof(found));
    HEAP(FIND)
#undef FIND
    heap.resolving = false;
    heap.resolved = true;
    return true;
}

static inline bool is_ready(void)
{
    return __builtin_expect(heap.resolved, 1) || resolve();
}

/* -- New blocks
 * --------------------------------------------------------------*/

/* Also in the middle of interposed calls, by libc: but only for who has the
 * turn, as this is no place to wait for it. */
__attribute__((noinline)) static void hand_out(const void *block, size_t size,
                                               const void *pc)
{
    int saved = errno;
    if (local.attached && is_looked_at() &&
        runtime.segment->control.instrumented &&
        __atomic_load_n(&runtime.segment->schedule.holder, __ATOMIC_RELAXED) ==
            local.task + 1) {
        access_forget_at(block, size);
        whereabouts_block(block, size, context_of(pc));
    }
    errno = saved;
}

static inline void *handed_out(void *block, size_t size, const void *pc)
{
    if (__builtin_expect(access_mode == ACCESS_ALL, 0) && block)
        hand_out(block, size, pc);
    return block;
}

#define PC() __builtin_return_address(0)

/* -- The functions
 * -----------------------------------------------------------*/

EXPORT void *malloc(size_t size)
{
    if (!is_ready())
        return take_early(size);
    return handed_out(heap.malloc(size), size, PC());
}

EXPORT void *calloc(size_t count, size_t size)
{
    size_t bytes;
    if (!is_ready())
        return __builtin_mul_overflow(count, size, &bytes) ? NULL
                                                           : take_early(bytes);
    return handed_out(heap.calloc(count, size), count * size, PC());
}

/* A block that dlsym() got before, or NULL. */
static void *move_early(void *block, size_t size)
{
    void *moved = malloc(size);
    size_t room = (size_t)(early + sizeof(early) - (char *)block);
    if (moved)
        memcpy(moved, block, size < room ? size : room);
    return moved;
}

EXPORT void *realloc(void *block, size_t size)
{
    if (__builtin_expect(is_early(block), 0))
        return move_early(block, size);
    if (!is_ready())
        return block ? NULL : take_early(size);
    return handed_out(heap.realloc(block, size), size, PC());
}

EXPORT void *reallocarray(void *block, size_t count, size_t size)
{
    size_t bytes;
    if (is_early(block) || !is_ready()) {
        if (!__builtin_mul_overflow(count, size, &bytes))
            return realloc(block, bytes);
        errno = ENOMEM;
        return NULL;
    }
    return handed_out(heap.reallocarray(block, count, size), count * size,
                      PC());
}

EXPORT void free(void *block)
{
    if (__builtin_expect(is_early(block), 0) || !is_ready())
        return;
    heap.free(block);
}

EXPORT int posix_memalign(void **block, size_t alignment, size_t size)
{
    if (!is_ready())
        return ENOMEM;
    int result = heap.posix_memalign(block, alignment, size);
    if (!result)
        handed_out(*block, size, PC());
    return result;
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    if (!is_ready())
        return NULL;
    return handed_out(heap.aligned_alloc(alignment, size), size, PC());
}

EXPORT void *memalign(size_t alignment, size_t size)
{
    if (!is_ready())
        return NULL;
    return handed_out(heap.memalign(alignment, size), size, PC());
}

EXPORT void *valloc(size_t size)
{
    if (!is_ready())
        return NULL;
    return handed_out(heap.valloc(size), size, PC());
}

EXPORT void *pvalloc(size_t size)
{
    if (!is_ready())
        return NULL;
    return handed_out(heap.pvalloc(size), size, PC());
}
