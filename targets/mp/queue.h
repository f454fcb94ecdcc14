/* A bounded queue between processes (or threads): put blocks while it is full,
 * get blocks while it is empty.
 *
 * Make it before the workers start; they inherit it. Items are copied, may
 * differ in size, and come out in the order they went in. There are two ways
 * to tell the readers that nothing more comes:
 *   - close: mp_queue_close() once; every get after the last item fails;
 *   - sentinel: one item of size 0 for each reader, after the last item.
 * A queue with a name reports its items to mpstress (mps_put, mps_got), apart
 * from sentinels.
 *
 * Rules that bugs are made of: mp_queue_empty() says what was true a moment
 * ago, so it never decides whether to call mp_queue_get(); and a worker that
 * is waited for while its results are not read may never end, because it
 * waits for room.
 *
 * Every call may be made by any number of tasks at once. A task that dies
 * inside a call may take one item or one place with it; the lock inside
 * survives it. Not for signal handlers. */
#ifndef MP_QUEUE_H
#define MP_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct mp_queue;

/* Make a queue of at most CAPACITY items of at most ITEM_SIZE bytes each (both
 * at least 1). NAME (may be NULL: not reported) is borrowed.
 *
 * On success returns 0 and stores the queue in *OUT; release it with
 * mp_queue_free(). On failure (-ENOMEM, -EINVAL, -EOVERFLOW) nothing is left
 * behind. */
int mp_queue_new(struct mp_queue **out, const char *name, size_t capacity,
                 size_t item_size);

/* The other users have ended, or will not touch QUEUE again. NULL is fine. */
void mp_queue_free(struct mp_queue *queue);

/* Append SIZE bytes at ITEM, waiting for room. 0; -EPIPE once the queue is
 * closed; -EMSGSIZE when SIZE is more than ITEM_SIZE. */
int mp_queue_put(struct mp_queue *queue, const void *item, size_t size);
/* The same without waiting: -EAGAIN when there is no room. */
int mp_queue_try_put(struct mp_queue *queue, const void *item, size_t size);

/* Take the oldest item, waiting for one: copy it to ITEM, which has room for
 * ITEM_SIZE bytes, and store its size in *SIZE (may be NULL). 0; -EPIPE once
 * the queue is closed and everything has been taken. */
int mp_queue_get(struct mp_queue *queue, void *item, size_t *size);
/* The same without waiting: -EAGAIN when there is no item. */
int mp_queue_try_get(struct mp_queue *queue, void *item, size_t *size);

/* No item will be put any more. Those inside can still be taken; tasks that
 * wait in put or get are woken. Closing twice is fine. */
void mp_queue_close(struct mp_queue *queue);

/* Whether there was no item a moment ago: for displays. */
bool mp_queue_empty(struct mp_queue *queue);

#endif
