#include "write.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Copies TEXT into ROOM bytes, always terminated. */
static void copy_text(char *to, size_t room, const char *text)
{
    size_t n = strnlen(text, room - 1);
    memcpy(to, text, n);
    to[n] = '\0';
}

/* The op at POSITION, or NULL when the ring went round since. */
static struct segment_op *op_at(struct segment *segment, uint64_t position)
{
    struct segment_op *slot = &segment->ops[(position - 1) % SEGMENT_OPS];
    uint64_t sequence = __atomic_load_n(&slot->sequence, __ATOMIC_RELAXED);
    return sequence == position ? slot : NULL;
}

void segment_op_set_object(struct segment *segment, uint64_t position,
                           uint32_t object)
{
    struct segment_op *slot = op_at(segment, position);
    if (slot)
        slot->object = object;
}

void segment_op_add_flags(struct segment *segment, uint64_t position,
                          uint32_t flags)
{
    struct segment_op *slot = op_at(segment, position);
    if (slot)
        slot->flags |= flags;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = (a ^ (b * 0x9e3779b97f4a7c15u)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 32)) * 0x94d049bb133111ebu;
    return z ^ (z >> 29);
}

void segment_reset(struct segment *segment)
{
    struct segment_control *control = &segment->control;
    /* Whose turn is known only in control mode; no turn of an earlier iteration
     * may look like one of the next. */
    uint32_t tasks = segment->task_count < SEGMENT_TASKS ? segment->task_count
                                                         : SEGMENT_TASKS;
    if (segment->config.flags & SEGMENT_CONTROL)
        for (uint32_t i = 0; i < tasks; i++)
            memset(&segment->tasks[i].turn, 0, sizeof(segment->tasks[i].turn));
    control->root_pid = 0;
    control->root_status = 0;
    control->output_dropped = 0;
    control->tasks_refused = 0;
    control->records_refused = 0;
    control->orphans = 0;
    control->zombies = 0;
    control->leftover_count = 0;
    control->fed = 0;
    control->blind = 0;
    segment->sharing.happened = 0;
    segment->config.ops_start =
        __atomic_load_n(&segment->ops_head, __ATOMIC_RELAXED);
    segment->ticket = 1;
    segment->records_head = 0;
    segment->task_count = 0;
    segment->living = 0;
    if (segment->object_count)
        memset(segment->object_slots, 0, sizeof(segment->object_slots));
    segment->object_count = 0;
    /* Names stay: the same target uses the same ones again. */
}

int segment_task_new(struct segment *segment, uint32_t parent, uint64_t site)
{
    bool crowded =
        __atomic_load_n(&segment->living, __ATOMIC_RELAXED) >= SEGMENT_LIVING;
    uint32_t number =
        crowded ? SEGMENT_TASKS
                : __atomic_fetch_add(&segment->task_count, 1, __ATOMIC_RELAXED);
    if (number >= SEGMENT_TASKS) {
        if (!crowded)
            __atomic_store_n(&segment->task_count, SEGMENT_TASKS,
                             __ATOMIC_RELAXED);
        __atomic_fetch_add(&segment->control.tasks_refused, 1,
                           __ATOMIC_RELAXED);
        return -1;
    }
    __atomic_fetch_add(&segment->living, 1, __ATOMIC_RELAXED);
    struct segment_task *task = &segment->tasks[number];
    memset(task, 0, offsetof(struct segment_task, turn));
    task->parent = parent;
    if (parent)
        task->ordinal = __atomic_fetch_add(&segment->tasks[parent - 1].children,
                                           1, __ATOMIC_RELAXED);
    task->created_at = segment_ticket(segment);
    task->created_site = site;
    /* Pairs with the acquire of whoever looks for a task by its pid. */
    __atomic_store_n(&task->state, TASK_BORN, __ATOMIC_RELEASE);
    return (int)number;
}

void segment_task_end(struct segment *segment, uint32_t number)
{
    struct segment_task *task = &segment->tasks[number];
    uint64_t none = 0;
    if (__atomic_compare_exchange_n(&task->ended_at, &none,
                                    segment_ticket(segment), false,
                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        __atomic_fetch_sub(&segment->living, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&task->state, TASK_EXITED, __ATOMIC_RELEASE);
}

uint64_t segment_op_begin(struct segment *segment, uint32_t number,
                          const struct segment_op *op)
{
    uint64_t position =
        __atomic_fetch_add(&segment->ops_head, 1, __ATOMIC_RELAXED);
    struct segment_op *slot = &segment->ops[position % SEGMENT_OPS];
    /* Not readable until it is whole: pairs with the acquire in read.c. */
    __atomic_store_n(&slot->sequence, 0, __ATOMIC_RELEASE);
    slot->begin = segment_ticket(segment);
    slot->end = 0;
    slot->site = op->site;
    slot->result = 0;
    slot->argument = op->argument;
    slot->object = op->object;
    slot->kind = op->kind;
    slot->task = (uint16_t)number;
    slot->delay_ns = op->delay_ns;
    slot->flags = op->flags;
    __atomic_store_n(&slot->sequence, position + 1, __ATOMIC_RELEASE);
    struct segment_task *task = &segment->tasks[number];
    task->points++;
    __atomic_store_n(&task->current, position + 1, __ATOMIC_RELEASE);
    __atomic_store_n(&task->state, TASK_IN_OP, __ATOMIC_RELAXED);
    return position + 1;
}

void segment_op_end(struct segment *segment, uint32_t number, uint64_t position,
                    int64_t result)
{
    struct segment_op *slot = op_at(segment, position);
    if (slot) {
        slot->result = result;
        __atomic_store_n(&slot->end, segment_ticket(segment), __ATOMIC_RELEASE);
    }
    __atomic_store_n(&segment->tasks[number].state, TASK_RUNNING,
                     __ATOMIC_RELAXED);
}

/* A hash table of numbers that only grows, filled by many tasks at once.
 * What a number stands for is complete before the number is published. */
struct table {
    uint32_t *slots;
    uint32_t slot_count;
    uint32_t last; /* largest valid number */
    bool (*same)(const struct segment *segment, uint32_t number,
                 const void *key);
    /* A new entry for KEY: its number, or 0 when there is no room. */
    uint32_t (*make)(struct segment *segment, const void *key);
    /* The entry lost against an equal one of another task. */
    void (*drop)(struct segment *segment, uint32_t number);
};

static uint32_t table_intern(struct segment *segment, const struct table *table,
                             uint64_t hash, const void *key)
{
    uint32_t made = 0;
    for (uint32_t i = 0; i < table->slot_count; i++) {
        uint32_t *slot = &table->slots[(hash + i) % table->slot_count];
        uint32_t number = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
        if (!number) {
            if (!made)
                made = table->make(segment, key);
            if (!made)
                return 0;
            /* Release: whoever finds the number finds the entry. */
            if (__atomic_compare_exchange_n(slot, &number, made, false,
                                            __ATOMIC_RELEASE, __ATOMIC_ACQUIRE))
                return made;
        }
        /* A number beyond the table is a wild write of the target. */
        if (number <= table->last && table->same(segment, number, key)) {
            if (made)
                table->drop(segment, made);
            return number;
        }
    }
    return 0;
}

/* The next number of a counter that stops at LAST; 0 when there is none. */
static uint32_t next_number(uint32_t *count, uint32_t last)
{
    uint32_t number = __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
    if (number <= last)
        return number;
    __atomic_store_n(count, last, __ATOMIC_RELAXED);
    return 0;
}

struct object_key {
    enum object_kind kind;
    uint64_t backing, offset;
    uint32_t task;
    uint64_t site;
    const char *name;
};

static bool object_same(const struct segment *segment, uint32_t number,
                        const void *context)
{
    const struct object_key *key = context;
    const struct segment_object *object = &segment->objects[number];
    return object->kind == (uint32_t)key->kind &&
           object->backing == key->backing && object->offset == key->offset;
}

static uint32_t object_make(struct segment *segment, const void *context)
{
    const struct object_key *key = context;
    uint32_t number = next_number(&segment->object_count, SEGMENT_OBJECTS);
    if (!number)
        return 0;
    struct segment_object *object = &segment->objects[number];
    memset(object, 0, sizeof(*object));
    object->task = key->task + 1;
    object->ordinal = __atomic_fetch_add(&segment->tasks[key->task].objects, 1,
                                         __ATOMIC_RELAXED);
    object->backing = key->backing;
    object->offset = key->offset;
    object->site = key->site;
    if (key->name)
        copy_text(object->name, sizeof(object->name), key->name);
    __atomic_store_n(&object->kind, key->kind, __ATOMIC_RELEASE);
    return number;
}

static void object_drop(struct segment *segment, uint32_t number)
{
    __atomic_store_n(&segment->objects[number].kind, 0, __ATOMIC_RELAXED);
}

uint32_t segment_object_intern(struct segment *segment, enum object_kind kind,
                               uint64_t backing, uint64_t offset, uint32_t task,
                               uint64_t site, const char *name)
{
    const struct table table = {
        segment->object_slots, SEGMENT_OBJECT_SLOTS, SEGMENT_OBJECTS,
        object_same,           object_make,          object_drop,
    };
    const struct object_key key = {kind, backing, offset, task, site, name};
    return table_intern(segment, &table, mix(mix(backing, offset), kind), &key);
}

static bool name_same(const struct segment *segment, uint32_t number,
                      const void *key)
{
    return !memcmp(segment->names[number], key, SEGMENT_NAME_BYTES);
}

static uint32_t name_make(struct segment *segment, const void *key)
{
    uint32_t number = next_number(&segment->name_count, SEGMENT_NAMES);
    if (number)
        memcpy(segment->names[number], key, SEGMENT_NAME_BYTES);
    return number;
}

static void name_drop(struct segment *segment, uint32_t number)
{
    segment->names[number][0] = '\0';
}

uint32_t segment_name_intern(struct segment *segment, const char *name)
{
    const struct table table = {
        segment->name_slots, SEGMENT_NAME_SLOTS, SEGMENT_NAMES,
        name_same,           name_make,          name_drop,
    };
    char key[SEGMENT_NAME_BYTES] = {0};
    copy_text(key, sizeof(key), name);
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof(key); i += 8) {
        uint64_t word;
        memcpy(&word, key + i, sizeof(word));
        hash = mix(hash, word);
    }
    return table_intern(segment, &table, hash, key);
}

void segment_record_add(struct segment *segment, uint32_t task, unsigned kind,
                        const char *name, const void *data, size_t data_size,
                        uint64_t site)
{
    uint32_t number = segment_name_intern(segment, name);
    size_t size = sizeof(struct segment_record) + ((data_size + 7) & ~7ul);
    uint64_t at = 0;
    if (number && data_size < SEGMENT_RECORD_BYTES)
        at = __atomic_fetch_add(&segment->records_head, size, __ATOMIC_RELAXED);
    if (!number || data_size >= SEGMENT_RECORD_BYTES ||
        at > SEGMENT_RECORD_BYTES || size > SEGMENT_RECORD_BYTES - at) {
        __atomic_fetch_add(&segment->control.records_refused, 1,
                           __ATOMIC_RELAXED);
        return;
    }
    struct segment_record *record = (void *)(segment->records + at);
    record->size = (uint32_t)size;
    record->kind = (uint16_t)kind;
    record->task = (uint16_t)task;
    record->name = (uint16_t)number;
    record->ticket = segment_ticket(segment);
    record->site = site;
    record->data_size = (uint32_t)data_size;
    if (data_size)
        memcpy(record + 1, data, data_size);
    /* Pairs with the acquire in segment_observation_next(). */
    __atomic_store_n(&record->tag,
                     segment_record_tag(segment->config.iteration),
                     __ATOMIC_RELEASE);
}

uint32_t segment_module_add(struct segment *segment, const char *path,
                            const uint8_t *build_id, size_t build_id_size)
{
    struct segment_module module = {.ready = 1};
    size_t length = strlen(path);
    size_t cut =
        length < sizeof(module.path) ? 0 : length - (sizeof(module.path) - 1);
    copy_text(module.path, sizeof(module.path), path + cut);
    if (build_id_size > sizeof(module.build_id))
        build_id_size = sizeof(module.build_id);
    module.build_id_size = (uint32_t)build_id_size;
    if (build_id_size)
        memcpy(module.build_id, build_id, build_id_size);

    uint32_t count = __atomic_load_n(&segment->module_count, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < count && i < SEGMENT_MODULES; i++) {
        const struct segment_module *known = &segment->modules[i];
        if (__atomic_load_n(&known->ready, __ATOMIC_ACQUIRE) &&
            !memcmp(known, &module, sizeof(module)))
            return i + 1;
    }
    uint32_t number =
        __atomic_fetch_add(&segment->module_count, 1, __ATOMIC_ACQ_REL);
    if (number >= SEGMENT_MODULES) {
        __atomic_store_n(&segment->module_count, SEGMENT_MODULES,
                         __ATOMIC_RELAXED);
        return 0;
    }
    module.ready = 0;
    segment->modules[number] = module;
    __atomic_store_n(&segment->modules[number].ready, 1, __ATOMIC_RELEASE);
    return number + 1;
}

void segment_leftover_add(struct segment *segment, enum leftover_kind kind,
                          uint32_t task_plus_one, uint64_t site,
                          uint64_t amount, const char *name)
{
    uint32_t number = __atomic_fetch_add(&segment->control.leftover_count, 1,
                                         __ATOMIC_RELAXED);
    if (number >= SEGMENT_LEFTOVERS)
        return;
    struct segment_leftover *leftover = &segment->leftovers[number];
    leftover->kind = kind;
    leftover->task = task_plus_one;
    leftover->site = site;
    leftover->amount = amount;
    copy_text(leftover->name, sizeof(leftover->name), name);
}
