#include "order.h"

#include <string.h>

#include "base/rng.h"
#include "control/turn.h"
#include "detect/clocks.h"
#include "detect/rows.h"
#include "origins.h"
#include "state.h"

enum { MOST = 24 /* locks remembered of a task; of more, the oldest */ };

struct own_lock {
    uint32_t object;
    uint16_t flags, place;
    uint32_t depth; /* of recursion */
    bool noted;     /* something was taken while it was held */
    uint64_t site;
};

/* What this thread holds, the oldest first. */
static __thread struct {
    uint32_t count;
    struct own_lock locks[MOST];
} own __attribute__((tls_model("initial-exec")));

static struct memory *looking(void)
{
    struct memory *memory = runtime.memory;
    return memory && !memory->off && control_on() ? memory : NULL;
}

static const struct segment_object *object_of(uint32_t number)
{
    return segment_object_get(runtime.segment, number);
}

void order_begin(void)
{
    if (own.count)
        own.count = 0;
}

/* -- Which locks are nested -------------------------------------------------*/

static uint64_t name_of(uint32_t number)
{
    const struct segment_object *object = object_of(number);
    uint64_t name =
        object ? rng_mix(object->backing, object->offset, object->kind) : 0;
    return name ? name : 1;
}

/* Where NAME is in the table, or would be; NULL: there is no room. */
static uint64_t *nested_slot(uint64_t name)
{
    uint64_t *table = runtime.segment->lock_places.nested;
    uint32_t at = (uint32_t)(name % LOCK_NESTED);
    for (uint32_t i = 0; i < LOCK_NESTED; i++) {
        uint64_t *slot = &table[(at + i) % LOCK_NESTED];
        if (!*slot || *slot == name)
            return slot;
    }
    return NULL;
}

bool order_is_nested(uint32_t object)
{
    const uint64_t *slot = nested_slot(name_of(object));
    return slot && *slot;
}

static void set_nested(uint32_t object)
{
    struct lock_places *places = &runtime.segment->lock_places;
    uint64_t name = name_of(object);
    uint64_t *slot = nested_slot(name);
    if (!slot || *slot || places->nested_count >= LOCK_NESTED * 3 / 4)
        return;
    places->nested_count++;
    *slot = name;
}

/* -- Takings ----------------------------------------------------------------*/

static struct lock_hold hold_of(const struct memory *memory,
                                const struct own_lock *held)
{
    return (struct lock_hold){
        .object = (uint16_t)held->object,
        .generation = memory->orders.generations[held->object],
        .flags = held->flags,
        .place = held->place,
        .site = held->site,
    };
}

static uint64_t mix_hold(uint64_t key, const struct lock_hold *hold)
{
    key = rng_mix(key, hold->object, hold->generation);
    return rng_mix(key, hold->flags, hold->place ? hold->place : hold->site);
}

static uint64_t key_of(const struct lock_taking *taking)
{
    uint64_t key = mix_hold(taking->task, &taking->lock);
    for (uint32_t i = 0; i < taking->held_count; i++)
        key = mix_hold(key, &taking->held[i]);
    return key;
}

/* Which of the other takings are over for certain, and which tasks are known to
 * have ended. */
static void look_back(struct memory *memory, uint32_t number)
{
    struct lock_order *orders = &memory->orders;
    struct lock_taking *taking = &orders->takings[number];
    uint64_t *before = orders->before[number];
    uint32_t task = taking->task;
    memset(before, 0, sizeof(orders->before[number]));
    for (uint32_t i = 0; i < orders->count; i++) {
        const struct lock_taking *other = &orders->takings[i];
        if (i != number && clocks_before(memory, other->task, other->epoch,
                                         task, MEMORY_ROW_HARD))
            before[i / 64] |= UINT64_C(1) << i % 64;
    }
    memset(taking->ended, 0, sizeof(taking->ended));
    uint32_t tasks = runtime.segment->task_count;
    for (uint32_t t = 0; t < tasks && t < LOCK_TASKS; t++)
        if (t != task && runtime.segment->tasks[t].turn.state == TURN_DEAD &&
            clocks_before(memory, t, clocks_epoch(memory, t, MEMORY_ROW_HARD),
                          task, MEMORY_ROW_HARD))
            taking->ended[t / 64] |= UINT64_C(1) << t % 64;
}

/* The newest of those that only differ in when becomes TAKING: nothing that was
 * known of the old one holds for it. */
static void renew(struct memory *memory, uint32_t number,
                  const struct lock_taking *taking)
{
    struct lock_order *orders = &memory->orders;
    for (uint32_t i = 0; i < orders->count; i++)
        orders->before[i][number / 64] &= ~(UINT64_C(1) << number % 64);
    orders->takings[number] = *taking;
    look_back(memory, number);
}

/* Whether TAKING, the same as KNOWN but later, can be left out: when the task
 * has learnt of nobody else since then, only what others learnt of it may
 * differ, and a look now and then is enough. */
static bool tells_no_more(struct lock_taking *known,
                          const struct lock_taking *taking)
{
    if (known->epoch == taking->epoch)
        return true;
    known->times++;
    return known->learnt == taking->learnt &&
           (known->times & (known->times - 1));
}

/* What TASK knows for certain of the others, as a number. */
static uint64_t learnt_by(const struct memory *memory, uint32_t task)
{
    uint64_t sum = 0;
    uint32_t row = rows_of_task(task, MEMORY_ROW_HARD);
    for (uint32_t t = 0; t < memory->task_count; t++)
        if (t != task)
            sum = (sum ^ rows_get(memory, row, t)) * 0x9e3779b97f4a7c15u;
    return sum;
}

static void insert(struct memory *memory, const struct lock_taking *taking)
{
    struct lock_order *orders = &memory->orders;
    orders->used = 1;
    uint32_t same = 0, newest = 0;
    uint32_t at = (uint32_t)(taking->key % LOCK_TAKING_SLOTS);
    for (;; at = (at + 1) % LOCK_TAKING_SLOTS) {
        uint32_t number = orders->slots[at];
        if (!number)
            break;
        if (orders->takings[number - 1].key != taking->key)
            continue;
        same++;
        newest = number;
    }
    if (newest && tells_no_more(&orders->takings[newest - 1], taking))
        return;
    if (same == LOCK_TAKING_EPOCHS) {
        renew(memory, newest - 1, taking);
        return;
    }
    if (orders->count == LOCK_TAKINGS) {
        orders->lost++;
        return;
    }
    uint32_t number = orders->count++;
    orders->slots[at] = (uint16_t)(number + 1);
    orders->takings[number] = *taking;
    look_back(memory, number);
}

/* LOCK was taken while all of own was held. */
static void note(struct memory *memory, const struct own_lock *lock)
{
    if (own.count > LOCK_HELD) {
        memory->orders.used = 1;
        memory->orders.lost++;
        return;
    }
    struct lock_taking taking = {
        .ticket = runtime.segment->ticket,
        .task = local.task,
        .epoch = clocks_epoch(memory, local.task, MEMORY_ROW_HARD),
        .children = runtime.segment->tasks[local.task].children,
        .learnt = learnt_by(memory, local.task),
        .lock = hold_of(memory, lock),
    };
    for (uint32_t i = 0; i < own.count; i++) {
        own.locks[i].noted = true;
        taking.held[taking.held_count++] = hold_of(memory, &own.locks[i]);
    }
    taking.key = key_of(&taking);
    insert(memory, &taking);
}

/* -- What is held -----------------------------------------------------------*/

static struct own_lock *find(uint32_t object)
{
    for (uint32_t i = own.count; i-- > 0;)
        if (own.locks[i].object == object)
            return &own.locks[i];
    return NULL;
}

static void drop(struct own_lock *held)
{
    uint32_t at = (uint32_t)(held - own.locks);
    own.count--;
    for (uint32_t i = at; i < own.count; i++)
        own.locks[i] = own.locks[i + 1];
}

/* Another one may have given it back, or taken it over: what is held
 * exclusively has this task for its holder. */
static void drop_lost(void)
{
    for (uint32_t i = own.count; i-- > 0;) {
        const struct segment_object *object = object_of(own.locks[i].object);
        if (!object || (!(own.locks[i].flags & LOCK_SHARED) &&
                        object->holder != local.task + 1))
            drop(&own.locks[i]);
    }
}

void order_taken(uint32_t object, uint64_t site, uint32_t flags, bool forever)
{
    struct memory *memory = looking();
    if (!memory || !object_of(object))
        return;
    turn_ensure();
    struct own_lock *known = find(object);
    if (known) {
        /* Record locks do not count how often they are taken. */
        if (!(flags & LOCK_PROCESS))
            known->depth++;
        return;
    }
    drop_lost();
    uint32_t outer = own.count ? own.locks[own.count - 1].object : 0;
    struct own_lock held = {
        .object = object,
        .flags = (uint16_t)flags,
        .site = site,
        .place = (uint16_t)origins_find(
            rng_mix(name_of(object), outer ? name_of(outer) : 0, local.task),
            site),
    };
    if (own.count) {
        set_nested(object);
        for (uint32_t i = 0; i < own.count; i++)
            set_nested(own.locks[i].object);
        if (forever)
            note(memory, &held);
    }
    if (own.count < MOST)
        own.locks[own.count++] = held;
}

/* A semaphore is a lock for whoever posts it himself after he took it. */
static void prove(struct memory *memory, const struct own_lock *held)
{
    struct lock_order *orders = &memory->orders;
    for (uint32_t i = orders->count; i-- > 0;) {
        struct lock_taking *taking = &orders->takings[i];
        if (taking->task != local.task)
            continue;
        for (uint32_t k = 0; k < taking->held_count; k++)
            if (taking->held[k].object == held->object &&
                taking->held[k].place == held->place &&
                taking->held[k].site == held->site)
                taking->held[k].flags |= LOCK_GIVEN_BACK;
    }
}

void order_given(uint32_t object)
{
    struct memory *memory = looking();
    struct own_lock *held = memory ? find(object) : NULL;
    if (!held)
        return;
    if (held->depth) {
        held->depth--;
        return;
    }
    if (held->noted && held->flags & LOCK_UNPROVEN)
        prove(memory, held);
    drop(held);
}

bool order_is_kept(void)
{
    const struct memory *memory = looking();
    return memory && memory->orders.count;
}

void order_anew(uint32_t object)
{
    if (!order_is_kept() || !object_of(object))
        return;
    turn_ensure();
    runtime.memory->orders.generations[object]++;
}

void order_never(uint32_t object)
{
    struct memory *memory = looking();
    if (!memory || !object_of(object) || memory->orders.never[object])
        return;
    turn_ensure();
    memory->orders.used = 1;
    memory->orders.never[object] = 1;
}
