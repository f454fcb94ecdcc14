#include "through.h"

#include "objects.h"
#include "tasks.h"

struct syncs {
    uint32_t count;
    uint32_t numbers[16];
};

static void add(struct syncs *syncs, uint32_t sync)
{
    if (syncs->count < sizeof(syncs->numbers) / sizeof(syncs->numbers[0]))
        syncs->numbers[syncs->count++] = sync;
}

static void add_object(struct syncs *syncs, uint32_t object, uint32_t second)
{
    add(syncs, through_first(object) + second);
}

static uint32_t partner_of(const struct segment_object *object)
{
    return object->edge / EDGE_PARTNER;
}

/* Where who may be at the other end is not known: a socket without a partner,
 * a terminal with a program behind it. */
static bool is_anywhere(const struct segment_object *object)
{
    return (object->kind == OBJECT_SOCKET && !partner_of(object)) ||
           object->kind == OBJECT_TERMINAL;
}

/* What comes from where NUMBER leads, or with SECOND, goes there. */
static void add_other_end(struct syncs *syncs, uint32_t number, uint32_t second)
{
    const struct segment_object *object = through_object(number);
    if (is_anywhere(object))
        add(syncs, MEMORY_SYNC_SOCKETS);
    else
        add_object(syncs,
                   object->kind == OBJECT_SOCKET ? partner_of(object) : number,
                   second);
}

static void add_into(struct syncs *syncs, uint32_t number)
{
    const struct segment_object *object = through_object(number);
    add_object(syncs, number, 0);
    /* A partner can be written past, with an address. */
    if (object->kind == OBJECT_SOCKET || is_anywhere(object))
        add(syncs, MEMORY_SYNC_SOCKETS);
    if (object->edge & EDGE_NOTIFIES)
        add(syncs, MEMORY_SYNC_SIGNALS);
}

static void add_signals(struct syncs *syncs)
{
    /* Those to a thread alone go to its process, too. */
    add(syncs, MEMORY_SYNC_SIGNALS);
    add_object(syncs, object_of_task_number(tasks_process(), 0), 0);
}

static void add_out_of(struct syncs *syncs, uint32_t number)
{
    const struct segment_object *object = through_object(number);
    if (object->edge & EDGE_SIGNALS)
        add_signals(syncs);
    if (object->edge & (EDGE_ENDS | EDGE_SIGNALS))
        add(syncs, MEMORY_SYNC_DEAD);
    if (object->edge & EDGE_NAMES)
        add(syncs, MEMORY_SYNC_NAMES);
    add_other_end(syncs, number, 0);
}

/* That something was taken out, or that nobody will take or give any more. */
static void add_room(struct syncs *syncs, uint32_t number)
{
    add_object(syncs, number, 1);
    if (is_anywhere(through_object(number)))
        add(syncs, MEMORY_SYNC_SOCKETS);
}

static void add_closing(struct syncs *syncs, uint32_t number)
{
    const struct segment_object *object = through_object(number);
    if (!number) {
        add(syncs, MEMORY_SYNC_DEAD);
    } else if (object->kind == OBJECT_FILE || object->kind == OBJECT_MQ) {
        /* Drops locks, as the end of the task would. */
        if (object->edge & EDGE_DEATH)
            add_object(syncs, number, 0);
    } else {
        add_room(syncs, number);
    }
}

static void resolve(struct syncs *syncs, unsigned through, uint32_t number)
{
    const struct segment_object *object = through_object(number);
    syncs->count = 0;
    if (through & FIRST)
        add_object(syncs, number, 0);
    if (through & SECOND)
        add_object(syncs, number, 1);
    if (through & HOLD)
        add_object(syncs, number, !object->holder);
    if (through & INTO)
        add_into(syncs, number);
    if (through & OUT_OF)
        add_out_of(syncs, number);
    if ((through & TAKEN) && through_is_stream(object))
        add_room(syncs, number);
    if (through & ROOM)
        add_other_end(syncs, number, 1);
    if (through & CLOSING)
        add_closing(syncs, number);
    if (through & DEAD)
        add(syncs, MEMORY_SYNC_DEAD);
    if (through & NAMES)
        add(syncs, MEMORY_SYNC_NAMES);
    if (through & SOCKETS)
        add(syncs, MEMORY_SYNC_SOCKETS);
    if (through & SIGNALS)
        add_signals(syncs);
    if ((through & SIGNAL) && number)
        add_object(syncs, number, 0);
    if ((through & SIGNAL) && object->kind != OBJECT_TASK)
        add(syncs, MEMORY_SYNC_SIGNALS);
}

/* Always joins: a lock may be given back by another than who took it, and what
 * others let out before must not be lost then. */
void through_release(unsigned through, uint32_t object, enum clocks_kind kind)
{
    struct syncs syncs;
    resolve(&syncs, through, object);
    for (uint32_t i = 0; i < syncs.count; i++)
        clocks_release(runtime.memory, local.task, syncs.numbers[i],
                       CLOCKS_JOIN, kind);
}

void through_acquire(unsigned through, uint32_t object, enum clocks_kind kind)
{
    struct syncs syncs;
    resolve(&syncs, through, object);
    for (uint32_t i = 0; i < syncs.count; i++)
        clocks_acquire(runtime.memory, local.task, syncs.numbers[i], kind);
}
