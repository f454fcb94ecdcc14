/* The door for accesses to memory that more than one task can see: compiler
 * hooks, interposed string functions and system calls come here; what is to be
 * a point becomes one, the clocks of atomic words move, and the race detector
 * is asked.
 *
 * Does nothing but under control. Safe at any time: what is to be tested first
 * needs neither relocations nor thread-local memory. */
#ifndef MPS_RUNTIME_MEMORY_ACCESS_H
#define MPS_RUNTIME_MEMORY_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/clocks.h"
#include "point.h"
#include "segment/memory.h"

/* -- Which memory -----------------------------------------------------------*/

enum access_mode {
    ACCESS_OFF,
    ACCESS_SHARED = 1, /* of a process with one thread: shared mappings */
    ACCESS_ALL = 3     /* of one with more: everything */
};
extern uint8_t access_mode __attribute__((visibility("hidden")));

/* By address in units of 64 KiB, modulo the table: 1 when there is, or was, a
 * shared mapping. */
enum { ACCESS_MAP = 65536, ACCESS_UNIT_SHIFT = 16 };
extern uint8_t access_map[ACCESS_MAP] __attribute__((visibility("hidden")));

/* Whether it may be of interest what happens to ADDRESS: quick, and for almost
 * all memory of most programs no. */
static inline bool access_is_watched(const volatile void *address)
{
    uint8_t mode = access_mode;
    if (!mode)
        return false;
    uintptr_t unit = (uintptr_t)address >> ACCESS_UNIT_SHIFT;
    return __builtin_expect((access_map[unit % ACCESS_MAP] | 2) & mode, 0);
}

/* The calling thread is a task from now on. */
void access_become(void);
/* This process is about to have more than one thread. */
void access_threads(void);
/* A shared mapping was made at [START, START + LENGTH). */
void access_mapped(const void *start, size_t length);
/* What is mapped where has changed. */
void access_moved(void);

/* -- Accesses ---------------------------------------------------------------*/

/* The calling task is about to access [ADDRESS, ADDRESS + SIZE), which is
 * watched: FLAGS is MEMORY_WRITE or 0, PC where. */
void access_note(const volatile void *address, size_t size, uint32_t flags,
                 const void *pc);

/* The same for a range that may be large and of which only parts may be
 * watched. */
void access_note_range(const volatile void *address, size_t size,
                       uint32_t flags, const void *pc);

/* The same in the middle of an interposed call from SITE: no point. */
void access_note_call(const volatile void *address, size_t size, uint32_t flags,
                      uint64_t site);

/* An atomic access in two steps, around the operation itself. */
struct access_atomic {
    const volatile void *address;
    const void *pc;
    uint32_t size;
    bool noted; /* false: of no interest, end does nothing */
    struct point point;
};
void access_atomic_begin(struct access_atomic *atomic,
                         const volatile void *address, uint32_t size,
                         enum clocks_access kind, const void *pc);
/* It was, after all, of KIND with memory ORDER (a vain compare-exchange is a
 * load), and found the value FOUND; CHANGED: and left another one. */
void access_atomic_end(struct access_atomic *atomic, enum clocks_access kind,
                       int order, uint64_t found, bool changed);

void access_fence(int order);

/* -- What memory is ---------------------------------------------------------*/

/* For the holder of the turn. */

/* [OFFSET, OFFSET + LENGTH) of BACKING is new: nobody has touched it. */
void access_forget(uint64_t backing, uint64_t offset, uint64_t length);
/* The same for what is mapped at ADDRESS. */
void access_forget_at(const volatile void *address, size_t length);

/* -- Said by the program ----------------------------------------------------*/

/* What the calling task did before it releases at ADDRESS happens before what
 * comes after an acquire there. */
void access_release(const volatile void *address);
void access_acquire(const volatile void *address);
/* Plain accesses of the calling task are of no interest while the sum of CHANGE
 * is more than 0. */
void access_ignore_reads(int change);
void access_ignore_writes(int change);
/* What there is at ADDRESS to acquire and release through is new. */
void access_forget_sync(const volatile void *address);
/* [ADDRESS, ADDRESS + SIZE) is memory that nobody has touched. */
void access_new(const volatile void *address, size_t size);
/* They are a TYPE (may be NULL) called NAME. */
void access_name(const volatile void *address, size_t size, const char *type,
                 const char *name);
/* Races on these bytes are meant. */
void access_benign(const volatile void *address, size_t size);

#endif
