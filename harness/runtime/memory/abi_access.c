/* Plain accesses, as compilers announce them: just before they happen. */
#include "abi.h"

#define NOTE(address, size, flags)                             \
    do {                                                       \
        if (access_is_watched(address))                        \
            access_note((address), (size), (flags), CALLER()); \
    } while (0)

/* PREFIX and SIZE of the name; what is accessed is SIZE bytes long. */
#define PLAIN(prefix, size)                                  \
    ABI(void, __tsan_##prefix##read##size, (void *address))  \
    {                                                        \
        NOTE(address, size, 0);                              \
    }                                                        \
    ABI(void, __tsan_##prefix##write##size, (void *address)) \
    {                                                        \
        NOTE(address, size, MEMORY_WRITE);                   \
    }

/* Read and then written: what a write may race with, this may, too. */
#define COMPOUND(prefix, size)                                    \
    ABI(void, __tsan_##prefix##read_write##size, (void *address)) \
    {                                                             \
        NOTE(address, size, MEMORY_WRITE);                        \
    }

/* Told apart from plain accesses only when the user asks the compiler to: then
 * they are meant to be seen by others, as atomic ones are. */
static void note_volatile(const volatile void *address, uint32_t size,
                          enum clocks_access kind, const void *pc)
{
    struct access_atomic atomic;
    access_atomic_begin(&atomic, address, size, kind, pc);
    access_atomic_end(&atomic, kind,
                      kind == CLOCKS_LOAD ? __ATOMIC_ACQUIRE : __ATOMIC_RELEASE,
                      0, true);
}

#define VOLATILE(prefix, size)                                        \
    ABI(void, __tsan_##prefix##volatile_read##size, (void *address))  \
    {                                                                 \
        if (access_is_watched(address))                               \
            note_volatile(address, size, CLOCKS_LOAD, CALLER());      \
    }                                                                 \
    ABI(void, __tsan_##prefix##volatile_write##size, (void *address)) \
    {                                                                 \
        if (access_is_watched(address))                               \
            note_volatile(address, size, CLOCKS_STORE, CALLER());     \
    }

/* Called by hand, with the program counter to show. */
#define PC(size)                                                  \
    ABI(void, __tsan_read##size##_pc, (void *address, void *pc))  \
    {                                                             \
        if (access_is_watched(address))                           \
            access_note(address, size, 0, pc);                    \
    }                                                             \
    ABI(void, __tsan_write##size##_pc, (void *address, void *pc)) \
    {                                                             \
        if (access_is_watched(address))                           \
            access_note(address, size, MEMORY_WRITE, pc);         \
    }

#define ACCESS(size)           \
    PLAIN(, size)              \
    PLAIN(unaligned_, size)    \
    COMPOUND(, size)           \
    COMPOUND(unaligned_, size) \
    VOLATILE(, size)           \
    VOLATILE(unaligned_, size) \
    PC(size)

ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

/* -- Of any size ------------------------------------------------------------*/

ABI(void, __tsan_read_range, (void *address, size_t size))
{
    if (access_mode)
        access_note_range(address, size, 0, CALLER());
}

ABI(void, __tsan_write_range, (void *address, size_t size))
{
    if (access_mode)
        access_note_range(address, size, MEMORY_WRITE, CALLER());
}

ABI(void, __tsan_read_range_pc, (void *address, size_t size, void *pc))
{
    if (access_mode)
        access_note_range(address, size, 0, pc);
}

ABI(void, __tsan_write_range_pc, (void *address, size_t size, void *pc))
{
    if (access_mode)
        access_note_range(address, size, MEMORY_WRITE, pc);
}

/* -- Pointers to tables of virtual functions --------------------------------*/

/* Each constructor and destructor sets it; most set what is there already,
 * which is no change anybody could see. */
ABI(void, __tsan_vptr_update, (void **vptr, void *value))
{
    if (access_is_watched(vptr) && *vptr != value)
        access_note(vptr, sizeof(*vptr), MEMORY_WRITE, CALLER());
}

ABI(void, __tsan_vptr_read, (void **vptr))
{
    NOTE(vptr, sizeof(*vptr), 0);
}
