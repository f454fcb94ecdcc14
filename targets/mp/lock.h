/* A lock for processes and threads alike that survives the death of its
 * holder.
 *
 * It is a process-shared, robust POSIX mutex. Place it in memory that all its
 * users share (memory.h, array.h), initialise it once before they start, and
 * finish it once after they have ended. It is not recursive, and the task that
 * took it gives it back. Not for signal handlers. */
#ifndef MP_LOCK_H
#define MP_LOCK_H

#include <pthread.h>

struct mp_lock {
    pthread_mutex_t mutex;
};

/* How a lock was taken. */
enum mp_taken {
    MP_TAKEN,           /* from a holder that gave it back */
    MP_TAKEN_FROM_DEAD, /* the holder died: what the lock guards may be half
                           changed; the caller, who holds it now, repairs it */
};

/* Make *LOCK a lock that nobody holds. 0 or -errno. */
int mp_lock_init(struct mp_lock *lock);

/* Nobody holds LOCK or will take it again. */
void mp_lock_fini(struct mp_lock *lock);

/* Wait until LOCK is free and take it. It cannot fail: a lock that was never
 * initialised, or is taken again by its holder, is a bug in the caller. */
enum mp_taken mp_lock_take(struct mp_lock *lock);

/* Take LOCK if it is free: 0 and the reason in *TAKEN (may be NULL), or -EBUSY
 * at once. */
int mp_lock_try(struct mp_lock *lock, enum mp_taken *taken);

/* Give LOCK back. Giving what one does not hold is a bug and aborts. */
void mp_lock_give(struct mp_lock *lock);

#endif
