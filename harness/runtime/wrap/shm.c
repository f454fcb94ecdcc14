/* Named shared memory: a file that the program knows by another name. */
#include "wrap.h"

#include <fcntl.h>

#include "memory/renew.h"

EXPORT int shm_open(const char *name, int flags, mode_t mode)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(shm_open)(name, flags, mode);
    uint64_t site = CALLER_SITE();
    struct point point =
        point_begin(OP_KIND_SHM_OPEN, 0, (uint64_t)flags, site, 0);
    int fd = REAL(shm_open)(name, flags, mode);
    int saved = errno;
    if (fd >= 0) {
        fds_opened(fd);
        renew_opened(fd, flags);
        segment_op_set_object(runtime.segment, point.position,
                              object_of_fd(fd, site));
    }
    errno = saved;
    point_end(point, errno_result(fd));
    leave(entry);
    return fd;
}

EXPORT int shm_unlink(const char *name)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(shm_unlink)(name);
    struct point point =
        point_begin(OP_KIND_SHM_UNLINK, 0, 0, CALLER_SITE(), 0);
    int result = REAL(shm_unlink)(name);
    point_end(point, errno_result(result));
    leave(entry);
    return result;
}
