/* What programs written for ThreadSanitizer, or for the older dynamic
 * annotations, call by hand. */
#include <string.h>
#include <sys/mman.h>

#include "abi.h"
#include "context.h"
#include "held.h"
#include "look.h"
#include "modules.h"
#include "objects.h"
#include "real.h"
#include "stack.h"

/* -- Edges ------------------------------------------------------------------*/

ABI(void, __tsan_acquire, (void *address))
{
    access_acquire(address);
}

ABI(void, __tsan_release, (void *address))
{
    access_release(address);
}

/* -- Locks of the program's own making
 * ----------------------------------------*/

/* The flags of sanitizer/tsan_interface.h. */
enum {
    MUTEX_READ_LOCK = 1 << 3,
    MUTEX_TRY_LOCK = 1 << 4,
    MUTEX_TRY_LOCK_FAILED = 1 << 5,
    MUTEX_RECURSIVE_UNLOCK = 1 << 7
};

static uint32_t lock_at(void *address, const void *pc)
{
    return object_at(address, OBJECT_MUTEX, modules_site(pc));
}

static void took(void *address, const void *pc)
{
    if (!access_is_watched(address) ||
        look(__builtin_frame_address(0)) == LOOK_AWAY || !is_looked_at())
        return;
    access_acquire(address);
    held_push(lock_at(address, pc), context_of(pc));
}

static void gives(void *address, const void *pc)
{
    if (!access_is_watched(address) ||
        look(__builtin_frame_address(0)) == LOOK_AWAY || !is_looked_at())
        return;
    access_release(address);
    held_pop(lock_at(address, pc));
}

/* Between what is called before and after an operation on such a lock, the
 * lock's own words are of no interest. */
static void ignore(int change)
{
    access_ignore_reads(change);
    access_ignore_writes(change);
}

ABI(void, __tsan_mutex_create, (void *address, unsigned flags))
{
    (void)flags;
    access_forget_sync(address);
}

ABI(void, __tsan_mutex_destroy, (void *address, unsigned flags))
{
    (void)flags;
    access_forget_sync(address);
}

ABI(void, __tsan_mutex_pre_lock, (void *address, unsigned flags))
{
    (void)address, (void)flags;
    ignore(1);
}

ABI(void, __tsan_mutex_post_lock,
    (void *address, unsigned flags, int recursion))
{
    (void)recursion;
    ignore(-1);
    if (!(flags & MUTEX_TRY_LOCK_FAILED))
        took(address, CALLER());
}

ABI(int, __tsan_mutex_pre_unlock, (void *address, unsigned flags))
{
    (void)flags;
    gives(address, CALLER());
    ignore(1);
    return 0;
}

ABI(void, __tsan_mutex_post_unlock, (void *address, unsigned flags))
{
    (void)address, (void)flags;
    ignore(-1);
}

/* Around a signal of a condition that goes with the lock, and around code in
 * the middle of its operations that is to be looked at nevertheless. */
#define AROUND(name, change)                                        \
    ABI(void, __tsan_mutex_##name, (void *address, unsigned flags)) \
    {                                                               \
        (void)address, (void)flags;                                 \
        ignore(change);                                             \
    }
AROUND(pre_signal, 1)
AROUND(post_signal, -1)
AROUND(pre_divert, -1)
AROUND(post_divert, 1)

/* -- Coroutines
 * ---------------------------------------------------------------*/

/* What a task does is in order whichever stack it does it on: only the calls
 * are another list. */
struct fiber {
    struct stack calls;
    struct stack_frame frames[STACK_FRAMES];
};

static __thread struct fiber *current
    __attribute__((tls_model("initial-exec")));

static struct fiber *new_fiber(void)
{
    long at = SYS6(SYS_mmap, 0, sizeof(struct fiber), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct fiber *fiber = (struct fiber *)at;
    if (at < 0 && at > -4096)
        return NULL;
    fiber->calls.bottom = fiber->calls.top = fiber->frames;
    fiber->calls.limit = fiber->frames + STACK_FRAMES;
    return fiber;
}

ABI(void *, __tsan_get_current_fiber, (void))
{
    /* The thread's own calls stay in its own list. */
    if (!current)
        current = new_fiber();
    return current;
}

ABI(void *, __tsan_create_fiber, (unsigned flags))
{
    (void)flags;
    return new_fiber();
}

ABI(void, __tsan_destroy_fiber, (void *fiber))
{
    if (fiber)
        SYS2(SYS_munmap, fiber, sizeof(struct fiber));
}

ABI(void, __tsan_switch_to_fiber, (void *fiber, unsigned flags))
{
    struct fiber *from = __tsan_get_current_fiber(), *to = fiber;
    (void)flags;
    if (!from || !to || from == to)
        return;
    from->calls = stack;
    stack = to->calls;
    current = to;
}

ABI(void, __tsan_set_fiber_name, (void *fiber, const char *name))
{
    (void)fiber, (void)name;
}

/* -- Dynamic annotations
 * --------------------------------------------------------*/

/* All of them say first where they are called. */
#define PLACE const char *file, int line
#define ANNOTATION(name, params, body) \
    ABI(void, Annotate##name, params)  \
    {                                  \
        (void)file, (void)line;        \
        body;                          \
    }

ANNOTATION(HappensBefore, (PLACE, const volatile void *address),
           access_release(address))
ANNOTATION(HappensAfter, (PLACE, const volatile void *address),
           access_acquire(address))
ANNOTATION(RWLockCreate, (PLACE, const volatile void *lock),
           access_forget_sync(lock))
ANNOTATION(RWLockCreateStatic, (PLACE, const volatile void *lock), (void)lock)
ANNOTATION(RWLockDestroy, (PLACE, const volatile void *lock),
           access_forget_sync(lock))

static void *unqualified(const volatile void *address)
{
    void *result;
    memcpy(&result, &address, sizeof(result));
    return result;
}
ANNOTATION(RWLockAcquired, (PLACE, const volatile void *lock, long writes),
           (void)writes;
           took(unqualified(lock), CALLER()))
ANNOTATION(RWLockReleased, (PLACE, const volatile void *lock, long writes),
           (void)writes;
           gives(unqualified(lock), CALLER()))

ANNOTATION(BenignRaceSized,
           (PLACE, const volatile void *address, size_t size, const char *why),
           (void)why;
           access_benign(address, size))
ANNOTATION(BenignRace, (PLACE, const volatile void *address, const char *why),
           (void)why;
           access_benign(address, 1))
ANNOTATION(NewMemory, (PLACE, const volatile void *address, size_t size),
           access_new(address, size))
ANNOTATION(IgnoreReadsBegin, (PLACE), access_ignore_reads(1))
ANNOTATION(IgnoreReadsEnd, (PLACE), access_ignore_reads(-1))
ANNOTATION(IgnoreWritesBegin, (PLACE), access_ignore_writes(1))
ANNOTATION(IgnoreWritesEnd, (PLACE), access_ignore_writes(-1))
ANNOTATION(PublishMemoryRange,
           (PLACE, const volatile void *address, size_t size), (void)size;
           access_release(address))
ANNOTATION(UnpublishMemoryRange,
           (PLACE, const volatile void *address, size_t size), (void)size;
           (void)address)

/* Conditions: signalled, and waited for with the lock that goes with it. */
ANNOTATION(CondVarSignal, (PLACE, const volatile void *condition),
           access_release(condition))
ANNOTATION(CondVarSignalAll, (PLACE, const volatile void *condition),
           access_release(condition))
ANNOTATION(CondVarWait,
           (PLACE, const volatile void *condition, const volatile void *lock),
           (void)lock;
           access_acquire(condition))

/* Of no consequence here. */
ANNOTATION(FlushState, (PLACE), )
ANNOTATION(EnableRaceDetection, (PLACE, int enable), (void)enable)
ANNOTATION(ThreadName, (PLACE, const char *name), (void)name)
ANNOTATION(MutexIsUsedAsCondVar, (PLACE, const volatile void *lock), (void)lock)
ANNOTATION(MutexIsNotPHB, (PLACE, const volatile void *lock), (void)lock)
ANNOTATION(ExpectRace, (PLACE, const volatile void *address, const char *why),
           (void)address;
           (void)why)
ANNOTATION(FlushExpectedRaces, (PLACE), )
ANNOTATION(TraceMemory, (PLACE, const volatile void *address), (void)address)
ANNOTATION(NoOp, (PLACE, const volatile void *address), (void)address)
ANNOTATION(MemoryIsInitialized,
           (PLACE, const volatile void *address, size_t size), (void)address;
           (void)size)
ANNOTATION(MemoryIsUninitialized,
           (PLACE, const volatile void *address, size_t size), (void)address;
           (void)size)

/* -- The rest of ThreadSanitizer's
 * ----------------------------------------------*/

ABI(void, __tsan_flush_memory, (void))
{
}

/* Programs may define these: theirs are found first. */
#define DEFAULT(name)                                                     \
    extern __attribute__((weak, visibility("default"))) const char *name( \
        void);                                                            \
    const char *name(void)                                                \
    {                                                                     \
        return "";                                                        \
    }
DEFAULT(__tsan_default_options)
DEFAULT(__tsan_default_suppressions)
