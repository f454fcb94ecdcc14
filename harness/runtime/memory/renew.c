/* Memory that becomes another object's: mapped anew, cut off a file, or part of
 * a new file that has the number of a dead one. */
#include "renew.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "look.h"
#include "objects.h"

/* Whether anything is known that could have to be forgotten. The turn is the
 * caller's then. */
static bool is_known(void)
{
    return access_mode && is_looked_at() && runtime.memory->chunk_count &&
           look(__builtin_frame_address(0)) != LOOK_AWAY;
}

void renew_private(const void *start, size_t length)
{
    if (access_mode == ACCESS_ALL && is_known())
        access_forget(place_private(), (uintptr_t)start, length);
}

void renew_opened(long fd, long flags)
{
    struct stat st;
    if (!(flags & (O_CREAT | O_TRUNC)) || !is_known() ||
        SYS4(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) ||
        !S_ISREG(st.st_mode) || st.st_size)
        return;
    access_forget(fd_identity(fd), 0, UINT64_MAX);
}

/* -- Hooks of the call table
 * --------------------------------------------------*/

/* Keep the size that the file had. */
void hook_resizing(struct call *call, uint32_t object)
{
    (void)object;
    struct stat st;
    call->copy.mask = UINT64_MAX;
    if (!is_known())
        return;
    long err =
        call->number == SYS_truncate
            ? SYS4(SYS_newfstatat, AT_FDCWD, call->args[0], &st, 0)
            : SYS4(SYS_newfstatat, call->args[0], "", &st, AT_EMPTY_PATH);
    if (!err)
        call->copy.mask = (uint64_t)st.st_size;
}

static uint64_t backing_of(const struct call *call)
{
    const struct segment_object *object =
        segment_object_get(runtime.segment, call->point.object);
    return object ? object->backing : 0;
}

/* What lay behind the new end is gone, and what lies behind the old one was
 * not there. */
void hook_resized(struct call *call, long result)
{
    uint64_t old = call->copy.mask, new = (uint64_t)call->args[1];
    if (result || old == UINT64_MAX)
        return;
    access_forget(backing_of(call), old < new ? old : new, UINT64_MAX);
}

void hook_allocated(struct call *call, long result)
{
    enum { ZEROES = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE };
    if (!result && (call->args[1] & ZEROES) && is_known())
        access_forget(backing_of(call), (uint64_t)call->args[2],
                      (uint64_t)call->args[3]);
}
