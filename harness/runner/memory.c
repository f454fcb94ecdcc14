#include "memory.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "segment/read.h"

/* -- Mapping
 * --------------------------------------------------------------------*/

struct memory *memory_map(int fd)
{
    struct rlimit limit;
    /* Beyond this one, ftruncate() would not only fail: SIGXFSZ. */
    if (getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur < MEMORY_END ||
        ftruncate(fd, MEMORY_END))
        return NULL;
    void *map = mmap(NULL, sizeof(struct memory), PROT_READ | PROT_WRITE,
                     MAP_SHARED, fd, MEMORY_OFFSET);
    if (map != MAP_FAILED) {
        /* A core file would have it all, as zeros that need pages. */
        madvise(map, sizeof(struct memory), MADV_DONTDUMP);
        return map;
    }
    /* Should this fail, too, the runtime sees the size and tries. */
    (void)!ftruncate(fd, sizeof(struct segment));
    return NULL;
}

void memory_unmap(struct memory *memory)
{
    if (memory)
        munmap(memory, sizeof(*memory));
}

/* -- Starting anew
 * --------------------------------------------------------------*/

/* Give the pages of [FROM, TO) of the memory part back; a page that is not
 * wholly in there is zeroed where it is. */
static void discard(struct memory *memory, int fd, size_t from, size_t to)
{
    enum { PAGE = 4096 };
    size_t first = (from + PAGE - 1) & ~(size_t)(PAGE - 1);
    size_t last = to & ~(size_t)(PAGE - 1);
    char *bytes = (char *)memory;
    if (first >= last ||
        fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                  (off_t)(MEMORY_OFFSET + first), (off_t)(last - first))) {
        memset(bytes + from, 0, to - from);
        return;
    }
    memset(bytes + from, 0, first - from);
    memset(bytes + last, 0, to - last);
}

static uint32_t at_most(uint32_t n, uint32_t max)
{
    return n < max ? n : max;
}

static void clear_rows(struct memory *memory, size_t first, size_t count)
{
    memset(memory->near[first], 0, count * sizeof(memory->near[0]));
}

/* A few tasks and objects are the rule, and giving pages back to get them again
 * costs more than zeroing what was used of them. */
static void clear_near_rows(struct memory *memory, uint32_t tasks,
                            uint32_t objects)
{
    uint32_t syncs = MEMORY_SYNC_OBJECT + 2 * (objects + 1);
    clear_rows(memory, 0,
               at_most(tasks, MEMORY_FIRST_TASKS) * MEMORY_TASK_ROWS);
    clear_rows(memory, MEMORY_FIRST_SYNC_ROW,
               2 * (size_t)at_most(syncs, MEMORY_FIRST_SYNCS));
    if (tasks > MEMORY_FIRST_TASKS)
        clear_rows(memory, MEMORY_TASK_ROW,
                   (tasks - MEMORY_FIRST_TASKS) * MEMORY_TASK_ROWS);
    if (syncs > MEMORY_FIRST_SYNCS)
        clear_rows(memory, MEMORY_SYNC_ROW,
                   2 * (size_t)(syncs - MEMORY_FIRST_SYNCS));
}

static void clear_orders(struct lock_order *orders)
{
    if (orders->used)
        memset(orders, 0, offsetof(struct lock_order, takings));
}

void memory_reset(struct memory *memory, int fd, const struct segment *segment)
{
    enum {
        WORDS = MEMORY_SYNC_ROW + 2 * (MEMORY_SYNC_WORD - MEMORY_FIRST_SYNCS)
    };
    if (!memory || !memory->task_count)
        return;
    /* Those that died while they were being made count, too. */
    uint32_t made = (uint32_t)segment_task_count(segment);
    uint32_t tasks = at_most(
        memory->task_count > made ? memory->task_count : made, MEMORY_TASKS);
    clear_near_rows(memory, tasks,
                    at_most(segment->object_count, SEGMENT_OBJECTS));
    clear_orders(&memory->orders);
    if (memory->word_count || memory->chunk_count || memory->node_count ||
        memory->named_count || memory->block_count)
        discard(memory, fd, offsetof(struct memory, near[WORDS]),
                sizeof(*memory));
    else if (tasks > MEMORY_NEAR)
        discard(memory, fd, offsetof(struct memory, far), sizeof(*memory));
    memset(memory, 0, offsetof(struct memory, near));
}
