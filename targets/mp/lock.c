#include "lock.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>

int mp_lock_init(struct mp_lock *lock)
{
    pthread_mutexattr_t attributes;
    int err = pthread_mutexattr_init(&attributes);
    if (err)
        return -err;
    err = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (!err)
        err = pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    if (!err)
        err = pthread_mutex_init(&lock->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return -err;
}

void mp_lock_fini(struct mp_lock *lock)
{
    int err = pthread_mutex_destroy(&lock->mutex);
    assert(!err);
    (void)err;
}

/* What the result ERR of a successful lock call means. The mutex is marked
 * consistent here and not by the caller: a holder that forgot it would make
 * the lock unusable for everybody (ENOTRECOVERABLE). */
static enum mp_taken settle(struct mp_lock *lock, int err)
{
    if (!err)
        return MP_TAKEN;
    assert(err == EOWNERDEAD);
    err = pthread_mutex_consistent(&lock->mutex);
    assert(!err);
    return MP_TAKEN_FROM_DEAD;
}

enum mp_taken mp_lock_take(struct mp_lock *lock)
{
    return settle(lock, pthread_mutex_lock(&lock->mutex));
}

int mp_lock_try(struct mp_lock *lock, enum mp_taken *taken)
{
    int err = pthread_mutex_trylock(&lock->mutex);
    if (err == EBUSY)
        return -EBUSY;
    enum mp_taken how = settle(lock, err);
    if (taken)
        *taken = how;
    return 0;
}

void mp_lock_give(struct mp_lock *lock)
{
    int err = pthread_mutex_unlock(&lock->mutex);
    assert(!err);
    (void)err;
}
