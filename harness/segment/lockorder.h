/* Which locks were taken while which others were held: what can become a
 * deadlock is found in it after the iteration (detect/lockorder.h).
 *
 * Written under control, by the holder of the turn alone. */
#ifndef MPS_SEGMENT_LOCKORDER_H
#define MPS_SEGMENT_LOCKORDER_H

#include <assert.h>
#include <stdint.h>

enum {
    LOCK_HELD = 8,            /* noted of what a task holds; with more held the
                                 taking is only counted */
    LOCK_TAKINGS = 512,       /* of one iteration; more are counted */
    LOCK_TAKING_SLOTS = 1024, /* hash table over them; a power of two */
    LOCK_TAKING_EPOCHS = 4,   /* kept of takings that only differ in when */
    LOCK_TASKS = 128,    /* of which it is kept whether their end was known */
    LOCK_OBJECTS = 4097, /* object numbers, with 0 */
    LOCK_PLACES = 1024,  /* a power of two */
    LOCK_FRAMES = 12,    /* kept of a stack, the innermost ones */
    LOCK_NESTED = 1024   /* a power of two */
};

/* -- Kept over iterations, behind hashes ------------------------------------*/

/* Where locks were taken: a stack for each task, lock and lock held before, so
 * that it is walked once and not in each iteration. */
struct lock_places {
    uint64_t keys[LOCK_PLACES]; /* 0: free */
    uint32_t count;
    struct {
        uint64_t frames[LOCK_FRAMES]; /* sites, innermost first; 0 ends them */
    } stacks[LOCK_PLACES];
    /* Locks that were ever held while another was taken, or the other. */
    uint64_t nested[LOCK_NESTED]; /* 0: free */
    uint32_t nested_count;
};

/* -- Of one iteration -------------------------------------------------------*/

enum lock_flag {
    LOCK_SHARED = 1,    /* for reading: others that read may have it, too */
    LOCK_PROCESS = 2,   /* belongs to the process: its threads share it */
    LOCK_UNPROVEN = 4,  /* a semaphore: no lock unless GIVEN_BACK */
    LOCK_GIVEN_BACK = 8 /* by the one who took it */
};

struct lock_hold {
    uint16_t object;
    uint16_t generation; /* of the object: how often it was made anew */
    uint16_t flags;      /* enum lock_flag */
    uint16_t place;      /* in lock_places + 1; 0: not known */
    uint64_t site;       /* where it was taken */
};
static_assert(sizeof(struct lock_hold) == 16, "no padding");

/* TASK took LOCK, and would have waited for it for ever, while it held
 * HELD[]. */
struct lock_taking {
    uint64_t key; /* of what it is, without when */
    uint64_t ticket;
    uint64_t learnt; /* of other tasks: equal if the hard clock says the same */
    uint32_t task;
    uint32_t epoch;    /* of the task's hard clock */
    uint32_t times;    /* it came again since, without being kept */
    uint32_t children; /* that the task had made by then */
    uint32_t held_count;
    struct lock_hold lock;
    struct lock_hold held[LOCK_HELD];
    /* Bit T: task T had ended and it was known here. */
    uint64_t ended[LOCK_TASKS / 64];
};

struct lock_order {
    uint32_t used;  /* 1: something was written here */
    uint32_t count; /* of takings */
    uint32_t lost;  /* takings that did not fit, or with too much held */
    uint16_t slots[LOCK_TAKING_SLOTS]; /* taking + 1 */
    /* Made anew at the same place, since it was first noted; for semaphores:
     * it is no lock. */
    uint16_t generations[LOCK_OBJECTS];
    uint8_t never[LOCK_OBJECTS];
    /* Behind this, what lies beyond COUNT means nothing. */
    struct lock_taking takings[LOCK_TAKINGS];
    /* Bit E of row L: taking E was over before L for certain, not because a
     * lock made it wait. */
    uint64_t before[LOCK_TAKINGS][LOCK_TAKINGS / 64];
};

#endif
