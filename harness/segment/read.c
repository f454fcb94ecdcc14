#include "read.h"

#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "base/text.h"

static uint64_t acquire64(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static uint32_t relaxed32(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

bool segment_intact(const struct segment *segment, uint64_t run)
{
    const struct segment_header *header = &segment->header;
    return header->magic == SEGMENT_MAGIC &&
           header->version == SEGMENT_VERSION &&
           header->size == sizeof(*segment) && header->run == run;
}

static bool task_is_plausible(const struct segment *segment, uint32_t task)
{
    const struct segment_task *slot = &segment->tasks[task];
    /* Parents come before their children. */
    return slot->state <= TASK_EXITED && slot->parent <= task &&
           slot->is_thread <= 1 && segment->tasks[task].turn.state <= TURN_DEAD;
}

/* Asked after NUMBER was read: tasks may be made meanwhile. */
static bool is_made(const struct segment *segment, uint32_t number)
{
    return number < __atomic_load_n(&segment->task_count, __ATOMIC_ACQUIRE);
}

bool segment_plausible(const struct segment *segment)
{
    const struct segment_schedule *schedule = &segment->schedule;
    uint32_t holder = __atomic_load_n(&schedule->holder, __ATOMIC_ACQUIRE) &
                      ~SCHEDULE_DECIDING;
    uint32_t alive = relaxed32(&schedule->alive_count);
    if (relaxed32(&schedule->verdict) > SCHEDULE_STEP_BOUND ||
        alive > SCHEDULE_ALIVE ||
        (holder && holder != SCHEDULE_RUNNER && !is_made(segment, holder - 1)))
        return false;
    for (uint32_t i = 0; i < alive; i++)
        if (!is_made(segment,
                     __atomic_load_n(&schedule->alive[i], __ATOMIC_ACQUIRE)))
            return false;
    uint32_t count = relaxed32(&segment->task_count);
    for (uint32_t i = 0; i < count && i < SEGMENT_TASKS; i++)
        if (!task_is_plausible(segment, i))
            return false;
    /* Those that were refused are counted, too. */
    return count <= 2 * SEGMENT_TASKS;
}

uint32_t segment_task_process(const struct segment *segment, uint32_t task)
{
    for (unsigned depth = 0; depth < SEGMENT_TASKS; depth++) {
        const struct segment_task *slot = &segment->tasks[task];
        uint32_t parent = relaxed32(&slot->parent);
        if (!slot->is_thread || !parent || parent > SEGMENT_TASKS)
            break;
        task = parent - 1;
    }
    return task;
}

size_t segment_task_count(const struct segment *segment)
{
    uint32_t count = relaxed32(&segment->task_count);
    return count < SEGMENT_TASKS ? count : SEGMENT_TASKS;
}

const char *segment_task_path(const struct segment *segment, uint32_t task,
                              char path[static TASK_PATH_BYTES])
{
    /* Built from the leaf up, at the end of a scratch buffer. */
    char scratch[TASK_PATH_BYTES];
    size_t at = sizeof(scratch) - 1;
    scratch[at] = '\0';
    for (;;) {
        if (task >= SEGMENT_TASKS || at < 12) {
            scratch[--at] = '?';
            break;
        }
        const struct segment_task *t = &segment->tasks[task];
        if (!t->parent) {
            scratch[--at] = '0';
            break;
        }
        char number[16] = ".";
        char *end =
            text_put_u64(number + 1, number + sizeof(number), t->ordinal);
        size_t n = (size_t)(end - number);
        at -= n;
        memcpy(scratch + at, number, n);
        task = t->parent - 1;
    }
    memcpy(path, scratch + at, sizeof(scratch) - at);
    return path;
}

int segment_task_find(const struct segment *segment, int pid, int tid)
{
    for (size_t i = segment_task_count(segment); i-- > 0;) {
        const struct segment_task *task = &segment->tasks[i];
        if (task->pid == pid && task->tid == tid)
            return (int)i;
    }
    return -1;
}

const struct segment_object *segment_object_get(const struct segment *segment,
                                                uint32_t number)
{
    if (!number || number > SEGMENT_OBJECTS)
        return NULL;
    const struct segment_object *object = &segment->objects[number];
    return relaxed32(&object->kind) ? object : NULL;
}

uint64_t segment_object_key(const struct segment *segment, uint32_t number)
{
    const struct segment_object *object = segment_object_get(segment, number);
    if (!object)
        return 0;
    uint64_t key = rng_mix(object->kind, 0, 0);
    if (!*object->name) {
        key = rng_mix(key, object->ordinal, 0);
        uint32_t task = object->task;
        /* Its place in the tree; a broken chain ends like any other. */
        for (int depth = 0; depth < 64 && task && task <= SEGMENT_TASKS;
             depth++) {
            key = rng_mix(key, segment->tasks[task - 1].ordinal, 1);
            task = segment->tasks[task - 1].parent;
        }
        return key;
    }
    for (size_t i = 0; i < sizeof(object->name) && object->name[i]; i++)
        key = rng_mix(key, (unsigned char)object->name[i], 2);
    return rng_mix(key, object->offset, 3);
}

const char *segment_object_text(const struct segment *segment, uint32_t number,
                                char *buf, size_t size)
{
    const struct segment_object *object = segment_object_get(segment, number);
    if (!object) {
        snprintf(buf, size, "unknown object");
        return buf;
    }
    char name[sizeof(object->name)];
    memcpy(name, object->name, sizeof(name));
    name[sizeof(name) - 1] = '\0';
    const char *kind = object_kind_name(object->kind);
    if (!*name) {
        /* The k-th object that its first user met. */
        char path[TASK_PATH_BYTES] = "?";
        if (object->task)
            segment_task_path(segment, object->task - 1, path);
        snprintf(buf, size, "%s %s:%u", kind, path, object->ordinal);
    } else if (object->offset)
        snprintf(buf, size, "%s %s+0x%llx", kind, name,
                 (unsigned long long)object->offset);
    else
        snprintf(buf, size, "%s %s", kind, name);
    return buf;
}

static uint64_t ops_first(const struct segment *segment, uint64_t *end)
{
    uint64_t head = acquire64(&segment->ops_head);
    uint64_t start = segment->config.ops_start;
    if (start > head)
        start = head;
    *end = head;
    return head - start > SEGMENT_OPS ? head - SEGMENT_OPS : start;
}

const struct segment_op *segment_op_next(const struct segment *segment,
                                         uint64_t *at)
{
    uint64_t end;
    uint64_t first = ops_first(segment, &end);
    /* *AT counts from the first op kept, so that 0 is the start. */
    for (uint64_t i = first + *at; i < end; i++) {
        const struct segment_op *op = &segment->ops[i % SEGMENT_OPS];
        *at = i + 1 - first;
        /* Pairs with the release in write.c: the fields are complete. */
        if (acquire64(&op->sequence) == i + 1)
            return op;
    }
    return NULL;
}

uint64_t segment_ops_lost(const struct segment *segment)
{
    uint64_t end;
    uint64_t first = ops_first(segment, &end);
    uint64_t start = segment->config.ops_start;
    return first > start ? first - start : 0;
}

const struct segment_op *segment_op_current(const struct segment *segment,
                                            uint32_t task)
{
    if (task >= SEGMENT_TASKS)
        return NULL;
    uint64_t position = acquire64(&segment->tasks[task].current);
    if (!position)
        return NULL;
    const struct segment_op *op = &segment->ops[(position - 1) % SEGMENT_OPS];
    return acquire64(&op->sequence) == position ? op : NULL;
}

bool segment_observation_next(const struct segment *segment, size_t *at,
                              struct observation *out)
{
    uint64_t head = acquire64(&segment->records_head);
    size_t end = head < SEGMENT_RECORD_BYTES ? head : SEGMENT_RECORD_BYTES;
    uint32_t tag = segment_record_tag(segment->config.iteration);
    /* A record left unfinished by a killed task has no size to skip by: go on
     * word by word until the next whole one. */
    for (; *at + sizeof(struct segment_record) <= end; *at += 8) {
        const struct segment_record *record =
            (const void *)(segment->records + *at);
        if (__atomic_load_n(&record->tag, __ATOMIC_ACQUIRE) != tag)
            continue;
        uint32_t size = record->size;
        uint32_t data_size = record->data_size;
        if (size % 8 || size > end - *at || size < sizeof(*record) ||
            data_size > size - sizeof(*record) ||
            record->name > SEGMENT_NAMES || record->task >= SEGMENT_TASKS)
            continue;
        const char *name = segment->names[record->name];
        if (!memchr(name, '\0', SEGMENT_NAME_BYTES))
            name = "?";
        *out = (struct observation){
            .kind = record->kind,
            .task = record->task,
            .name = name,
            .data = record + 1,
            .size = data_size,
            .ticket = record->ticket,
            .site = record->site,
        };
        *at += size;
        return true;
    }
    return false;
}

const struct segment_module *segment_module_of(const struct segment *segment,
                                               uint64_t site)
{
    uint64_t number = site >> SITE_MODULE_SHIFT;
    if (!site || !number || number > SEGMENT_MODULES)
        return NULL;
    const struct segment_module *module = &segment->modules[number - 1];
    if (!__atomic_load_n(&module->ready, __ATOMIC_ACQUIRE) ||
        !memchr(module->path, '\0', sizeof(module->path)) ||
        module->build_id_size > sizeof(module->build_id))
        return NULL;
    return module;
}

uint64_t segment_site_offset(uint64_t site)
{
    return site & ((UINT64_C(1) << SITE_MODULE_SHIFT) - 1);
}
