#include "naming.h"

#include <inttypes.h>
#include <string.h>

#include "check/show.h"
#include "stack.h"
#include "written.h"

enum { ALIASES = 3, REGION_NAME = 160 };

/* The race, and where it is. */
struct raced {
    const struct judge *judge;
    const struct memory *memory;
    const struct memory_race *race;
    const struct memory_whereabouts *about;
    uint64_t backing, offset; /* of the first byte */
    uint64_t size;            /* of the smaller access */
    char region[REGION_NAME]; /* its name, or "" */
};

static void begin(struct raced *raced, const struct judge *judge,
                  uint32_t number)
{
    const struct memory *memory = judge->outcome->memory;
    const struct memory_race *race = &memory->races[number];
    *raced = (struct raced){
        .judge = judge,
        .memory = memory,
        .race = race,
        .about = &memory->whereabouts[number],
        .offset = race->offset,
        .size = race->now.size < race->before.size ? race->now.size
                                                   : race->before.size,
    };
    if (!race->chunk || race->chunk >= MEMORY_CHUNKS)
        return;
    const struct memory_chunk *chunk = &memory->chunks[race->chunk];
    raced->backing = chunk->backing;
    raced->offset += chunk->index * MEMORY_CHUNK_BYTES;
    if (!chunk->name || chunk->name >= sizeof(memory->names))
        return;
    size_t room = sizeof(memory->names) - chunk->name;
    size_t length = strnlen(memory->names + chunk->name, room);
    if (length >= sizeof(raced->region))
        length = sizeof(raced->region) - 1;
    memcpy(raced->region, memory->names + chunk->name, length);
}

/* -- Where it is ------------------------------------------------------------*/

/* As the runtime names regions (objects.c): "/ring" is POSIX shared memory,
 * "mapping 0:1" and "SysV 3" say it themselves, the rest are files. */
static void show_region(struct str *s, const char *name)
{
    static const char *const plain[] = {"mapping ", "SysV "};
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        if (!strncmp(name, plain[i], strlen(plain[i]))) {
            show_text(s, name);
            return;
        }
    bool memfd = !strncmp(name, "/memfd:", 7);
    bool shm = name[0] == '/' && !strchr(name + 1, '/');
    str_add(s, memfd ? "memfd \"" : shm ? "shm \"" : "file \"");
    show_text(s, memfd ? name + 7 : name);
    str_add_char(s, '"');
}

static void show_mapped(struct str *s, const struct raced *raced)
{
    const struct memory_whereabouts *about = raced->about;
    struct location place;
    if (!about->mapped_task ||
        about->mapped_task > segment_task_count(raced->judge->segment) ||
        !judge_locate(raced->judge, about->mapped_site, &place))
        return;
    str_add(s, "    mapped by ");
    show_task(s, raced->judge->segment, about->mapped_task - 1);
    str_add(s, " in ");
    show_location(s, &place);
    str_add_char(s, '\n');
}

static bool is_ancestor(const struct segment *segment, uint32_t ancestor,
                        uint32_t task)
{
    for (int depth = 0; depth < SEGMENT_TASKS; depth++) {
        if (segment_task_process(segment, ancestor) ==
            segment_task_process(segment, task))
            return true;
        uint32_t parent = segment->tasks[task].parent;
        if (!parent || parent > SEGMENT_TASKS)
            return false;
        task = parent - 1;
    }
    return false;
}

/* The newest block of the heap around the address; a child has its parent's
 * blocks. */
static const struct memory_block *find_block(const struct raced *raced)
{
    const struct segment *segment = raced->judge->segment;
    const struct memory_access *now = &raced->race->now;
    uint64_t count = raced->memory->block_count;
    uint64_t kept = count < MEMORY_BLOCKS ? count : MEMORY_BLOCKS;
    for (uint64_t i = 0; now->address && i < kept; i++) {
        const struct memory_block *block =
            &raced->memory->blocks[(count - 1 - i) % MEMORY_BLOCKS];
        if (block->task && block->task <= segment_task_count(segment) &&
            now->address >= block->address &&
            now->address - block->address < block->size &&
            is_ancestor(segment, block->task - 1, now->task))
            return block;
    }
    return NULL;
}

/* The task of the same process whose stack it is, or NO_TASK. */
static uint32_t find_stack(const struct raced *raced)
{
    const struct segment *segment = raced->judge->segment;
    const struct memory_access *now = &raced->race->now;
    size_t count = segment_task_count(segment);
    uint32_t process = segment_task_process(segment, now->task);
    for (uint32_t i = 0; now->address && i < count && i < MEMORY_TASKS; i++) {
        const struct memory_stack *stack = &raced->memory->stacks[i];
        if (now->address >= stack->low && now->address < stack->high &&
            segment_task_process(segment, i) == process)
            return i;
    }
    return NO_TASK;
}

static void show_block(struct naming *naming, const struct raced *raced,
                       const struct memory_block *block)
{
    struct stack stack;
    str_addf(&naming->where, "heap block of %" PRIu64 " bytes", block->size);
    uint64_t inside = raced->race->now.address - block->address;
    if (inside)
        str_addf(&naming->where, "+0x%" PRIx64, inside);
    stack_read(&stack, raced->judge, block->context);
    const struct location *place = stack_place(&stack);
    if (!place)
        return;
    str_add(&naming->more, "    allocated by ");
    show_task(&naming->more, raced->judge->segment, block->task - 1);
    str_add(&naming->more, " in ");
    show_location(&naming->more, place);
    str_add_char(&naming->more, '\n');
}

static void find_where(struct naming *naming, const struct raced *raced)
{
    const struct segment *segment = raced->judge->segment;
    module_path path;
    if (*raced->region) {
        show_region(&naming->where, raced->region);
        str_addf(&naming->where, "+0x%" PRIx64, raced->offset);
        show_mapped(&naming->more, raced);
        return;
    }
    if (stack_module(raced->judge, raced->about->global, path)) {
        const char *slash = strrchr(path, '/');
        str_add(&naming->where, "global variable of ");
        show_text(&naming->where, slash ? slash + 1 : path);
        return;
    }
    const struct memory_block *block = find_block(raced);
    if (block) {
        show_block(naming, raced, block);
        return;
    }
    static const char *const private[] = {[MEMORY_SOMEWHERE] = "memory of ",
                                          [MEMORY_HEAP] = "heap of ",
                                          [MEMORY_FIRST_STACK] = "stack of "};
    uint32_t task = find_stack(raced), kind = raced->about->private;
    if (task != NO_TASK)
        kind = MEMORY_FIRST_STACK;
    else
        task = segment_task_process(segment, raced->race->now.task);
    str_add(&naming->where,
            private[kind <= MEMORY_FIRST_STACK ? kind : MEMORY_SOMEWHERE]);
    show_task(&naming->where, segment, task);
}

/* -- Its name ---------------------------------------------------------------*/

/* What the program said with mps_name_memory(). */
static bool name_by_program(struct naming *naming, const struct raced *raced)
{
    const struct segment *segment = raced->judge->segment;
    uint32_t count = raced->memory->named_count;
    const struct memory_named *named = NULL;
    for (uint32_t i = 0; i < count && i < MEMORY_NAMED; i++) {
        const struct memory_named *one = &raced->memory->named[i];
        /* The last word counts. */
        if (one->backing == raced->backing && raced->offset >= one->offset &&
            raced->offset - one->offset < one->size)
            named = one;
    }
    if (!named)
        return false;
    char type[MEMORY_NAME_BYTES + 1] = "";
    memcpy(type, named->type, MEMORY_NAME_BYTES);
    uint64_t offset = raced->offset - named->offset;
    show_bytes(&naming->name, named->name,
               strnlen(named->name, MEMORY_NAME_BYTES), MEMORY_NAME_BYTES);
    enum symbols_fit fit = SYMBOLS_NO_FIT;
    uint32_t modules = segment->module_count;
    for (uint64_t i = 1; *type && i <= modules && i <= SEGMENT_MODULES; i++) {
        module_path path;
        if (fit == SYMBOLS_NO_FIT &&
            stack_module(raced->judge, i << SITE_MODULE_SHIFT, path))
            fit = symbols_name_typed(raced->judge->outcome->symbols, path, type,
                                     offset, raced->size, &naming->name,
                                     &naming->type);
    }
    if (fit == SYMBOLS_NO_FIT && offset)
        str_addf(&naming->name, "+0x%" PRIx64, offset);
    return true;
}

static bool name_global(struct naming *naming, const struct raced *raced)
{
    module_path path;
    uint64_t global = raced->about->global;
    return stack_module(raced->judge, global, path) &&
           symbols_name_global(raced->judge->outcome->symbols, path,
                               segment_site_offset(global), raced->size,
                               &naming->name, &naming->type) != SYMBOLS_NO_FIT;
}

/* The name by one pointer; the best of them goes into NAMING, others that fit
 * as well beside it. */
struct choice_of_names {
    struct naming *naming;
    enum symbols_fit best;
    uint64_t behind; /* of the best */
    size_t count;
};

static void try_pointer(struct choice_of_names *choice,
                        const struct raced *raced,
                        const struct memory_pointer *pointer)
{
    module_path path;
    struct str name, type;
    if (!stack_module(raced->judge, pointer->site, path))
        return;
    str_init(&name);
    str_init(&type);
    enum symbols_fit fit =
        symbols_name_pointee(raced->judge->outcome->symbols, path,
                             segment_site_offset(pointer->site),
                             pointer->behind, raced->size, &name, &type);
    struct naming *naming = choice->naming;
    bool equal = fit == choice->best && pointer->behind == choice->behind;
    if (fit > choice->best) {
        str_clear(&naming->name);
        str_clear(&naming->type);
        str_add(&naming->name, name.data);
        str_add(&naming->type, type.data);
        choice->best = fit;
        choice->behind = pointer->behind;
        choice->count = 1;
    } else if (fit != SYMBOLS_NO_FIT && equal && choice->count < ALIASES) {
        str_addf(&naming->name, " = %s", name.data);
        choice->count++;
    }
    str_fini(&name);
    str_fini(&type);
}

static enum symbols_fit name_by_pointers(struct naming *naming,
                                         const struct raced *raced)
{
    struct choice_of_names choice = {.naming = naming};
    const struct memory_whereabouts *about = raced->about;
    for (uint32_t i = 0; i < about->pointer_count && i < MEMORY_POINTERS; i++)
        try_pointer(&choice, raced, &about->pointers[i]);
    return choice.best;
}

static void name_by_source(struct naming *naming, const struct raced *raced)
{
    struct written written;
    if (!written_find(&written, raced->judge, raced->race,
                      *raced->region ? raced->offset : UINT64_MAX))
        return;
    str_clear(&naming->name);
    str_clear(&naming->type);
    show_text(&naming->name, written.text);
    show_text(&naming->type, written.type);
    if (!*written.record)
        return;
    str_add(&naming->type, " in ");
    show_text(&naming->type, written.record);
}

void naming_find(struct naming *naming, const struct judge *judge,
                 uint32_t number)
{
    struct raced raced;
    begin(&raced, judge, number);
    str_init(&naming->where);
    str_init(&naming->name);
    str_init(&naming->type);
    str_init(&naming->more);
    find_where(naming, &raced);
    /* The best source first: a pointer that just fits may be another's. */
    if (!name_by_program(naming, &raced) && !name_global(naming, &raced) &&
        name_by_pointers(naming, &raced) != SYMBOLS_EXACT)
        name_by_source(naming, &raced);
}

void naming_fini(struct naming *naming)
{
    str_fini(&naming->where);
    str_fini(&naming->name);
    str_fini(&naming->type);
    str_fini(&naming->more);
}

const char *naming_short(const struct naming *naming)
{
    return naming->name.len ? naming->name.data : naming->where.data;
}
