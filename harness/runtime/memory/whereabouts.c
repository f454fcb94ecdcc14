#include "whereabouts.h"

#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "modules.h"
#include "objects.h"
#include "segment/memory.h"
#include "state.h"

/* Private memory has no known bounds: what points to something further away
 * points to something else. */
enum { PRIVATE_REACH = 1 << 20, STACK_REACH = 64 << 20 };

/* In order of distance; of equal ones the first that was found. */
static void add_pointer(struct memory_whereabouts *about, uint64_t site,
                        uint64_t behind)
{
    uint32_t at = about->pointer_count;
    while (at && about->pointers[at - 1].behind > behind)
        at--;
    if (at == MEMORY_POINTERS)
        return;
    if (about->pointer_count < MEMORY_POINTERS)
        about->pointer_count++;
    memmove(&about->pointers[at + 1], &about->pointers[at],
            (about->pointer_count - at - 1) * sizeof(about->pointers[0]));
    about->pointers[at] = (struct memory_pointer){site, behind};
}

static void find_pointers(struct memory_whereabouts *about, uintptr_t at,
                          uintptr_t low)
{
    const struct segment_pointers *pointers = &runtime.segment->pointers;
    uint32_t count = pointers->count;
    for (uint32_t i = 0; i < count && i < SEGMENT_POINTERS; i++) {
        uintptr_t to;
        /* The program may have exec'ed another one without such a module. */
        const void *variable = modules_address(pointers->sites[i], sizeof(to));
        if (!variable)
            continue;
        memcpy(&to, variable, sizeof(to));
        if (to >= low && to <= at)
            add_pointer(about, pointers->sites[i], at - to);
    }
}

/* The heap lies between the executable and the break, the stack of the first
 * thread below the executable's name, which the kernel put there. What mmap()
 * gave the allocator or other threads is somewhere. */
static enum memory_private classify(uintptr_t at)
{
    uintptr_t executable = getauxval(AT_PHDR), top = getauxval(AT_EXECFN);
    struct rlimit limit = {0};
    SYS4(SYS_prlimit64, 0, RLIMIT_STACK, NULL, &limit);
    if (at > executable && at < (uintptr_t)SYS1(SYS_brk, 0))
        return MEMORY_HEAP;
    if (at < top && top - at < limit.rlim_cur && top - at < STACK_REACH)
        return MEMORY_FIRST_STACK;
    return MEMORY_SOMEWHERE;
}

void whereabouts_note(uint32_t before, uint32_t offset)
{
    struct memory *memory = runtime.memory;
    if (!memory || memory->race_count == before || before >= MEMORY_RACES)
        return;
    const struct memory_race *race = &memory->races[before];
    struct memory_whereabouts *about = &memory->whereabouts[before];
    uintptr_t at = (uintptr_t)race->now.address + (race->offset - offset);
    uintptr_t low = at > PRIVATE_REACH ? at - PRIVATE_REACH : 0;
    struct region_about region;
    *about = (struct memory_whereabouts){0};
    if (regions_about((const void *)at, &region)) {
        about->mapped_site = region.site;
        about->mapped_task = region.task;
        low = region.start;
    } else {
        about->global = modules_data((const void *)at);
        about->private = classify(at);
    }
    find_pointers(about, at, low);
}

void whereabouts_block(const void *address, size_t size, uint32_t context)
{
    struct memory *memory = runtime.memory;
    if (!memory)
        return;
    memory->blocks[memory->block_count++ % MEMORY_BLOCKS] =
        (struct memory_block){
            .address = (uintptr_t)address,
            .size = size,
            .task = local.task + 1,
            .context = context,
        };
}

void whereabouts_stack(uint32_t task, uintptr_t low, uintptr_t high)
{
    if (runtime.memory && task < MEMORY_TASKS)
        runtime.memory->stacks[task] = (struct memory_stack){low, high};
}

static void copy_name(char to[static MEMORY_NAME_BYTES], const char *from)
{
    size_t length = from ? strnlen(from, MEMORY_NAME_BYTES - 1) : 0;
    memset(to, 0, MEMORY_NAME_BYTES);
    if (length)
        memcpy(to, from, length);
}

void whereabouts_name(uint64_t backing, uint64_t offset, uint64_t size,
                      const char *type, const char *name)
{
    struct memory *memory = runtime.memory;
    if (!memory)
        return;
    /* Named again: every process may do so. */
    uint32_t at = 0;
    while (at < memory->named_count && at < MEMORY_NAMED &&
           (memory->named[at].backing != backing ||
            memory->named[at].offset != offset))
        at++;
    if (at == memory->named_count)
        memory->named_count++;
    if (at >= MEMORY_NAMED)
        return;
    struct memory_named *named = &memory->named[at];
    named->backing = backing;
    named->offset = offset;
    named->size = size;
    copy_name(named->type, type);
    copy_name(named->name, name);
}
