#include "queue.h"

#include <assert.h>
#include <errno.h>
#include <semaphore.h>
#include <stdint.h>
#include <string.h>

#include <mpstress/mpstress.h>

#include "lock.h"
#include "memory.h"

struct slot {
    size_t size;
    unsigned char bytes[];
};

/* Two semaphores count what can be waited for and the lock guards the ring.
 * Condition variables would do as well, but a waiter that is killed inside
 * one can block the others for ever; a semaphore does not mind. */
struct mp_queue {
    size_t memory_size;
    const char *name;
    size_t capacity;
    size_t item_size;
    size_t stride; /* bytes from slot to slot */
    sem_t items;
    sem_t room;
    struct mp_lock lock; /* guards all below */
    /* Counted up for ever. Each operation commits by changing one of the two,
     * last: a holder that dies before that has changed nothing. */
    uint64_t put;
    uint64_t got;
    bool closed;
    _Alignas(size_t) unsigned char slots[]; /* a slot every STRIDE bytes */
};

/* Sizes that cannot overflow the sum below, and counts a semaphore takes. */
enum { COUNT_MAX = 1 << 28, SIZE_LIMIT = 1 << 28 };

int mp_queue_new(struct mp_queue **out, const char *name, size_t capacity,
                 size_t item_size)
{
    *out = NULL;
    if (!capacity || !item_size)
        return -EINVAL;
    if (capacity > COUNT_MAX || item_size > SIZE_LIMIT)
        return -EOVERFLOW;
    size_t align = _Alignof(struct slot);
    size_t stride =
        (sizeof(struct slot) + item_size + align - 1) & ~(align - 1);
    size_t memory_size = sizeof(struct mp_queue) + capacity * stride;
    struct mp_queue *queue = mp_memory_new(memory_size);
    if (!queue)
        return -ENOMEM;
    queue->memory_size = memory_size;
    queue->name = name;
    queue->capacity = capacity;
    queue->item_size = item_size;
    queue->stride = stride;
    int err = mp_lock_init(&queue->lock);
    if (err)
        goto free_memory;
    if (sem_init(&queue->items, 1, 0) < 0) {
        err = -errno;
        goto free_lock;
    }
    if (sem_init(&queue->room, 1, (unsigned)capacity) < 0) {
        err = -errno;
        goto free_items;
    }
    /* Look mpstress up while there is one task only: see mps_api(). */
    (void)mps_api();
    *out = queue;
    return 0;
free_items:
    sem_destroy(&queue->items);
free_lock:
    mp_lock_fini(&queue->lock);
free_memory:
    mp_memory_free(queue, memory_size);
    return err;
}

void mp_queue_free(struct mp_queue *queue)
{
    if (!queue)
        return;
    sem_destroy(&queue->room);
    sem_destroy(&queue->items);
    mp_lock_fini(&queue->lock);
    mp_memory_free(queue, queue->memory_size);
}

static struct slot *slot_of(struct mp_queue *queue, uint64_t number)
{
    unsigned char *at =
        queue->slots + (size_t)(number % queue->capacity) * queue->stride;
    return (struct slot *)(void *)at;
}

/* Take one unit of SEMAPHORE. 0, or -EAGAIN if it would WAIT and may not. */
static int acquire(sem_t *semaphore, bool wait)
{
    for (;;) {
        if ((wait ? sem_wait(semaphore) : sem_trywait(semaphore)) == 0)
            return 0;
        if (errno == EAGAIN)
            return -EAGAIN;
        assert(errno == EINTR);
    }
}

static void release(sem_t *semaphore)
{
    int err = sem_post(semaphore);
    assert(!err);
    (void)err;
}

static int put(struct mp_queue *queue, const void *item, size_t size, bool wait)
{
    if (size > queue->item_size)
        return -EMSGSIZE;
    int err = acquire(&queue->room, wait);
    if (err)
        return err;
    mp_lock_take(&queue->lock);
    if (queue->closed) {
        mp_lock_give(&queue->lock);
        /* The unit that mp_queue_close() gave: on to the next who waits. */
        release(&queue->room);
        return -EPIPE;
    }
    struct slot *slot = slot_of(queue, queue->put);
    slot->size = size;
    if (size)
        memcpy(slot->bytes, item, size);
    if (queue->name && size)
        mps_put(queue->name, item, size);
    queue->put++;
    mp_lock_give(&queue->lock);
    release(&queue->items);
    return 0;
}

static int get(struct mp_queue *queue, void *item, size_t *size, bool wait)
{
    int err = acquire(&queue->items, wait);
    if (err)
        return err;
    mp_lock_take(&queue->lock);
    if (queue->put == queue->got) {
        /* Only a closed queue has more units than items: see above. */
        mp_lock_give(&queue->lock);
        release(&queue->items);
        return -EPIPE;
    }
    const struct slot *slot = slot_of(queue, queue->got);
    size_t length = slot->size;
    memcpy(item, slot->bytes, length);
    /* Still under the lock, so that reports have the order of the items. */
    if (queue->name && length)
        mps_got(queue->name, item, length);
    queue->got++;
    bool drained = queue->closed && queue->put == queue->got;
    mp_lock_give(&queue->lock);
    release(&queue->room);
    /* Who died between putting an item and giving its unit left one too few,
     * and this item took the unit that tells the others of the end. */
    if (drained)
        release(&queue->items);
    if (size)
        *size = length;
    return 0;
}

int mp_queue_put(struct mp_queue *queue, const void *item, size_t size)
{
    return put(queue, item, size, true);
}

int mp_queue_try_put(struct mp_queue *queue, const void *item, size_t size)
{
    return put(queue, item, size, false);
}

int mp_queue_get(struct mp_queue *queue, void *item, size_t *size)
{
    return get(queue, item, size, true);
}

int mp_queue_try_get(struct mp_queue *queue, void *item, size_t *size)
{
    return get(queue, item, size, false);
}

void mp_queue_close(struct mp_queue *queue)
{
    mp_lock_take(&queue->lock);
    queue->closed = true;
    mp_lock_give(&queue->lock);
    /* One unit too many in each semaphore: whoever takes it finds nothing and
     * passes it on, until nobody waits. Also when it was closed before: who
     * did so may have died here, and one more does no harm. */
    release(&queue->items);
    release(&queue->room);
}

bool mp_queue_empty(struct mp_queue *queue)
{
    mp_lock_take(&queue->lock);
    bool empty = queue->put == queue->got;
    mp_lock_give(&queue->lock);
    return empty;
}
