#include "fixture_test.h"

#include <stdlib.h>
#include <sys/mman.h>

static void begin(struct fixture *fixture, uint32_t tasks)
{
    fixture->ticket = 0;
    for (uint32_t task = 0; task < tasks; task++)
        clocks_begin(fixture->memory, task, task ? 1 : 0);
    fixture->chunk = race_chunk(fixture->memory, 1, 0, 0, "/words");
    if (!fixture->chunk)
        abort();
}

void fixture_init(struct fixture *fixture, uint32_t tasks)
{
    void *at = mmap(NULL, sizeof(struct memory), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
        abort();
    fixture->memory = at;
    begin(fixture, tasks);
}

void fixture_fini(struct fixture *fixture)
{
    munmap(fixture->memory, sizeof(struct memory));
}

void fixture_reset(struct fixture *fixture, uint32_t tasks)
{
    if (madvise(fixture->memory, sizeof(struct memory), MADV_DONTNEED))
        abort();
    begin(fixture, tasks);
}

bool fixture_access(struct fixture *fixture, uint32_t task, uint32_t offset,
                    uint32_t size, uint32_t flags)
{
    const struct memory_access access = {.task = task,
                                         .size = size,
                                         .flags = flags,
                                         .context = (task * 4 + flags) << 16 |
                                                    (offset + 1),
                                         .address = 0x10000 + offset};
    return race_access(fixture->memory, fixture->chunk, offset, &access,
                       ++fixture->ticket);
}

bool fixture_read(struct fixture *fixture, uint32_t task, uint32_t offset)
{
    return fixture_access(fixture, task, offset, 4, 0);
}

bool fixture_write(struct fixture *fixture, uint32_t task, uint32_t offset)
{
    return fixture_access(fixture, task, offset, 4, MEMORY_WRITE);
}

void fixture_lock(struct fixture *fixture, uint32_t task)
{
    clocks_acquire(fixture->memory, task, FIXTURE_LOCK, CLOCKS_LOCK);
}

void fixture_unlock(struct fixture *fixture, uint32_t task)
{
    clocks_release(fixture->memory, task, FIXTURE_LOCK, CLOCKS_REPLACE,
                   CLOCKS_LOCK);
}
