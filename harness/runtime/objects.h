/* Which object a call is about: from addresses and descriptors to numbers in
 * the segment's object table. The maps are private to the process and copied
 * by fork, as mappings and descriptors are. */
#ifndef MPS_RUNTIME_OBJECTS_H
#define MPS_RUNTIME_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "segment/ops.h"

/* -- Memory -----------------------------------------------------------------*/

/* The object of KIND at ADDRESS: in a shared mapping (backing, offset), the
 * same for every process that maps it; elsewhere private to the process. */
uint32_t object_at(const volatile void *address, enum object_kind kind,
                   uint64_t site);

/* Whether ADDRESS is in no shared mapping: only threads of this process can
 * see it. */
bool objects_is_private(const volatile void *address);
/* The calling process forks CHILD (its task): the copies of locks that are held
 * now stay locked in it, by whom they are held here. */
void objects_copy_held(uint32_t child);
/* Whether OBJECT is private to the calling process. */
bool objects_is_own(uint32_t object);

/* A shared mapping was made at SITE: of descriptor FD at OFFSET, or anonymous
 * when FD is negative; replaces what was mapped there. */
void regions_map(const void *start, size_t length, int fd, uint64_t offset,
                 uint64_t site);

/* The memory around an address: a shared mapping, or with BACKING 0 what lies
 * between those next to it. */
struct region_view {
    uintptr_t start, end;
    uint64_t backing, offset; /* offset of START in the backing */
    const char *name;
};
void regions_look(const volatile void *address, struct region_view *out);

/* SysV segment ID was attached. */
void regions_attach(const void *start, size_t length, int id, uint64_t site);
/* What is known of the shared mapping around ADDRESS; false when there is
 * none. */
struct region_about {
    uintptr_t start;
    uint64_t site; /* where it was mapped */
    uint32_t task; /* by whom, + 1 */
};
bool regions_about(const volatile void *address, struct region_about *out);
/* Anything in the range is gone. */
void regions_unmap(const void *start, size_t length);
/* What was at FROM is at TO, and LENGTH long now; FROM_LENGTH 0: is there as
 * well, see mremap(2). */
void regions_move(const void *from, size_t from_length, const void *to,
                  size_t length);
/* The SysV attachment at START is gone. */
void regions_detach(const void *start);

/* -- Descriptors ------------------------------------------------------------*/

/* The object behind FD, 0 when it is not open. */
uint32_t object_of_fd(long fd, uint64_t site);
/* FD was just opened by the calling process. */
void fds_opened(long fd);
/* FD refers to nothing any more. */
void fds_forget(long fd);
void fds_forget_range(unsigned long first, unsigned long last);
/* Call VISIT with each object, other than a file, that has been seen behind a
 * descriptor which may be open. */
void fds_each(void (*visit)(uint32_t object, bool argument), bool argument);
/* NEW_FD is a duplicate of OLD_FD. */
void fds_copy(long old_fd, long new_fd);

/* The calling process ends: note the descriptors that it opened and never
 * closed, if the scenario wants to know. */
void fds_note_left(void);

/* -- Names ------------------------------------------------------------------*/

/* The file at PATH (relative to DIRECTORY, AT_FDCWD for the working one),
 * which must exist; 0 if not. */
uint32_t object_of_path(long directory, const char *path, uint64_t site);
/* A System V object, by kind and id. */
uint32_t object_of_id(enum object_kind kind, long id, uint64_t site);
/* A task, by process id. */
uint32_t object_of_task(int pid, uint64_t site);

uint32_t object_of_task_number(uint32_t task, uint64_t site);

/* Identity of an open file: device and inode in one number; 0 on failure. */
uint64_t fd_identity(long fd);

#endif
