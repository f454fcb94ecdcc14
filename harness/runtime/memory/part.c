#include "part.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "segment/memory.h"
#include "state.h"
#include "sys.h"

static struct memory *part;

/* HINT: where it would be good, 0: anywhere. */
static long map_at(long hint)
{
    return SYS6(SYS_mmap, hint, sizeof(struct memory), PROT_READ | PROT_WRITE,
                MAP_SHARED, runtime.segment_fd, MEMORY_OFFSET);
}

bool part_map(void)
{
    struct stat st;
    if (SYS4(SYS_newfstatat, runtime.segment_fd, "", &st, AT_EMPTY_PATH) ||
        (uint64_t)st.st_size != MEMORY_END)
        return false;
    long address = map_at(0);
    if (address < 0)
        return false;
    /* The kernel maps up to 64 KiB around a page that is read, between
     * multiples of that: what stands in the first of them then comes with one
     * fault. */
    if (address % 65536) {
        SYS2(SYS_munmap, address, sizeof(struct memory));
        address = map_at(address & ~65535L);
        if (address < 0)
            return false;
    }
    /* Else a core file would have all of it, zeros that become pages. */
    SYS3(SYS_madvise, address, sizeof(struct memory), MADV_DONTDUMP);
    part = (struct memory *)address;
    return true;
}

static bool is_used(void)
{
    return runtime.segment->schedule.on &&
           (runtime.segment->config.flags & SEGMENT_MEMORY);
}

void part_begin(void)
{
    struct memory *memory = is_used() ? part : NULL;
    /* Written only when it changes: each write copies a page after fork. */
    if (runtime.memory != memory)
        runtime.memory = memory;
}

void part_attach(void)
{
    if (!is_used())
        return;
    part_map();
    runtime.memory = part;
    /* Without what this one does, others would look unordered. The server has
     * it mapped, else nobody would be interested. */
    if (!part)
        __atomic_store_n(&runtime.segment->control.blind, MEMORY_OFF_SPACE,
                         __ATOMIC_RELEASE);
}

void part_give_up(void)
{
    if (!part)
        return;
    if (runtime.memory)
        __atomic_store_n(&runtime.segment->control.blind, MEMORY_OFF_SPACE,
                         __ATOMIC_RELEASE);
    runtime.memory = NULL;
    SYS2(SYS_munmap, part, sizeof(struct memory));
    part = NULL;
}
