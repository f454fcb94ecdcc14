#include "part.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "map.h"
#include "rows.h"
#include "segment/memory.h"
#include "state.h"
#include "sys.h"

static struct memory *part;

bool part_is_there(void)
{
    struct stat st;
    return !SYS4(SYS_newfstatat, runtime.segment_fd, "", &st, AT_EMPTY_PATH) &&
           (uint64_t)st.st_size == MEMORY_END;
}

static void map_part(void)
{
    /* What stands in the first of the pieces of 64 KiB that the kernel maps
     * around a page that is read comes with one fault. */
    enum { AROUND = 65536 };
    long address = map_shared(runtime.segment_fd, MEMORY_OFFSET,
                              sizeof(struct memory), AROUND);
    if (address < 0)
        return;
    /* Else a core file would have all of it, zeros that become pages. */
    SYS3(SYS_madvise, address, sizeof(struct memory), MADV_DONTDUMP);
    part = (struct memory *)address;
}

static bool is_wanted(void)
{
    return runtime.segment->config.flags & SEGMENT_MEMORY;
}

/* Without what one process does, others would look unordered: all is given up
 * for this iteration. */
static void go_blind(void)
{
    __atomic_store_n(&runtime.segment->control.blind, MEMORY_OFF_SPACE,
                     __ATOMIC_RELEASE);
}

/* The part, NULL without room for all that belongs to it. */
static struct memory *usable(void)
{
    if (!part && part_is_there())
        map_part();
    struct memory *memory = task_rows_map() ? part : NULL;
    if (!memory)
        go_blind();
    return memory;
}

void part_begin(void)
{
    struct memory *memory = is_wanted() ? usable() : NULL;
    /* Written only when it changes: each write copies a page after fork. */
    if (runtime.memory != memory)
        runtime.memory = memory;
}

void part_attach(void)
{
    if (is_wanted())
        runtime.memory = usable();
}

void part_give_up(void)
{
    if (!part)
        return;
    if (runtime.memory)
        go_blind();
    runtime.memory = NULL;
    SYS2(SYS_munmap, part, sizeof(struct memory));
    part = NULL;
}
