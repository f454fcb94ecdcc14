/* A struct memory of its own for each test, and short words for what tasks do
 * to it. Accesses are to the bytes at an offset of one chunk. */
#ifndef MPS_DETECT_FIXTURE_TEST_H
#define MPS_DETECT_FIXTURE_TEST_H

#include "race.h"

enum {
    FIXTURE_LOCK = MEMORY_SYNC_OBJECT + 2,  /* of object 1 */
    FIXTURE_OTHER = MEMORY_SYNC_OBJECT + 4, /* of object 2 */
    FIXTURE_PAYLOAD = 64,
    FIXTURE_FLAG = 128
};

struct fixture {
    struct memory *memory;
    uint32_t chunk;
    uint64_t ticket;
};

/* With TASKS tasks, the root and its children. Aborts on failure. */
void fixture_init(struct fixture *fixture, uint32_t tasks);
void fixture_fini(struct fixture *fixture);
/* As after fixture_init(), cheaper. */
void fixture_reset(struct fixture *fixture, uint32_t tasks);

/* race_access() of SIZE bytes; the context is OFFSET + 1 and tells kinds and
 * tasks apart. */
bool fixture_access(struct fixture *fixture, uint32_t task, uint32_t offset,
                    uint32_t size, uint32_t flags);
bool fixture_read(struct fixture *fixture, uint32_t task, uint32_t offset);
bool fixture_write(struct fixture *fixture, uint32_t task, uint32_t offset);

/* The full edges of a lock, of 4 bytes that are FIXTURE_LOCK. */
void fixture_lock(struct fixture *fixture, uint32_t task);
void fixture_unlock(struct fixture *fixture, uint32_t task);

#endif
