#include "oracle_test.h"

#include <stdlib.h>
#include <string.h>

/* -- Sets of events --------------------------------------------------------*/

static void add(struct oracle_set *set, uint32_t event)
{
    set->bits[event / 64] |= UINT64_C(1) << event % 64;
}

static bool has(const struct oracle_set *set, uint32_t event)
{
    return set->bits[event / 64] >> event % 64 & 1;
}

static void unite(struct oracle_set *to, const struct oracle_set *from)
{
    for (uint32_t i = 0; i < ORACLE_EVENTS / 64; i++)
        to->bits[i] |= from->bits[i];
}

/* EVENT, and what came before it, come before what TO is the past of. */
static void follow(const struct oracle *oracle, struct oracle_set *to,
                   uint32_t event, enum oracle_order order)
{
    unite(to, &oracle->events[event].before[order]);
    add(to, event);
}

/* Those of the events in SET, which are no more than sources of edges. */
static void follow_all(const struct oracle *oracle, struct oracle_set *to,
                       const struct oracle_set *sources,
                       enum oracle_order order)
{
    for (uint32_t event = 0; event < oracle->count; event++)
        if (has(sources, event))
            follow(oracle, to, event, order);
}

/* A new event of TASK, behind its last. */
static struct oracle_event *happen(struct oracle *oracle, uint32_t task)
{
    if (oracle->count == ORACLE_EVENTS)
        abort();
    struct oracle_event *event = &oracle->events[oracle->count];
    struct oracle_task *by = &oracle->tasks[task];
    memset(event, 0, sizeof(*event));
    event->task = task;
    for (int order = 0; by->last && order < ORACLE_ORDERS; order++)
        follow(oracle, &event->before[order], by->last - 1, order);
    by->last = ++oracle->count;
    return event;
}

/* -- Tasks, locks, queues --------------------------------------------------*/

void oracle_begin(struct oracle *oracle, uint32_t task, uint32_t child)
{
    happen(oracle, task);
    struct oracle_task *made = &oracle->tasks[child],
                       *by = &oracle->tasks[task];
    made->begun = true;
    made->last = by->last;
    made->old_fence = by->fence ? by->fence : by->old_fence;
    /* It goes on with what its parent's loads have seen: leniently. */
    made->seen[ORACLE_LENIENT] = by->seen[ORACLE_LENIENT];
}

void oracle_end(struct oracle *oracle, uint32_t task)
{
    happen(oracle, task);
    oracle->tasks[task].ended = true;
}

void oracle_join(struct oracle *oracle, uint32_t task, uint32_t ended)
{
    struct oracle_event *event = happen(oracle, task);
    for (int order = 0; order < ORACLE_ORDERS; order++)
        follow(oracle, &event->before[order], oracle->tasks[ended].last - 1,
               order);
}

static void acquire(struct oracle *oracle, uint32_t task,
                    const struct oracle_set *sources, bool hard)
{
    struct oracle_event *event = happen(oracle, task);
    for (int order = 0; order < ORACLE_ORDERS; order++)
        if (hard || order != ORACLE_HARD)
            follow_all(oracle, &event->before[order], sources, order);
}

void oracle_lock(struct oracle *oracle, uint32_t task, uint32_t lock)
{
    acquire(oracle, task, &oracle->locks[lock], false);
}

void oracle_unlock(struct oracle *oracle, uint32_t task, uint32_t lock)
{
    happen(oracle, task);
    add(&oracle->locks[lock], oracle->count - 1);
}

void oracle_put(struct oracle *oracle, uint32_t task, uint32_t queue)
{
    happen(oracle, task);
    add(&oracle->queues[queue], oracle->count - 1);
}

void oracle_take(struct oracle *oracle, uint32_t task, uint32_t queue)
{
    acquire(oracle, task, &oracle->queues[queue], true);
}

/* -- Atomics ---------------------------------------------------------------*/

static bool acquires(int order)
{
    return order != __ATOMIC_RELAXED && order != __ATOMIC_RELEASE;
}

static bool releases(int order)
{
    return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL ||
           order == __ATOMIC_SEQ_CST;
}

/* C11 7.17.4: fences synchronize through what is stored after, loaded before
 * them. */
void oracle_fence(struct oracle *oracle, uint32_t task, int order)
{
    struct oracle_event *event = happen(oracle, task);
    struct oracle_task *by = &oracle->tasks[task];
    if (acquires(order))
        for (int o = 0; o < ORACLE_ORDERS; o++)
            follow_all(oracle, &event->before[o], &by->seen[o], o);
    if (releases(order))
        by->fence = oracle->count;
}

static void add_head(struct oracle_heads *heads, uint32_t event, uint32_t task)
{
    for (uint32_t i = 0; i < heads->count; i++)
        if (heads->list[i].event == event && heads->list[i].task == task)
            return;
    if (heads->count == ORACLE_HEADS)
        abort();
    heads->list[heads->count++] = (struct oracle_head){event, task};
}

/* 5.1.2.4, 10: a release sequence ends with the first store that is neither an
 * update nor of the task that its head is of. */
static void store(struct oracle *oracle, uint32_t byte, uint32_t task,
                  bool update, int order, bool lenient)
{
    struct oracle_heads *heads = &oracle->heads[lenient][byte];
    const struct oracle_task *by = &oracle->tasks[task];
    uint32_t event = oracle->count - 1, kept = 0;
    bool own = false;
    for (uint32_t i = 0; i < heads->count; i++)
        own |= heads->list[i].task == task;
    for (uint32_t i = 0; !update && i < heads->count; i++) {
        struct oracle_head head = heads->list[i];
        if (lenient && own && !releases(order))
            head.task = task;
        /* What a release of its own lets out, it stands for. */
        if (head.task == task && !(lenient && releases(order)))
            heads->list[kept++] = head;
    }
    if (!update)
        heads->count = kept;
    if (releases(order))
        add_head(heads, event, task);
    if (by->fence)
        add_head(heads, by->fence - 1, task);
    else if (by->old_fence && lenient)
        add_head(heads, by->old_fence - 1, task);
}

/* What the load of BYTE synchronizes with; hard is strict here, but for the
 * locks. */
static void load(struct oracle *oracle, struct oracle_event *event,
                 uint32_t byte, int order)
{
    for (int o = 0; o < ORACLE_ORDERS; o++) {
        const struct oracle_heads *heads =
            &oracle->heads[o == ORACLE_LENIENT][byte];
        for (uint32_t i = 0; i < heads->count; i++) {
            uint32_t head = heads->list[i].event;
            add(&oracle->tasks[event->task].seen[o], head);
            if (acquires(order))
                follow(oracle, &event->before[o], head, o);
        }
    }
}

uint32_t oracle_access(struct oracle *oracle, uint32_t task, uint32_t offset,
                       uint32_t size, uint32_t flags, enum clocks_access access,
                       int order)
{
    struct oracle_event *event = happen(oracle, task);
    event->is_access = true;
    event->offset = offset;
    event->size = size;
    event->flags = flags;
    if (!(flags & MEMORY_ATOMIC))
        return oracle->count - 1;
    for (uint32_t i = offset; i < offset + size; i++)
        for (uint32_t k = 0; k < oracle->heads[1][i].count; k++)
            follow(oracle, &event->through, oracle->heads[1][i].list[k].event,
                   ORACLE_LENIENT);
    for (uint32_t i = offset; access != CLOCKS_STORE && i < offset + size; i++)
        load(oracle, event, i, order);
    for (uint32_t i = offset; access != CLOCKS_LOAD && i < offset + size; i++)
        for (int lenient = 0; lenient < 2; lenient++)
            store(oracle, i, task, access == CLOCKS_UPDATE, order, lenient);
    return oracle->count - 1;
}

/* -- Verdicts --------------------------------------------------------------*/

bool oracle_before(const struct oracle *oracle, uint32_t a, uint32_t b,
                   enum oracle_order order)
{
    return has(&oracle->events[b].before[order], a);
}

bool oracle_race(const struct oracle *oracle, uint32_t a, uint32_t b,
                 enum oracle_order order)
{
    const struct oracle_event *first = &oracle->events[a],
                              *second = &oracle->events[b];
    if (!first->is_access || !second->is_access ||
        first->offset >= second->offset + second->size ||
        second->offset >= first->offset + first->size)
        return false;
    if (!((first->flags | second->flags) & MEMORY_WRITE) ||
        (first->flags & second->flags & MEMORY_ATOMIC))
        return false;
    if (order == ORACLE_LENIENT && has(&second->through, a))
        return false;
    return !oracle_before(oracle, a, b, order);
}
