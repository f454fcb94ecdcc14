/* A taking of a lock in words: who took what, where, while holding what.
 * Private to check/. */
#ifndef MPS_CHECK_LOCKS_TOLD_H
#define MPS_CHECK_LOCKS_TOLD_H

#include "check/judge.h"
#include "segment/lockorder.h"

struct told_lock {
    char *name;                          /* "mutex /ring+0x40"; owned */
    struct location frames[LOCK_FRAMES]; /* where it was taken, innermost
                                            first */
    uint32_t frame_count;
};

struct told_taking {
    char *task; /* "0.1 (consumer)"; owned */
    struct told_lock lock;
    struct told_lock held[LOCK_HELD];
    uint32_t held_count;
    uint64_t iteration;
};

/* Put TAKING of OUTCOME into words. -ENOMEM leaves OUT empty. Locations belong
 * to the outcome's symbols. Release with told_fini(). */
int told_take(struct told_taking *out, const struct outcome *outcome,
              const struct lock_taking *taking);
void told_fini(struct told_taking *told);

/* Where TOLD took its lock, and where held[HELD]: in the innermost function
 * that made both calls, or else the innermost frames that differ, so that a
 * function that only wraps the call is left out. NULL when that is not known.
 */
const struct location *told_where(const struct told_taking *told, uint32_t held,
                                  const struct location **held_where);

/* What a finding's two places of it are called: "takes mutex B, holding mutex
 * A" and "took mutex A". The caller frees; NULL when out of memory. */
char *told_role(const struct told_taking *told, uint32_t held);
char *told_held_role(const struct told_taking *told, uint32_t held);

/* Append the stack of LOCK, a line a frame. */
void told_show_stack(struct str *s, const struct told_lock *lock);

#endif
