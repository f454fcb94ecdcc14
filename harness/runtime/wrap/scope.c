#include "scope.h"

#include "control/mishap.h"
#include "memory/context.h"
#include "memory/held.h"
#include "memory/order.h"
#include "segment/lockorder.h"
#include "tasks.h"

static struct segment_object *object_get(uint32_t number)
{
    return number && number <= SEGMENT_OBJECTS
               ? &runtime.segment->objects[number]
               : NULL;
}

void scope_set_holder(uint32_t number, uint64_t site)
{
    struct segment_object *object = object_get(number);
    if (!object)
        return;
    object->holder_site = site;
    __atomic_store_n(&object->holder, local.task + 1, __ATOMIC_RELEASE);
}

void scope_clear_holder(uint32_t number)
{
    struct segment_object *object = object_get(number);
    if (object && object->holder == local.task + 1)
        __atomic_store_n(&object->holder, 0, __ATOMIC_RELEASE);
}

static bool is_exclusive(enum op_kind kind)
{
    return kind == OP_KIND_MUTEX_LOCK || kind == OP_KIND_MUTEX_TRYLOCK ||
           kind == OP_KIND_SPIN_LOCK || kind == OP_KIND_RWLOCK_WRITE;
}

/* For the lock-order graph; semaphores: below. */
static void track_order(const struct scope *scope)
{
    switch ((int)scope->kind) {
    case OP_KIND_MUTEX_LOCK:
    case OP_KIND_MUTEX_TRYLOCK:
    case OP_KIND_RWLOCK_WRITE:
    case OP_KIND_SPIN_LOCK:
        order_taken(scope->object, scope->site, 0, scope->forever);
        break;
    case OP_KIND_RWLOCK_READ:
        order_taken(scope->object, scope->site, LOCK_SHARED, scope->forever);
        break;
    case OP_KIND_MUTEX_UNLOCK:
    case OP_KIND_RWLOCK_UNLOCK:
    case OP_KIND_SPIN_UNLOCK:
        order_given(scope->object);
        break;
    case OP_KIND_MUTEX_INIT:
    case OP_KIND_MUTEX_DESTROY:
        order_anew(scope->object);
        break;
    default:
        break;
    }
}

/* A semaphore that is posted by who took it is used as a lock; one that
 * somebody else posts is not, and nobody holds it. */
static void track_semaphore(const struct scope *scope)
{
    uint32_t number = scope->object;
    struct segment_object *object = object_get(number);
    if (!object || !control_on())
        return;
    int value = 0;
    sem_getvalue(scope->semaphore, &value);
    if (scope->kind == OP_KIND_SEM_WAIT) {
        if (!object->total)
            scope_set_holder(number, scope->site);
        if (value > 0)
            order_never(number); /* more than one may pass */
        order_taken(number, scope->site, LOCK_UNPROVEN, scope->forever);
    } else if (object->holder == local.task + 1) {
        object->holder = 0;
        if (value > 1)
            order_never(number);
        order_given(number);
    } else {
        object->total = 1; /* posted by another one */
        object->holder = 0;
        order_never(number);
    }
}

/* For reports of accesses; a semaphore may be posted by anybody. */
static void track_held(const struct scope *scope, bool had)
{
    if (!runtime.memory || !had)
        return;
    turn_ensure();
    if (is_exclusive(scope->kind) || scope->kind == OP_KIND_RWLOCK_READ)
        held_push(scope->object, context_at(scope->site));
    else if (op_kind_class(scope->kind) == OP_RELEASE)
        held_pop(scope->object);
}

struct scope scope_begin(enum op_kind kind, enum object_kind object_kind,
                         volatile void *address, uint64_t site)
{
    struct scope scope = {.kind = kind, .site = site};
    scope.object = object_at(address, object_kind, site);
    uint32_t flags = 0;
    if (!runtime.threads && objects_is_private(address))
        flags = OP_FLAG_PRIVATE;
    if (object_kind == OBJECT_SEM)
        scope.semaphore = (sem_t *)(uintptr_t)address;
    scope.point = point_begin(kind, scope.object, 0, site, flags);
    if (op_kind_class(kind) == OP_RELEASE && object_kind != OBJECT_SEM)
        scope_clear_holder(scope.object);
    return scope;
}

void scope_end(struct scope *scope, long result)
{
    bool had = !result || result == -EOWNERDEAD;
    if (is_exclusive(scope->kind) && had)
        scope_set_holder(scope->object, scope->site);
    track_held(scope, had);
    if (had &&
        (scope->kind == OP_KIND_SEM_WAIT || scope->kind == OP_KIND_SEM_POST))
        track_semaphore(scope);
    if (had)
        track_order(scope);
    point_end(scope->point, result);
}

/* Nobody will ever give this lock back. */
static void look_for_lost_lock(const struct scope *scope)
{
    const struct segment *segment = runtime.segment;
    const struct segment_object *object = object_get(scope->object);
    if (!object || (scope->kind != OP_KIND_MUTEX_LOCK &&
                    scope->kind != OP_KIND_RWLOCK_WRITE &&
                    scope->kind != OP_KIND_SPIN_LOCK))
        return;
    uint32_t holder = object->holder;
    if (!holder || holder > SEGMENT_TASKS)
        return;
    /* A copy that fork made of a lock that somebody held then. */
    if (objects_is_own(scope->object) &&
        tasks_process_of(holder - 1) != tasks_process())
        mishap_note(MISHAP_FORKED_LOCKED, scope->object, scope->site, holder,
                    object->holder_site);
    else if (segment->tasks[holder - 1].turn.state == TURN_DEAD)
        mishap_note(MISHAP_HELD_AT_EXIT, scope->object, scope->site, holder,
                    object->holder_site);
}

bool scope_wait(struct scope *scope, long clock, const struct timespec *until,
                bool interruptible)
{
    if (!scope->begun) {
        scope->begun = true;
        scope->wait = (struct wait){
            .object = scope->object,
            .deadline_ns = wait_deadline(clock, until),
        };
        look_for_lost_lock(scope);
    }
    return wait_more(&scope->wait, interruptible);
}
